import type { Family, Scaffolding } from './scaffolding.ts';

/**
 * Gemma 1 to 3: no system role; the template of Gemma 3 puts the system message before the first user's text.
 * https://ai.google.dev/gemma/docs/core/prompt-structure and https://huggingface.co/google/gemma-3-4b-it/blob/main/chat_template.json
 */
export const gemma: Family = {
  name: 'gemma',
  stop: ['<end_of_turn>', '<start_of_turn>'],
  turns: 'strict',
  foldsSystem: true,
  trim: ['user', 'assistant'],
  scaffolding: {
    system: ['', '\n\n'],
    user: ['<start_of_turn>user\n', '<end_of_turn>\n'],
    assistant: ['<start_of_turn>model\n', '<end_of_turn>\n'],
    reply: '<start_of_turn>model\n',
  },
};

const GEMMA4: Scaffolding = {
  system: ['<|turn>system\n', '<turn|>\n'],
  user: ['<|turn>user\n', '<turn|>\n'],
  assistant: ['<|turn>model\n', '<turn|>\n'],
  reply: '<|turn>model\n',
};

/**
 * Gemma 4. A token at the top of the system turn lets it reason, in a thought channel of its own; an empty channel keeps the larger
 * models from it (the templates of E2B and E4B go without).
 * https://ai.google.dev/gemma/docs/core/prompt-formatting-gemma4 and https://huggingface.co/google/gemma-4-31B-it/blob/main/chat_template.jinja
 */
export const gemma4: Family = {
  name: 'gemma4',
  stop: ['<turn|>', '<|turn>'],
  turns: 'any',
  trim: ['system', 'user', 'assistant'],
  scaffolding: ({ thinking }) =>
    thinking === 'off'
      ? { ...GEMMA4, reply: `${GEMMA4.reply}<|channel>thought\n<channel|>` }
      : {
          ...GEMMA4,
          system: ['<|turn>system\n<|think|>\n', '<turn|>\n'],
          laterSystem: GEMMA4.system,
          withoutSystem: '<|turn>system\n<|think|>\n<turn|>\n',
          reasonsFirst: true,
        },
};
