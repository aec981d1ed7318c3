import { z } from 'zod';

const count = z.number().nonnegative();

/** Only what we read; servers add much of their own. A usage that cannot be read counts as none. */
const usageSchema = z.object({
  prompt_tokens: count,
  completion_tokens: count,
  prompt_tokens_details: z.object({ cached_tokens: count.nullish() }).nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: count.nullish() }).nullish(),
});
export type ServerUsage = z.infer<typeof usageSchema>;

const textSchema = z.string().optional().catch(undefined);
const textPartSchema = z.object({ type: textSchema, text: textSchema });
const joined = (parts: readonly z.infer<typeof textPartSchema>[]) =>
  parts.map(({ type, text }) => (type === 'text' && text) || '').join('');

/**
 * Some servers send content as a list of parts: text is said, `thinking` (a text or parts of its own) is reasoning
 * (https://docs.mistral.ai/capabilities/reasoning/), others are nothing to read.
 */
const partsSchema = z
  .array(
    textPartSchema.extend({
      thinking: z
        .union([z.string(), z.array(textPartSchema).transform(joined)])
        .optional()
        .catch(undefined),
    }),
  )
  .transform((parts) => ({
    text: joined(parts),
    reasoning: parts.map(({ type, thinking }) => (type === 'thinking' && thinking) || '').join(''),
  }));

const saidSchema = z.object({
  content: z.union([z.string().transform((text) => ({ text, reasoning: '' })), partsSchema]).nullish(),
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
});

/** A chunk may hold neither choices nor usage (a heartbeat, a server's own figures): then its frame tells what it is. */
const chunkSchema = z
  .object({
    object: z.unknown().optional(),
    id: z.unknown().optional(),
    created: z.unknown().optional(),
    choices: z
      .array(
        z.object({
          delta: saidSchema.nullish(),
          message: saidSchema.nullish(),
          text: z.string().nullish(), // of a completion
          finish_reason: z.string().nullish(),
        }),
      )
      .nullish(),
    usage: usageSchema.nullish().catch(undefined),
  })
  .refine(
    ({ choices, usage, object, id, created }) =>
      choices || usage || object === 'chat.completion.chunk' || (typeof id === 'string' && typeof created === 'number'),
  );

/** One event of a chat completion stream, or one whole completion, in our words. */
export type Chunk =
  | {
      kind: 'said';
      text: string;
      reasoning: string;
      finish: string | undefined;
      usage: ServerUsage | undefined;
      isAssumed?: true;
    }
  | { kind: 'error'; error: unknown }
  | { kind: 'unknown' };

/** Reads one JSON text. Anything that is no piece of a completion is 'unknown'. */
export function parseChunk(json: string): Chunk {
  const value = parseJson(json);
  if (typeof value === 'object' && value !== null && 'error' in value && value.error)
    return { kind: 'error', error: value.error };
  const chunk = chunkSchema.safeParse(value);
  if (!chunk.success) return { kind: 'unknown' };
  const choice = chunk.data.choices?.[0];
  const said = choice?.delta ?? choice?.message;
  return {
    kind: 'said',
    text: said?.content?.text ?? choice?.text ?? '',
    // Who sends both leaves one of them empty.
    reasoning: said?.reasoning_content || said?.reasoning || said?.content?.reasoning || '',
    finish: choice?.finish_reason || undefined, // some servers say "" while they go on
    usage: chunk.data.usage ?? undefined,
  };
}

/** Undefined for a text that is no JSON. */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
