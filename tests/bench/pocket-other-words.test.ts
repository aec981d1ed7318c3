import { describe, expect, it } from 'vitest';
import { KINDS, loadCorpus } from '../../bench/pocket/corpus.ts';
import { inOtherWords, OTHER_WORDS } from '../../bench/pocket/other-words.ts';
import { withoutSlots } from '../../bench/pocket/particles.ts';

/** Above this share of common words a line is the other one with a word changed. */
const TOO_ALIKE = 0.8;

const wordsOf = (line: string) =>
  withoutSlots(line)
    .toLowerCase()
    .replaceAll(/['’]/g, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .split(' ')
    .filter((word) => word !== '');

/** How alike two lines are in their words: as sets (Jaccard), and in their order (as difflib counts). The greater one. */
function likeness(one: readonly string[], other: readonly string[]): number {
  const [first, second] = [new Set(one), new Set(other)];
  const asSets = first.intersection(second).size / Math.max(1, first.union(second).size);
  return Math.max(asSets, (2 * inCommon(one, other)) / Math.max(1, one.length + other.length));
}

/** The length of the longest run of words, gaps allowed, that both lines have. */
function inCommon(one: readonly string[], other: readonly string[]): number {
  let row: readonly number[] = Array.from({ length: other.length + 1 }, () => 0);
  for (const word of one) {
    const next = [0];
    for (const [index, second] of other.entries())
      next.push(word === second ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0));
    row = next;
  }
  return row.at(-1) ?? 0;
}

describe('facts in other words', async () => {
  const corpus = await loadCorpus('en', { personas: [], ownTexts: [] });
  const lists = [...Object.values(corpus.facts).flatMap((forms) => Object.values(forms)), ...Object.values(corpus.smallTalk)];
  const trained = lists.flat();

  it('say nothing that any line of the training data says, not even nearly', () => {
    const known = trained.map((line) => ({ line, words: wordsOf(line) }));
    const own = KINDS.flatMap((kind) => [...OTHER_WORDS[kind].tell, ...OTHER_WORDS[kind].ask]);
    const alike = own.flatMap((line) => {
      const words = wordsOf(line);
      return known.filter((other) => likeness(words, other.words) > TOO_ALIKE).map((other) => `${line} = ${other.line}`);
    });
    expect(known.length).toBeGreaterThan(1_000);
    expect(alike).toEqual([]);
  });

  it('are compared without marks, case and values', () => {
    expect(likeness(wordsOf('Meet {v}, my  {kind}.'), wordsOf('meet {v}, my {kind} :)'))).toBe(1);
    expect(likeness(wordsOf('By which name do you know me?'), wordsOf('Under which name do you know me?'))).toBeGreaterThan(
      0.8,
    );
    expect(likeness(wordsOf('Where do I live?'), wordsOf('How old am I?'))).toBeLessThan(0.3);
  });

  it('tell with the value and ask without it', () => {
    const other = inOtherWords(corpus);
    for (const kind of KINDS) {
      expect(other.facts[kind].tell.every((line) => line.includes('{v}'))).toBe(true);
      expect(other.facts[kind].ask.some((line) => line.includes('{v}'))).toBe(false);
    }
  });
});
