import type { Family } from './scaffolding.ts';

const STOP = ['<|user|>', '<|observation|>', '<|endoftext|>'];

/**
 * GLM-4: a turn ends where the next role begins. `[gMASK]<sop>` stands for the begin of the sequence and is written by the template.
 * https://huggingface.co/zai-org/glm-4-9b-chat-hf/blob/main/tokenizer_config.json
 */
export const glm4: Family = {
  name: 'glm4',
  stop: STOP,
  turns: 'any',
  scaffolding: {
    start: '[gMASK]<sop>',
    system: ['<|system|>\n', ''],
    user: ['<|user|>\n', ''],
    assistant: ['<|assistant|>\n', ''],
    reply: '<|assistant|>\n',
  },
};

/**
 * GLM-4.5 and GLM-4.6: every user's turn says `/nothink` and the reply opens with an empty think block where it shall come at once;
 * past replies have the empty block always.
 * https://huggingface.co/zai-org/GLM-4.5-Air/blob/main/chat_template.jinja
 */
export const glm45: Family = {
  name: 'glm4.5',
  stop: STOP,
  turns: 'any',
  trim: ['assistant'],
  scaffolding: ({ thinking }) => ({
    start: '[gMASK]<sop>',
    system: ['<|system|>\n', ''],
    user: ['<|user|>\n', thinking === 'off' ? '/nothink' : ''],
    assistant: ['<|assistant|>\n<think></think>\n', ''],
    reply: thinking === 'off' ? '<|assistant|>\n<think></think>' : '<|assistant|>',
    reasonsFirst: thinking !== 'off',
  }),
};
