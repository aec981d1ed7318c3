import type { Family, Scaffolding } from './scaffolding.ts';

const CHATML: Scaffolding = {
  system: ['<|im_start|>system\n', '<|im_end|>\n'],
  user: ['<|im_start|>user\n', '<|im_end|>\n'],
  assistant: ['<|im_start|>assistant\n', '<|im_end|>\n'],
  reply: '<|im_start|>assistant\n',
};

/**
 * ChatML, and many models that were trained on it. Changes no text.
 * https://github.com/openai/openai-python/blob/release-v0.28.0/chatml.md
 */
export const chatml: Family = {
  name: 'chatml',
  stop: ['<|im_end|>', '<|im_start|>'],
  turns: 'any',
  scaffolding: CHATML,
};

/**
 * Qwen3: ChatML, and an empty think block where the reply shall come at once. The block is not kept with past replies.
 * https://huggingface.co/Qwen/Qwen3-8B/blob/main/tokenizer_config.json
 */
export const qwen3: Family = {
  name: 'qwen3',
  stop: ['<|im_end|>', '<|im_start|>', '<|endoftext|>'],
  turns: 'any',
  scaffolding: ({ thinking }) =>
    thinking === 'off' ? { ...CHATML, reply: `${CHATML.reply}<think>\n\n</think>\n\n` } : { ...CHATML, reasonsFirst: true },
};
