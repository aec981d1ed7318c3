import type { Family, Scaffolding } from './scaffolding.ts';

const STOP = ['<｜end▁of▁sentence｜>', '<｜User｜>'];

/** The official templates gather every system message at the beginning; a later one stays at its place here, as a user's turn. */
const TURNS = 'system first';

const DEEPSEEK: Scaffolding = {
  system: ['', ''],
  user: ['<｜User｜>', ''],
  assistant: ['<｜Assistant｜>', '<｜end▁of▁sentence｜>'],
  reply: '<｜Assistant｜>',
};

/**
 * DeepSeek V3.1 and later: the closed think tag stands for a reply without reasoning, before past ones too.
 * https://huggingface.co/deepseek-ai/DeepSeek-V3.1#chat-template
 */
export const deepseek: Family = {
  name: 'deepseek',
  stop: STOP,
  turns: TURNS,
  scaffolding: ({ thinking }) => ({
    ...DEEPSEEK,
    assistant: ['<｜Assistant｜></think>', '<｜end▁of▁sentence｜>'],
    reply: thinking === 'off' ? '<｜Assistant｜></think>' : '<｜Assistant｜><think>',
    reasonsFirst: thinking !== 'off',
  }),
};

/**
 * DeepSeek R1 and the models distilled from it. They always reason, and the official template always opens the reasoning; an empty
 * think block makes the reply come at once.
 * https://huggingface.co/deepseek-ai/DeepSeek-R1-0528/blob/main/tokenizer_config.json
 */
export const deepseekR1: Family = {
  name: 'deepseek-r1',
  stop: STOP,
  turns: TURNS,
  scaffolding: ({ thinking }) =>
    thinking === 'off'
      ? { ...DEEPSEEK, reply: '<｜Assistant｜><think>\n\n</think>\n\n' }
      : { ...DEEPSEEK, reply: '<｜Assistant｜><think>\n', reasonsFirst: true },
};
