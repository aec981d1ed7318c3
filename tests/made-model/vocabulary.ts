import { BYTE_CHARACTERS, learnMerges, spell } from './byte-pairs.ts';
import { COMMON_SYLLABLES, COMMON_WORDS, NEUTRAL, WORD_CLASSES } from './words.ts';

export const CONTROL_TOKENS = { text: '<|endoftext|>', start: '<|im_start|>', end: '<|im_end|>' } as const;

export type Vocabulary = {
  /** spelled in byte characters; the index is the token's id */
  tokens: readonly string[];
  merges: readonly string[];
  /** the word class of each token */
  classes: readonly string[];
  /** of each token: whether it can only stand in Korean text */
  korean: readonly boolean[];
  control: ReadonlySet<number>;
  idOf(token: string): number;
};

/** 256 bytes, what the merges make, the words that are said as one token, and the control tokens. */
export function buildVocabulary(): Vocabulary {
  const classOf = tokenClasses();
  const bare = [...classOf.keys()].map((word) => word.replace(/[.!?…]$/, ''));
  const merges = learnMerges([...new Set([...COMMON_WORDS, ...COMMON_SYLLABLES, ...bare])]);
  const said = [...classOf.keys()].map(spell);
  const texts = [...new Set([...BYTE_CHARACTERS, ...merges.map(([left, right]) => left + right), ...said])];
  const tokens = [...texts, ...Object.values(CONTROL_TOKENS)];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const classBySpelling = new Map([...classOf].map(([word, name]) => [spell(word), name]));
  return {
    tokens,
    merges: merges.map((pair) => pair.join(' ')),
    classes: tokens.map((token) => classBySpelling.get(token) ?? NEUTRAL),
    korean: tokens.map(isKorean),
    control: new Set(Object.values(CONTROL_TOKENS).map((_, index) => texts.length + index)),
    idOf: (token) => {
      const id = ids.get(token);
      if (id === undefined) throw new Error(`The vocabulary has no token ${token}.`);
      return id;
    },
  };
}

function tokenClasses(): Map<string, string> {
  const classOf = new Map<string, string>();
  for (const [name, { words }] of Object.entries(WORD_CLASSES)) {
    for (const word of words) {
      if (classOf.has(word)) throw new Error(`"${word}" stands in two word classes.`);
      classOf.set(word, name);
    }
  }
  return classOf;
}

/** Hangul in UTF-8 begins with one of the bytes EA to ED, which the byte table shows as themselves; a space may stand before. */
function isKorean(token: string): boolean {
  return /^Ġ?[ê-í]/.test(token);
}
