import { describe, expect, it } from 'vitest';
import { KINDS, loadCorpus } from '../../bench/pocket/corpus.ts';
import { inOtherWords, OTHER_WORDS } from '../../bench/pocket/other-words.ts';

describe('facts in other words', async () => {
  const corpus = await loadCorpus('en', { personas: [], ownTexts: [] });
  const plain = (line: string) => line.toLowerCase().replaceAll(/[^\p{L}{}\s]/gu, '');

  it('says nothing that the training data says', () => {
    const trained = new Set(KINDS.flatMap((kind) => [...corpus.facts[kind].tell, ...corpus.facts[kind].ask]).map(plain));
    const own = KINDS.flatMap((kind) => [...OTHER_WORDS[kind].tell, ...OTHER_WORDS[kind].ask]);
    expect(own.filter((line) => trained.has(plain(line)))).toEqual([]);
  });

  it('tells with the value and asks without it', () => {
    const other = inOtherWords(corpus);
    for (const kind of KINDS) {
      expect(other.facts[kind].tell.every((line) => line.includes('{v}'))).toBe(true);
      expect(other.facts[kind].ask.some((line) => line.includes('{v}'))).toBe(false);
    }
  });
});
