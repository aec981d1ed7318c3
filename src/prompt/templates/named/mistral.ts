import type { Family } from './scaffolding.ts';

// All of them: https://github.com/mistralai/cookbook/blob/main/concept-deep-dive/tokenization/chat_templates.md
// White space differs from one version of the tokenizer to the next, and matters. The official templates of v3 move the system
// message to the newest user's turn, so that each prompt would be new from there on: it stays in the first, as in v1.

/** Mistral 7B Instruct v0.1 and v0.2, Mixtral: no control tokens, spaces everywhere. */
export const mistralV1: Family = {
  name: 'mistral-v1',
  stop: ['</s>', '[INST]'],
  turns: 'strict',
  foldsSystem: true,
  scaffolding: {
    system: ['', '\n\n'],
    user: [' [INST] ', ' [/INST]'],
    assistant: [' ', '</s>'],
    reply: '',
  },
};

/** Mistral 7B Instruct v0.3, Mistral Small 2409, Mistral Large 2407. */
export const mistralV3: Family = {
  name: 'mistral-v3',
  stop: ['</s>', '[INST]'],
  turns: 'strict',
  foldsSystem: true,
  trim: ['assistant'],
  scaffolding: {
    system: ['', '\n\n'],
    user: ['[INST] ', '[/INST]'],
    assistant: [' ', '</s>'],
    reply: '',
  },
};

/** Mistral Nemo. */
export const mistralV3Tekken: Family = {
  name: 'mistral-v3-tekken',
  stop: ['</s>', '[INST]'],
  turns: 'strict',
  foldsSystem: true,
  scaffolding: {
    system: ['', '\n\n'],
    user: ['[INST]', '[/INST]'],
    assistant: ['', '</s>'],
    reply: '',
  },
};

/** Mistral Large 2411. https://huggingface.co/mistralai/Mistral-Large-Instruct-2411#basic-instruct-template-v7 */
export const mistralV7: Family = {
  name: 'mistral-v7',
  stop: ['</s>', '[INST]', '[SYSTEM_PROMPT]'],
  turns: 'any',
  scaffolding: {
    system: ['[SYSTEM_PROMPT] ', '[/SYSTEM_PROMPT]'],
    user: ['[INST] ', '[/INST]'],
    assistant: [' ', '</s>'],
    reply: '',
  },
};

/**
 * Mistral Small 3 and later. Its official template writes a system message of its own where there is none; this one writes none.
 * https://huggingface.co/mistralai/Mistral-Small-3.1-24B-Instruct-2503#basic-instruct-template-v7-tekken
 */
export const mistralV7Tekken: Family = {
  name: 'mistral-v7-tekken',
  stop: ['</s>', '[INST]', '[SYSTEM_PROMPT]'],
  turns: 'strict',
  scaffolding: {
    system: ['[SYSTEM_PROMPT]', '[/SYSTEM_PROMPT]'],
    user: ['[INST]', '[/INST]'],
    assistant: ['', '</s>'],
    reply: '',
  },
};
