import { z } from 'zod';

const positive = z.int().positive();
/** No model is trained for more, and the library counts wrongly far beyond. */
const LARGEST_CONTEXT_TOKENS = 2 ** 24;

/** A model file that llama.cpp runs inside this process. */
export const llamaSettingsSchema = z.strictObject({
  kind: z.literal('llama'),
  model: z
    .string()
    .min(1)
    .describe(
      'Path of a GGUF file, or an address such as hf:user/model:Q4_K_M, which is downloaded once into the data folder.',
    ),
  gpu: z
    .enum(['auto', 'cuda', 'vulkan', 'metal', 'off'])
    .default('auto')
    .describe('auto takes the best that works here and the CPU where none does; a named one must work.'),
  contextSize: z
    .union([z.literal('auto'), positive.min(256).max(LARGEST_CONTEXT_TOKENS)])
    .default('auto')
    .describe('Tokens of prompt and reply together, for each sequence. auto takes what the memory allows, at most 8192.'),
  sequences: positive.max(16).default(2).describe('How many replies are made at once; each takes memory for a whole context.'),
  threads: positive.max(256).optional().describe('CPU threads. Left out, one less than the machine has cores.'),
  batchSize: positive.optional().describe('Prompt tokens evaluated at once. Left out, 512.'),
  stage: z
    .enum(['base', 'instruct', 'chat'])
    .optional()
    .describe('How the model was trained, where the guess from its file is wrong: base continues text, chat talks in turns.'),
  censored: z.boolean().default(true).describe('false for a model that refuses nothing: it is guarded more.'),
});

export type LlamaSettings = z.infer<typeof llamaSettingsSchema>;
