import type { Corpus, Kind } from './corpus.ts';
import type { Dice } from './dice.ts';
import { isHeldOut } from './held-out.ts';
import { holdsValue } from './judge.ts';

/** Something told; `pet` is the kind of animal, and only matters where the fact is a pet's name. */
export type Fact = { kind: Kind; value: string; pet: string };

type Source = 'list' | 'made';

const CONSONANTS = 'b d f g h j k l m n p r s t v w z'.split(' ');
const VOWELS = 'a e i o u'.split(' ');
const CODAS = 'l n r s m k t'.split(' ');
const CAPITALISED: readonly Kind[] = ['name', 'pet', 'city'];
const [YOUNGEST, OLDEST] = [5, 99];
const ATTEMPTS = 20_000;
const LIST_ATTEMPTS = 20;

/**
 * Draws held-out values: one half entries of the training data's lists, the other made of random syllables. A value that a persona
 * could say by itself is left out, and so is one that holds another of the same session.
 */
export function createValues({ language, values, ownWords }: Corpus, dice: Dice) {
  const ownLetters = ownWords.normalize('NFC').toLowerCase();
  // Most values stand nowhere in the long text, which a plain search finds out soonest.
  const isSaidAnyway = (value: string) => ownLetters.includes(value.toLowerCase()) && holdsValue(ownWords, value);
  const isFree = (value: string) => isHeldOut(value) && !isSaidAnyway(value);
  const listed = new Map<Kind, readonly string[]>();

  function listOf(kind: Kind): readonly string[] {
    const known = listed.get(kind) ?? (values[kind] ?? []).filter(isFree);
    listed.set(kind, known);
    return known;
  }

  function make(kind: Kind): string {
    if (kind === 'age') return String(YOUNGEST + dice.below(OLDEST - YOUNGEST + 1));
    if (kind === 'number') return digits(dice);
    return language === 'ko' ? makeKorean(kind) : makeEnglish(kind);
  }

  function makeEnglish(kind: Kind): string {
    if (kind === 'promise') {
      const noun = dice.below(2) === 0 ? dice.pick(values.promise_noun ?? ['it']) : latinWord(dice);
      return `${dice.pick(values.promise_verb ?? ['find'])} ${noun}`;
    }
    const word = latinWord(dice);
    return CAPITALISED.includes(kind) ? word.charAt(0).toUpperCase() + word.slice(1) : word;
  }

  function makeKorean(kind: Kind): string {
    const syllables = values[kind === 'name' ? 'name_syllables' : 'word_syllables'] ?? [];
    const word = Array.from({ length: 2 + dice.below(2) }, () => dice.pick(syllables)).join('');
    return kind === 'promise' ? `${word} ${dice.pick(values.promise_deed ?? ['만들기'])}` : word;
  }

  function draw(kind: Kind, source: Source): string {
    return source === 'list' && listOf(kind).length > 0 ? dice.pick(listOf(kind)) : make(kind);
  }

  return {
    /** A fact whose value shares nothing with the values that are taken. */
    fact(kind: Kind, taken: readonly string[] = []): Fact {
      const source: Source = dice.below(2) === 0 ? 'list' : 'made';
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        // A short list may be used up by what is taken.
        const value = draw(kind, attempt < LIST_ATTEMPTS ? source : 'made');
        if (isFree(value) && !taken.some((other) => holdsValue(other, value) || holdsValue(value, other)))
          return { kind, value, pet: dice.pick(values.kind ?? ['pet']) };
      }
      throw new Error(`No held-out value of the kind ${kind} was found.`);
    },
    /** Who an invented persona is: `a lighthouse keeper`. */
    role: () => dice.pick(values.role ?? ['a stranger']),
  };
}

export type Values = ReturnType<typeof createValues>;

/** Two or three syllables, each with or without a last consonant: `vorin`, `takelo`. */
function latinWord(dice: Dice): string {
  const syllable = () => dice.pick(CONSONANTS) + dice.pick(VOWELS) + (dice.below(2) === 0 ? dice.pick(CODAS) : '');
  return Array.from({ length: 2 + dice.below(2) }, syllable).join('');
}

function digits(dice: Dice): string {
  const length = 2 + dice.below(4);
  const smallest = 10 ** (length - 1);
  return String(smallest + dice.below(9 * smallest));
}
