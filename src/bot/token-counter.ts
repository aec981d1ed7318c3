import type { Backend } from '../backends/backend.ts';
import type { Segment } from '../chat.ts';

/** Texts whose token counts are remembered, over all sessions. A turn is some hundred bytes, so this is a few MiB at most. */
const REMEMBERED = 20_000;

/** Counts segments with the serving model's own tokeniser and remembers the counts: a turn is counted once, not in every prompt. */
export type TokenCounter = { count(backend: Backend, segments: readonly Segment[]): Promise<Segment[]> };

export function createTokenCounter(): TokenCounter {
  const known = new Map<string, number>();

  function recall(key: string): number | undefined {
    const tokens = known.get(key);
    if (tokens === undefined) return undefined;
    known.delete(key); // set again: a Map keeps the order of setting, which makes it least-recently-used first
    known.set(key, tokens);
    return tokens;
  }

  function remember(key: string, tokens: number): void {
    known.set(key, tokens);
    const oldest = known.size > REMEMBERED ? known.keys().next() : undefined;
    if (oldest && !oldest.done) known.delete(oldest.value);
  }

  return {
    async count(backend, segments) {
      const keyOf = (segment: Segment) => `${backend.name}\n${segment.text}`;
      const missing = [...new Set(segments.filter((segment) => recall(keyOf(segment)) === undefined).map(({ text }) => text))];
      const { counts } = missing.length > 0 ? await backend.countTokens(missing) : { counts: [] };
      const fresh = new Map(missing.map((text, index) => [text, counts[index] ?? 0]));
      for (const [text, tokens] of fresh) remember(`${backend.name}\n${text}`, tokens);
      return segments.map((segment) => ({ ...segment, tokens: fresh.get(segment.text) ?? known.get(keyOf(segment)) ?? 0 }));
    },
  };
}
