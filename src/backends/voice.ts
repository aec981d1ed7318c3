import type { Piece, ReplyPart } from '../chat.ts';
import { createStopFilter } from './filter-stops.ts';
import { createThinkingSplitter, type Spoken } from './split-thinking.ts';

export type SpokenPart = Exclude<ReplyPart, { type: 'end' }>;

/** Turns what a model says into parts that may be shown: reasoning apart, nothing of a stop string, no half characters. */
export type Voice = {
  /** `reasoning` is what a server sends as such; `text` may begin with reasoning between tags. */
  hear(said: { text: string; reasoning?: string }): SpokenPart[];
  /** What was kept back, once nothing more comes. */
  rest(): SpokenPart[];
  /** whether what comes now is reasoning */
  readonly thinking: boolean;
  /** the stop string that ended the reply; it is looked for in visible text only */
  readonly stoppedBy: string | undefined;
  /** whether people have something to see */
  readonly spoke: boolean;
};

/** @param pieces the prompt, where it is known: its template may have opened the reasoning already */
export function createVoice(stops: readonly string[], pieces: readonly Piece[] = []): Voice {
  const splitter = createThinkingSplitter();
  const visible = createStopFilter(stops);
  const thoughts = createStopFilter([]);
  const opened = openedReasoning(pieces);
  let thinking = opened !== undefined;
  let spoke = false;
  if (opened !== undefined) splitter.push(opened);

  function speak(spoken: readonly Spoken[]): SpokenPart[] {
    return spoken.flatMap(({ type, text }) => {
      thinking = type === 'reasoning';
      return part(type, (thinking ? thoughts : visible).push(text));
    });
  }
  function part(type: Spoken['type'], text: string): SpokenPart[] {
    if (text === '') return [];
    if (type === 'text' && text.trim() !== '') spoke = true;
    return [{ type, text }];
  }
  return {
    hear: ({ text, reasoning = '' }) => [...part('reasoning', thoughts.push(reasoning)), ...speak(splitter.push(text))],
    rest() {
      const parts = speak(splitter.rest());
      return [...parts, ...part('reasoning', thoughts.rest()), ...part('text', visible.rest())];
    },
    get thinking() {
      return thinking;
    },
    get stoppedBy() {
      return visible.stoppedBy;
    },
    get spoke() {
      return spoke;
    },
  };
}

function openedReasoning(pieces: readonly Piece[]): string | undefined {
  const last = pieces.findLast(({ text }) => text.trim() !== '');
  return last?.control ? /(<think(?:ing)?>|\[THINK\])\s*$/.exec(last.text)?.[1] : undefined;
}
