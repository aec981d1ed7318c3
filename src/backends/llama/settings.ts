import { z } from 'zod';

const positive = z.int().positive();
const size = z.int().nonnegative();
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
  sequences: z
    .union([z.literal('auto'), positive.max(64)])
    .default('auto')
    .describe(
      'How many replies are made at once; each takes memory for a whole context. auto takes what the memory allows, at most 4.',
    ),
  threads: positive.max(256).optional().describe('CPU threads. Left out, one less than the machine has cores.'),
  batchSize: positive.optional().describe('Tokens evaluated at once, of all replies together. Left out, 512.'),
  chunk: positive
    .optional()
    .describe(
      'Tokens of a prompt evaluated between two words of the replies that run meanwhile. Left out, 512 on a GPU and 128 without.',
    ),
  flashAttention: z
    .union([z.literal('auto'), z.boolean()])
    .default('auto')
    .describe('Faster, and less memory. auto takes it where model and hardware can.'),
  waiting: positive.max(10_000).default(64).describe('How many requests may wait for a sequence; one more is refused as busy.'),
  savedStates: z
    .strictObject({
      memory: size
        .optional()
        .describe('MiB in memory-backed files. Left out, an eighth of the memory, where the system has such files.'),
      disk: size.default(4096).describe('MiB in the data folder.'),
    })
    .default({ disk: 4096 })
    .describe(
      'What was evaluated of sessions that lost their sequence, so that it is not evaluated again. 0 and 0 keep nothing.',
    ),
  stage: z
    .enum(['base', 'instruct', 'chat'])
    .optional()
    .describe('How the model was trained, where the guess from its file is wrong: base continues text, chat talks in turns.'),
  censored: z.boolean().default(true).describe('false for a model that refuses nothing: it is guarded more.'),
});

export type LlamaSettings = z.infer<typeof llamaSettingsSchema>;
