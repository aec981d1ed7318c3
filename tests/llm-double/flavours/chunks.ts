// Streams of server-sent events in the shape of OpenAI's, as far as servers agree on it.
import type { Speech } from '../speech.ts';

export const CREATED = 1_760_000_000;

export function event(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

export const DONE = 'data: [DONE]\n\n';

/** How one server builds its chunks. */
export type ChunkShape = {
  /** the chunk around one choice */
  chunk(choices: readonly unknown[], further?: Record<string, unknown>): unknown;
  choice(delta: Record<string, unknown>, finish: string | null): unknown;
  /** the delta before the first word; undefined sends none */
  first?: Record<string, unknown>;
  /** the delta of one word */
  delta(field: string, text: string): Record<string, unknown>;
  /** the delta that comes with the finish_reason */
  last: Record<string, unknown>;
};

/** A whole stream without its [DONE]: the first delta, words, finish_reason. */
export function* chatFrames(speech: Speech, shape: ChunkShape): Generator<string> {
  const send = (delta: Record<string, unknown>, finish: string | null = null) =>
    event(shape.chunk([shape.choice(delta, finish)]));
  if (shape.first) yield send(shape.first);
  for (const { field, text } of speech.pieces) yield send(shape.delta(field, text));
  yield send(shape.last, speech.finish);
}

/** `text_completion` chunks, which servers write nearly alike. */
export function* completionFrames(speech: Speech, chunk: (choice: unknown) => unknown): Generator<string> {
  for (const { text } of speech.pieces) yield event(chunk({ index: 0, text, logprobs: null, finish_reason: null }));
  yield event(chunk({ index: 0, text: '', logprobs: null, finish_reason: speech.finish }));
}

export function openaiUsage(prompt: number, speech: Speech): Record<string, unknown> {
  const { completion } = speech.tokens;
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}
