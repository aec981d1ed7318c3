import type { Sampling } from '../../chat.ts';
import { DIALS, type NumericDial, samplingSchema } from '../../personas/sampling.ts';
import type { Replies } from './wording/replies.ts';

/** What a dial was turned to, or the sentence that says why it cannot be. */
export type DialValue = { change: Partial<Sampling> } | { problem: string };

/** Reads what a member wrote for a dial: a number in its range; for `stop` a JSON array of texts, or one text with \n escapes. */
export function readDialValue(dial: NumericDial | 'stop', written: string, replies: Replies['tune']): DialValue {
  return dial === 'stop' ? readStops(written, replies) : readNumber(dial, written.trim(), replies);
}

function readNumber(name: NumericDial, written: string, replies: Replies['tune']): DialValue {
  const dial = DIALS.find((candidate) => candidate.name === name);
  const value = written === '' ? Number.NaN : Number(written);
  const range = dial ? replies.range(dial) : '';
  if (!dial || !Number.isFinite(value) || (dial.integer && !Number.isInteger(value))) {
    return { problem: replies.notANumber(name, written, range) };
  }
  if (value < dial.min || value > dial.max) return { problem: replies.outOfRange(name, written, range) };
  return { change: { [name]: value } };
}

function readStops(written: string, replies: Replies['tune']): DialValue {
  const isArray = /^\s*\[\s*["\]]/.test(written); // a lone text may begin with a bracket as well: [END]
  const { success, data } = samplingSchema.shape.stop.safeParse(isArray ? parseJson(written) : [unescapeText(written)]);
  return success && data ? { change: { stop: data } } : { problem: replies.notStops(written, replies.stopRange) };
}

function parseJson(written: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    return null; // no list of texts, which is what the caller says
  }
}

function unescapeText(written: string): string {
  const characters: Readonly<Record<string, string>> = { n: '\n', t: '\t', '\\': '\\' };
  return written.replace(/\\([nt\\])/g, (whole, letter: string) => characters[letter] ?? whole);
}
