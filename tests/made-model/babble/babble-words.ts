import { BYTE_CHARACTERS, learnMerges, spell } from '../byte-pairs.ts';
import { CONTROL_TOKENS } from '../vocabulary.ts';
import { COMMON_SYLLABLES, COMMON_WORDS } from '../words.ts';

/** What may be said when: `opener` after what is no word, `follower` and `drifter` after a word. `silent` is never said. */
export type Saying = 'opener' | 'follower' | 'drifter' | 'end' | 'silent';

export type BabbleWords = {
  /** spelled in byte characters; the index is the token's id */
  tokens: readonly string[];
  merges: readonly string[];
  /** of each token */
  sayings: readonly Saying[];
  control: ReadonlySet<number>;
  idOf(token: string): number;
};

const CONSONANTS = [...'bdfgklmnprstvz'];
const SYLLABLES = CONSONANTS.flatMap((consonant) => [...'aeiou'].map((vowel) => consonant + vowel));

/** The sizes of the two vocabularies, in words that are said: some thousand for the bench, some hundred for tests. */
const COUNTS = {
  small: { openers: 40, followers: 400, drifters: 50 },
  large: { openers: 200, followers: 4000, drifters: 500 },
} as const;

/**
 * Made-up words that mean nothing: openers as `Bado`, followers as ` kire`, and drifters as ` badoki`, which have a token but no
 * merge: their text becomes other tokens when it is tokenised again. Common English words and Hangul syllables are tokens too, so
 * that prompts do not take a token a letter, but they are never said.
 */
export function babbleWords(size: keyof typeof COUNTS): BabbleWords {
  const { openers, followers, drifters } = COUNTS[size];
  const merges = new MergeList(learnMerges([...COMMON_WORDS, ...COMMON_SYLLABLES]));
  const said = new Map<string, Saying>([[CONTROL_TOKENS.end, 'end']]);
  const note = (saying: Saying) => (word: string) => void said.set(merges.makeOneToken(spell(word)), saying);
  spread(openers, 2).map(capitalised).forEach(note('opener'));
  spread(followers, 2).map(afterSpace).forEach(note('follower'));
  for (const word of spread(drifters, 3)) said.set(spell(afterSpace(word)), 'drifter');
  const texts = [...new Set([...BYTE_CHARACTERS, ...merges.products, ...[...said.keys()].filter(isWord)])];
  const tokens = [...texts, ...Object.values(CONTROL_TOKENS)];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  return {
    tokens,
    merges: merges.lines,
    sayings: tokens.map((token) => said.get(token) ?? 'silent'),
    control: new Set(Object.values(CONTROL_TOKENS).map((_, index) => texts.length + index)),
    idOf: (token) => {
      const id = ids.get(token);
      if (id === undefined) throw new Error(`The vocabulary has no token ${token}.`);
      return id;
    },
  };
}

const isWord = (token: string) => token !== CONTROL_TOKENS.end;
const afterSpace = (word: string) => ` ${word}`;
const capitalised = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** So many different words of so many syllables each, spread evenly over all there are. */
function spread(count: number, syllables: number): string[] {
  const base = SYLLABLES.length;
  const all = base ** syllables;
  if (count > all) throw new Error(`There are only ${all} words of ${syllables} syllables.`);
  return Array.from({ length: count }, (_, index) => {
    let rest = Math.floor((index * all) / count);
    const parts: string[] = [];
    for (let place = 0; place < syllables; place++) {
      parts.push(SYLLABLES[rest % base] ?? '');
      rest = Math.floor(rest / base);
    }
    return parts.join('');
  });
}

/** Merges in the order of their rank. */
class MergeList {
  readonly products: string[];
  readonly lines: string[];
  #rankOf: Map<string, number>;

  constructor(merges: readonly (readonly [left: string, right: string])[]) {
    this.lines = merges.map((pair) => pair.join(' '));
    this.products = merges.map((pair) => pair.join(''));
    this.#rankOf = new Map(this.lines.map((line, rank) => [line, rank]));
  }

  /** Adds what is missing so that the word becomes one token. Later merges never take it apart: theirs are the higher ranks. */
  makeOneToken(word: string): string {
    const parts = this.#tokenise(word);
    for (let [left = '', ...rest] = parts; rest.length > 0; [left = '', ...rest] = [left + rest[0], ...rest.slice(1)]) {
      this.#add(left, rest[0] ?? '');
    }
    return word;
  }

  /** As byte-pair tokenisers do: of all neighbours that merge, those of the lowest rank first. */
  #tokenise(word: string): string[] {
    let parts = [...word];
    for (;;) {
      const ranks = parts
        .slice(1)
        .map((part, index) => this.#rankOf.get(`${parts[index]} ${part}`) ?? Number.POSITIVE_INFINITY);
      const best = Math.min(...ranks);
      if (!Number.isFinite(best)) return parts;
      const at = ranks.indexOf(best);
      parts = [...parts.slice(0, at), `${parts[at]}${parts[at + 1]}`, ...parts.slice(at + 2)];
    }
  }

  #add(left: string, right: string): void {
    const line = `${left} ${right}`;
    if (this.#rankOf.has(line)) return;
    this.#rankOf.set(line, this.lines.length);
    this.lines.push(line);
    this.products.push(left + right);
  }
}
