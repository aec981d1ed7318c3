import { z } from 'zod';
import { type Chunk, parseJson } from './parse-chunk.ts';

const count = z.number().nonnegative().optional().catch(undefined);

/** https://docs.ollama.com/api/streaming: `message` from /api/chat, `response` and `thinking` from /api/generate. */
const lineSchema = z.object({
  message: z.object({ content: z.string().nullish(), thinking: z.string().nullish() }).optional(),
  response: z.string().optional(),
  thinking: z.string().optional(),
  done: z.boolean(),
  done_reason: z.string().optional().catch(undefined),
  prompt_eval_count: count,
  eval_count: count,
});

/** Reads one line of an answer of Ollama's native API. Anything else is 'unknown'. */
export function parseOllamaLine(json: string): Chunk {
  const value = parseJson(json);
  if (typeof value === 'object' && value !== null && 'error' in value && value.error)
    return { kind: 'error', error: value.error };
  const line = lineSchema.safeParse(value);
  if (!line.success) return { kind: 'unknown' };
  const { message, response, thinking, done, done_reason, prompt_eval_count, eval_count } = line.data;
  const counted = done && eval_count !== undefined;
  return {
    kind: 'said',
    text: message?.content ?? response ?? '',
    reasoning: message?.thinking ?? thinking ?? '',
    finish: done ? done_reason || 'stop' : undefined,
    usage: counted ? { prompt_tokens: prompt_eval_count ?? 0, completion_tokens: eval_count } : undefined,
  };
}
