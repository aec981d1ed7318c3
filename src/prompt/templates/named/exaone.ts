import type { Family } from './scaffolding.ts';

/**
 * EXAONE 4: the reply opens with the reasoning or with an empty think block, which past replies have always.
 * https://huggingface.co/LGAI-EXAONE/EXAONE-4.0-32B/blob/main/chat_template.jinja
 */
export const exaone: Family = {
  name: 'exaone',
  stop: ['[|endofturn|]', '[|user|]'],
  turns: 'any',
  scaffolding: ({ thinking }) => ({
    system: ['[|system|]\n', '[|endofturn|]\n'],
    user: ['[|user|]\n', '[|endofturn|]\n'],
    assistant: ['[|assistant|]\n<think>\n\n</think>\n\n', '[|endofturn|]\n'],
    reply: thinking === 'off' ? '[|assistant|]\n<think>\n\n</think>\n\n' : '[|assistant|]\n<think>\n',
    reasonsFirst: thinking !== 'off',
  }),
};

/**
 * EXAONE 3 and 3.5: a user's turn ends with its line; the system turn is there without a system message too, and empty.
 * https://huggingface.co/LGAI-EXAONE/EXAONE-3.5-7.8B-Instruct/blob/main/tokenizer_config.json
 */
export const exaone35: Family = {
  name: 'exaone3.5',
  stop: ['[|endofturn|]', '[|user|]'],
  turns: 'any',
  scaffolding: {
    system: ['[|system|]', '[|endofturn|]\n'],
    withoutSystem: '[|system|][|endofturn|]\n',
    user: ['[|user|]', '\n'],
    assistant: ['[|assistant|]', '[|endofturn|]\n'],
    reply: '[|assistant|]',
  },
};
