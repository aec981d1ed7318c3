import { heldLength } from '../filter-stops.ts';

export type MarkFinder = {
  /** The first mark in the text that begins at or after `from`. */
  find(text: string, from?: number): { at: number; text: string } | undefined;
  /** How many characters at the end of the text may be the beginning of a mark. */
  held(text: string): number;
  /** in UTF-16 code units */
  readonly longest: number;
};

export function createMarkFinder(marks: readonly string[]): MarkFinder {
  const pattern = new RegExp(marks.map(RegExp.escape).join('|'), 'g');
  return {
    find(text, from = 0) {
      pattern.lastIndex = from;
      const match = pattern.exec(text);
      return match ? { at: match.index, text: match[0] } : undefined;
    },
    held: (text) => heldLength(text, marks),
    longest: Math.max(...marks.map((mark) => mark.length)),
  };
}
