import type { Piece, ReplyPart } from '../chat.ts';
import { createStopFilter } from './filter-stops.ts';
import type { Spoken } from './thinking/reading.ts';
import { createThinkingSplitter, type TextEnding } from './thinking/split-thinking.ts';

export type SpokenPart = Exclude<ReplyPart, { type: 'end' }>;

/** What came: `reasoning` is what a server sends as such; `text` may hold thoughts in any format. */
type Said = {
  text: string;
  reasoning?: string;
  /** The text is that of a control token: no mark in it is quoted. */
  control?: boolean;
};

/** Turns what a model says into parts that may be shown: reasoning apart, nothing of a stop string or a mark, no half characters. */
export type Voice = {
  hear(said: Said): SpokenPart[];
  /** What was kept back, once nothing more comes. `cut`: it is not known that the model itself ended it (a limit, a filter, a break). */
  rest(ending?: TextEnding): SpokenPart[];
  /** whether what comes now is no visible text: a thought, or what stands between a thought and the reply */
  readonly thinking: boolean;
  /** what a model is made to say so that the open thought ends and the reply begins; undefined while no thought is open */
  readonly closing: string | undefined;
  /** the stop string that ended the reply, looked for in visible text only, or the mark with which the model ended its turn */
  readonly stoppedBy: string | undefined;
  /** whether people have something to see */
  readonly spoke: boolean;
  /**
   * What the reply has shown of its first thought: true when its beginning came (or it came as `reasoning`), false when only its end
   * did, undefined while there was none. Once true, the model need not be listened to with `thoughtOpened: 'maybe'`.
   */
  readonly showedOpening: boolean | undefined;
  /** whether nothing has told yet if what came is a thought that an unseen prompt opened, or the reply */
  readonly unmarked: boolean;
};

export type VoiceOptions = {
  /**
   * Whether a prompt that we do not see may have opened a thought, so that only its end comes. With 'maybe' all text is kept back
   * until it shows which it is, at the latest at its end. With 'likely' the same, and the model is known to think: where all marks
   * that end a thought stand in code, the last of them ends it. Left out: 'no'.
   */
  thoughtOpened?: 'no' | 'maybe' | 'likely';
};

/**
 * @param stops end the reply where they stand in visible text
 * @param pieces the prompt, where it is known: its template may have opened a thought already
 */
export function createVoice(stops: readonly string[], pieces: readonly Piece[] = [], options: VoiceOptions = {}): Voice {
  const { thoughtOpened = 'no' } = options;
  const splitter = createThinkingSplitter({ pieces, unsure: thoughtOpened !== 'no', thinks: thoughtOpened === 'likely' });
  const filters = { text: createStopFilter(stops), reasoning: createStopFilter([]) };
  let spoke = false;

  function speak(spoken: readonly Spoken[]): SpokenPart[] {
    return spoken.flatMap(({ type, text }) => part(type, filters[type].push(text)));
  }
  function part(type: Spoken['type'], text: string): SpokenPart[] {
    if (text === '') return [];
    if (type === 'text' && text.trim() !== '') spoke = true;
    return [{ type, text }];
  }
  return {
    hear({ text, reasoning = '', control = false }) {
      if (reasoning !== '') splitter.settle();
      return [...part('reasoning', filters.reasoning.push(reasoning)), ...speak(splitter.push(text, control))];
    },
    rest(ending = {}) {
      const parts = speak(splitter.rest(ending));
      return [...parts, ...part('reasoning', filters.reasoning.rest()), ...part('text', filters.text.rest())];
    },
    get thinking() {
      return splitter.thinking;
    },
    get closing() {
      return splitter.closing;
    },
    get stoppedBy() {
      return filters.text.stoppedBy ?? splitter.turnEnd;
    },
    get spoke() {
      return spoke;
    },
    get showedOpening() {
      return splitter.showedOpening;
    },
    get unmarked() {
      return splitter.unmarked;
    },
  };
}
