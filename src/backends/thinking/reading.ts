import { type CodeQuotes, createCodeQuotes } from './code-quotes.ts';
import type { Family, Format } from './formats.ts';

export type Spoken = { type: 'reasoning' | 'text'; text: string };

/** What the text that comes now is. */
export type Mode =
  /** `gap`: only white space came since the reply began, or since a thought ended */
  | { is: 'reply'; gap: 'beginning' | 'after a thought' | 'none' }
  /** `labelled`: the label of the format, where it has one, has been looked for */
  | { is: 'thought'; format: Format; labelled: boolean }
  | { is: 'hidden message' }
  /** who speaks to whom, in which channel; `sure`: a mark began it, else it may turn out to be the reply */
  | { is: 'head'; said: string; sure: boolean }
  /** a thought that the server's template may have opened, or the reply; `scanned` characters hold no mark; `thought`: it was so long that it can be no reply; `thinks`: the model is known to think; `quoted`: the last mark that ends a thought, and seems to be quoted */
  | { is: 'unsure'; scanned: number; thought: boolean; thinks: boolean; quoted?: { at: number; text: string } }
  | { is: 'over'; mark: string };

/** A reply may be cut after so few characters that it looks like the beginning of a head; what is longer and does is one. */
export const SHORT_REPLY = 3;

/** UTF-16 units that are kept back at most: far more than a whole reply has, so that a server without end fills no memory. */
export const MOST_HELD = 100_000;

/** A text that is being told apart. */
export type Reading = {
  mode: Mode;
  /** not told apart yet */
  buffer: string;
  /** offsets in the buffer at which control tokens begin: marks for certain */
  control: readonly number[];
  /** how the text ended, once nothing more comes; `cut`: in the middle */
  end: 'whole' | 'cut' | undefined;
  /** of the visible text */
  quotes: CodeQuotes;
  /** the last characters that were said, empty while there are none */
  last: Record<Spoken['type'], string>;
  /** what is ready to be passed on */
  spoken: Spoken[];
  family: Family;
  /** the mark that ends a reply which was wrapped in tags */
  wrap: string | undefined;
  /** whether the text itself showed where its first thought began; undefined while that is open */
  showedOpening: boolean | undefined;
};

export function beginReading(mode: Mode): Reading {
  return {
    mode,
    buffer: '',
    control: [],
    end: undefined,
    quotes: createCodeQuotes(),
    last: { text: '', reasoning: '' },
    spoken: [],
    family: 'harmony',
    wrap: undefined,
    showedOpening: undefined,
  };
}

/** Takes the first characters out of the buffer. */
export function take(reading: Reading, length: number): string {
  const text = reading.buffer.slice(0, length);
  reading.buffer = reading.buffer.slice(length);
  reading.control = reading.control.map((offset) => offset - length).filter((offset) => offset >= 0);
  return text;
}

/** Passes on the first characters of the buffer. */
export function say(reading: Reading, type: Spoken['type'], length: number): void {
  const text = take(reading, length);
  if (text === '') return;
  reading.spoken.push({ type, text });
  reading.last[type] = text.slice(-1);
  if (type === 'text') reading.quotes.read(text);
}

/** The reply goes on, after a mark that is no part of it. */
export function backToReply(reading: Reading): void {
  reading.mode = { is: 'reply', gap: 'after a thought' };
}
