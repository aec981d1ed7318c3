import { remembering } from '../remembering.ts';
import { isOfShape, KNOWN_CONTROL_TEXTS, type ModelTexts, ownControlTexts } from './control-texts.ts';
import { hasInlineMarks } from './inline-marks.ts';
import { roleWordsOf } from './role-words.ts';
import { learnedSwitchesOf, switchesOf } from './switches.ts';

/** What must not be read as a token in people's text, made ready to be looked for. */
export type Literals = {
  /** of tokens, without invisible characters, the switches and the marks */
  texts: ReadonlySet<string>;
  /** ordinary characters that the template looks for in what is said, or the model obeys: `/no_think` */
  switches: readonly string[];
  /** `ASSISTANT:` and the like, where the template writes them inside a line */
  marks: readonly string[];
  /** of the switches and the marks, those that count only as words of their own */
  alone: ReadonlySet<string>;
  /** how long the texts are that begin with this UTF-16 unit, longest first */
  lengths: ReadonlyMap<number, readonly number[]>;
  /** what would be a token together with the template's own tokens, at the beginning of a text or at its end */
  edges: { beginnings: readonly string[]; endings: readonly string[] };
  /** words that begin a role's line in a template of plain text */
  roleWords: readonly string[];
};

type SaidIn = Record<'found' | 'learned' | 'marks' | 'roleWords', readonly string[]>;
const NOTHING_SAID: SaidIn = { found: [], learned: [], marks: [], roleWords: [] };

/** Making them ready takes some milliseconds for a large vocabulary, and every prompt needs them. */
const remembered = remembering(toLiterals, { isSame });

/** What must not be read as a token by any model of the known families. */
export const KNOWN_LITERALS: Literals = toLiterals({});

/** What must not be read as a token by this model, or looked for by its template. */
export function literalsFor(model: ModelTexts = {}): Literals {
  return remembered(model);
}

/** The same for what operators write: they may use the switches, and write a turn as an example. */
export function withoutSwitches(literals: Literals): Literals {
  const theirs = new Set([...literals.switches, ...literals.marks]);
  return { ...literals, texts: new Set([...literals.texts].filter((text) => !theirs.has(text))), switches: [], marks: [] };
}

function isSame(one: ModelTexts, other: ModelTexts): boolean {
  const keys = ['template', 'bosToken', 'eosToken'] as const;
  return keys.every((key) => one[key] === other[key]) && isSameList(one.controlTexts ?? [], other.controlTexts ?? []);
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((text, index) => text === other[index]));
}

function toLiterals(model: ModelTexts): Literals {
  const own = ownControlTexts(model);
  const tokens = new Set([...KNOWN_CONTROL_TEXTS, ...own.filter((text) => !isOfShape(text))]);
  const { found, learned, marks, roleWords } = model.template === undefined ? NOTHING_SAID : saidIn(model.template);
  const switches = [...new Set([...found, ...learned])].filter((text) => !tokens.has(text));
  const texts = new Set([...tokens, ...switches, ...marks]);
  const alone = new Set([...learned.filter((text) => switches.includes(text) && !found.includes(text)), ...marks]);
  const lengths = new Map<number, number[]>();
  for (const text of texts) {
    const sizes = lengths.get(text.charCodeAt(0)) ?? [];
    if (!sizes.includes(text.length)) lengths.set(text.charCodeAt(0), [...sizes, text.length]);
  }
  for (const sizes of lengths.values()) sizes.sort((one, other) => other - one);
  return { texts, switches, marks, alone, lengths, edges: edgesOf(own), roleWords };
}

/** What of ordinary characters a template, or its model, obeys. */
function saidIn(template: string): SaidIn {
  const roleWords = roleWordsOf(template);
  const marks = hasInlineMarks(template, roleWords) ? roleWords.flatMap((word) => [`${word}:`, `${word} :`]) : [];
  return { found: switchesOf(template), learned: learnedSwitchesOf(template), marks, roleWords };
}

/**
 * Where a token ends like another begins, people could write the rest of it next to the template's own: `>>TITLE<` before
 * `<|end|>` makes `>>TITLE<<`, and of the template's token nothing is left. Few vocabularies have such tokens.
 */
function edgesOf(own: readonly string[]): Literals['edges'] {
  const cuts = own.flatMap((text) =>
    Array.from({ length: text.length - 1 }, (_, at) => [text.slice(0, at + 1), text.slice(at + 1)]),
  );
  const heads = new Set([...own, ...cuts.map(([head = '']) => head)]);
  const tails = new Set([...own, ...cuts.map(([, tail = '']) => tail)]);
  return {
    beginnings: [...new Set(cuts.flatMap(([head = '', tail = '']) => (tails.has(head) ? [tail] : [])))],
    endings: [...new Set(cuts.flatMap(([head = '', tail = '']) => (heads.has(tail) ? [head] : [])))],
  };
}
