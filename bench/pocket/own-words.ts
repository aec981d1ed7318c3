// Which words a persona can have: those of its lines, of its prompt and of what members said. A model of some megabytes puts words
// together from pieces, and where it fails the pieces make no word: `runnicleable`, `dish을려고`.
import type { Case } from './case.ts';
import { linesOf, type Voice } from './corpus.ts';
import { withoutEndings } from './hangul-endings.ts';
import { plain } from './judge.ts';
import { withoutSlots } from './particles.ts';

/** Words in lower case; `hangul`: Korean ones are among them. */
export type Stock = { words: ReadonlySet<string>; hangul: boolean };
/** What a reply can take its words from, apart from the persona's lines. */
export type Session = Pick<Case, 'persona' | 'house' | 'before' | 'ask'>;

const WORD = /[\p{L}\p{N}\p{M}]+(?:'[\p{L}\p{N}\p{M}]+)*/gu;
const HANGUL = /\p{Script=Hangul}/u;
/** `Theo's`, `that'd`: what a word that is known may be shortened with. */
const CONTRACTION = /(?:n't|'(?:s|re|d|ll|ve|m))$/;
const CAPITALISED = /(?<![\p{L}\p{N}\p{M}'])\p{Lu}[\p{L}\p{N}\p{M}'’]*/gu;
/** The word before 님, with or without a space. */
const ADDRESSED = /[\p{L}\p{N}]+(?=\s+님)|[\p{L}\p{N}]+님/gu;

/** The words of a text. Of Korean ones also what is left without their endings: a value is told as 미나야 and said again as 미나예요. */
export function stockOf(text: string): Stock {
  const words = wordsOf(text);
  const hangul = words.filter((word) => HANGUL.test(word));
  return { words: new Set([...words, ...hangul.flatMap(withoutEndings)]), hangul: hangul.length > 0 };
}

/**
 * The words of the text that are in none of the stocks. A Korean word is known with any ending of the closed list, so that a copied
 * value is; a known beginning alone makes no word known. An ending behind a Latin word or digits belongs to who speaks Korean.
 */
export function strangeWords(text: string, stocks: readonly Stock[]): string[] {
  const has = (word: string) => stocks.some(({ words }) => words.has(word));
  const speaksKorean = stocks.some(({ hangul }) => hangul);
  const isKnown = (word: string) =>
    has(word) ||
    has(word.replace(CONTRACTION, '')) ||
    (speaksKorean && HANGUL.test(word) && withoutEndings(word).some((base) => has(base)));
  return wordsOf(text).filter((word) => !isKnown(word));
}

/**
 * The words of the text that look like names and are in none of the stocks: capitalised ones, and whom Korean addresses with 님. Also
 * at a sentence's beginning, where names stand too: a common word of the persona's is known there as elsewhere.
 */
export function strangeNames(text: string, stocks: readonly Stock[]): string[] {
  const names = [...text.matchAll(CAPITALISED), ...text.normalize('NFC').matchAll(ADDRESSED)].map(([name]) => name);
  return names.filter((name) => strangeWords(name, stocks).length > 0);
}

/** Stocks of sessions: the lines of the persona's voice, and what stands in its prompt without having been said by the model itself. */
export function createStocks(voiceOf: (personaId: string) => Voice): (session: Session) => readonly Stock[] {
  const spoken = new Map<string, Stock>();
  return ({ persona, house, before, ask }) => {
    const own = spoken.get(persona.id) ?? stockOf(linesOf(voiceOf(persona.id)).map(withoutSlots).join('\n'));
    spoken.set(persona.id, own);
    const { name, description, scenario, instructions, greeting, examples } = persona;
    const prompt = [house.system, ...house.sealed, name, description, scenario, instructions, greeting, examples];
    const said = [...before, { ...ask, answer: '' }].flatMap(({ by, text, answer }) => [by, text, answer ?? '']);
    return [own, stockOf([...prompt, ...said].join('\n'))];
  };
}

function wordsOf(text: string): string[] {
  return plain(text).match(WORD) ?? [];
}
