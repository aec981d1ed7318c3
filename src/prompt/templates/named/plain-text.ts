import type { Family } from './scaffolding.ts';

/**
 * Alpaca. One instruction and one response in the original; further exchanges follow in the same form, as models that were tuned on it
 * write them. A system message stands for the sentence that the original begins with.
 * https://github.com/tatsu-lab/stanford_alpaca#data-release
 */
export const alpaca: Family = {
  name: 'alpaca',
  stop: ['\n### Instruction:', '\n### Input:', '\n### Response:', '</s>'],
  turns: 'system first',
  roleWords: ['Instruction', 'Input', 'Response'],
  scaffolding: {
    system: ['', '\n\n'],
    withoutSystem:
      'Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n',
    user: ['### Instruction:\n', '\n\n'],
    assistant: ['### Response:\n', '\n\n'],
    reply: '### Response:\n',
  },
};

/**
 * Vicuna 1.1 and later.
 * https://github.com/lm-sys/FastChat/blob/main/docs/vicuna_weights_version.md#prompt-template
 */
export const vicuna: Family = {
  name: 'vicuna',
  stop: ['</s>', '\nUSER:', '\nASSISTANT:'],
  turns: 'any',
  roleWords: ['USER', 'ASSISTANT'],
  scaffolding: {
    system: ['', '\n\n'],
    user: ['USER: ', '\n'],
    assistant: ['ASSISTANT: ', '</s>\n'],
    reply: 'ASSISTANT:',
  },
};
