// What a reply is judged by. Plain code on plain text: no model judges a model here.
import type { EndReason } from '../../src/chat.ts';
import { endingsAfter } from './hangul-endings.ts';

/** How a persona says that it was not told; the lines that taught the model are held to the same list. */
const MARKERS: readonly string[] = [
  ...['not told', "haven't told", 'have not told', 'never told', "don't know", 'do not know', "didn't say", "haven't said"],
  ...['never said', 'not said', 'never mentioned', "haven't mentioned"],
  ...['몰라요', '모르겠', '말해 준 적', '들은 적', '못 들었', '들은 기억'],
];

/** No reply of Pocket should take more tokens. */
export const LONGEST_END_TOKENS = 60;
const LOOP_WORDS = 4;

const [NUMBER_AT_START, NUMBER_AT_END] = [/^\p{N}/u, /\p{N}$/u];
const IN_A_WORD = '\\p{L}\\p{N}\\p{M}';

/** One form for what looks the same: NFC, lower case, straight apostrophes, single spaces. */
export function plain(text: string): string {
  return text.normalize('NFC').toLowerCase().replaceAll(/[‘’]/g, "'").replaceAll(/\s+/g, ' ');
}

/**
 * Whether the text holds the value as a whole word or number, in any case. In Korean endings follow a word without a space; those of
 * a closed list may stand behind it and nothing else.
 */
export function holdsValue(text: string, value: string): boolean {
  const wanted = plain(value).trim();
  if (wanted === '') return false;
  const before = `(?<![${IN_A_WORD}])${NUMBER_AT_START.test(wanted) ? '(?<!\\p{N}[.,])' : ''}`;
  const after = `${endingsAfter(wanted)}(?![${IN_A_WORD}])${NUMBER_AT_END.test(wanted) ? '(?![.,]\\p{N})' : ''}`;
  return new RegExp(`${before}${RegExp.escape(wanted)}${after}`, 'u').test(plain(text));
}

/** Whether the reply says, of anything at all, that it was never told or does not know. */
export function saysNotTold(reply: string): boolean {
  const said = plain(reply);
  return MARKERS.some((marker) => said.includes(marker));
}

/** Whether the same four consecutive words come twice. */
export function loops(reply: string): boolean {
  const words = plain(reply).match(/[\p{L}\p{N}\p{M}']+/gu) ?? [];
  const seen = new Set<string>();
  for (let index = 0; index + LOOP_WORDS <= words.length; index += 1) {
    const run = words.slice(index, index + LOOP_WORDS).join(' ');
    if (seen.has(run)) return true;
    seen.add(run);
  }
  return false;
}

/** Whether the model ended the reply itself, and in time. */
export function endsByItself({ end, tokens }: { end: EndReason; tokens: number }): boolean {
  return end === 'complete' && tokens > 0 && tokens <= LONGEST_END_TOKENS;
}
