import type { ReplyPart } from '../../chat.ts';
import { createStopFilter } from '../filter-stops.ts';
import { createThinkingSplitter, type Spoken } from '../split-thinking.ts';
import type { Meter } from './count-usage.ts';
import type { Chunk } from './parse-chunk.ts';

export type SpokenPart = Exclude<ReplyPart, { type: 'end' }>;

/** Turns what a server sends into parts that may be shown: thinking apart, nothing of a stop string, no half characters. */
export type Voice = {
  hear(said: Extract<Chunk, { kind: 'said' }>): SpokenPart[];
  /** What was kept back, once nothing more comes. */
  rest(): SpokenPart[];
  /** the stop string that ended the reply */
  readonly stoppedBy: string | undefined;
};

export function createVoice(stops: readonly string[], meter: Meter): Voice {
  const splitter = createThinkingSplitter();
  const visible = createStopFilter(stops);
  const thinking = createStopFilter([]);

  function speak(pieces: readonly Spoken[]): SpokenPart[] {
    return pieces.flatMap(({ type, text }) => part(type, (type === 'text' ? visible : thinking).push(text)));
  }
  function part(type: Spoken['type'], text: string): SpokenPart[] {
    if (text === '') return [];
    meter.began();
    meter.said[type] += text;
    return [{ type, text }];
  }
  return {
    get stoppedBy() {
      return visible.stoppedBy;
    },
    hear: ({ reasoning, text }) => [...part('reasoning', thinking.push(reasoning)), ...speak(splitter.push(text))],
    rest() {
      const parts = speak(splitter.rest());
      return [...parts, ...part('reasoning', thinking.rest()), ...part('text', visible.rest())];
    },
  };
}
