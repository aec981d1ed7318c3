import { EVERY_INVISIBLE, INVISIBLE } from './invisible.ts';
import { shapeLengthAt } from './literals/control-texts.ts';
import { KNOWN_LITERALS, type Literals } from './literals/literals.ts';

/** Look-alikes of a token's first character that no tokenizer reads as a token, and that no normal form (NFKC) turns back. */
const OPENINGS: Readonly<Record<string, string>> = { '<': '‹', '[': '⁅', ']': '⁆', '/': '∕' };
/** UTF-16 units with which a token of a common shape may begin. */
const SHAPES_BEGIN: ReadonlySet<number> = new Set(['<', '['].map((sign) => sign.charCodeAt(0)));
/** What stands after the first character of a token that begins in another way. */
const BREAK = '·';

/**
 * The text with every control token of a chat template, and every switch it looks for, made plain: its first character becomes a look-alike, or gets a dot behind
 * it, visible and never read as a token, also where invisible characters hide in it. Such a text is composed to NFC (never NFKC,
 * which would turn full-width look-alikes into real tokens). Text without such tokens stays as it is, to the byte; doing it twice
 * changes nothing more. Takes time in proportion to the text's length, whatever is in it.
 */
export function neutralise(text: string, literals: Literals = KNOWN_LITERALS): string {
  let clean = text.normalize('NFC');
  let starts = startsIn(clean, literals);
  if (starts.length === 0 && (clean === text || !holdsControl(text, literals))) return text;
  // once is enough, unless a vocabulary has a token that holds one of our own look-alikes: each round then breaks one more of them
  for (; starts.length > 0; starts = startsIn(clean, literals)) clean = replaceAt(clean, starts);
  return clean;
}

/** Whether a text holds something that a model could read as a control token. */
export function holdsControl(text: string, literals: Literals = KNOWN_LITERALS): boolean {
  return startsIn(text, literals).length > 0;
}

/** Where control tokens stand in a text, as [start, end) in UTF-16 units, in the order of their starts; they may overlap. */
export function controlSpans(text: string, literals: Literals = KNOWN_LITERALS): [number, number][] {
  const spans: [number, number][] = [];
  for (let at = 0; at < text.length; at += 1) {
    const length = controlLengthAt(text, at, literals);
    if (length > 0) spans.push([at, at + length]);
  }
  return spans;
}

/** How long the longest control token is that begins there; 0 where none does. */
function controlLengthAt(text: string, at: number, { texts, lengths, alone }: Literals): number {
  const first = text.charCodeAt(at);
  const shaped = SHAPES_BEGIN.has(first) ? shapeLengthAt(text, at) : 0;
  const longer = lengths.get(first)?.find((size) => {
    const literal = text.slice(at, at + size);
    return literal.length === size && texts.has(literal) && (!alone.has(literal) || standsAlone(text, at, literal));
  });
  return Math.max(shaped, longer ?? 0);
}

/** What makes a switch a part of a longer word or path, before it and behind it; and a role's mark, before it. */
const IN_A_PATH = /[\p{L}\p{M}\p{N}/_-]/u;
const PATH_BEFORE = /[\p{L}\p{M}\p{N}/_-]$/u;
const WORD_BEFORE = /[\p{L}\p{M}\p{N}_]$/u;

function standsAlone(text: string, at: number, literal: string): boolean {
  const before = text.slice(Math.max(0, at - 2), at);
  if (literal.endsWith(':')) return !WORD_BEFORE.test(before);
  return !PATH_BEFORE.test(before) && !IN_A_PATH.test(String.fromCodePoint(text.codePointAt(at + literal.length) ?? 0));
}

/** Where control tokens begin in a text, whatever invisible characters stand in them. */
function startsIn(text: string, literals: Literals): number[] {
  if (!INVISIBLE.test(text)) return startsInVisible(text, literals);
  const starts = startsInVisible(text.replace(EVERY_INVISIBLE, ''), literals);
  const hidden = starts.length > 0 ? Array.from(text.matchAll(EVERY_INVISIBLE)) : [];
  let before = 0; // how many of the hidden stand before the start, and how many units that is
  let units = 0;
  return starts.map((start) => {
    for (let next = hidden[before]; next && next.index <= start + units; next = hidden[before]) {
      units += next[0].length;
      before += 1;
    }
    return start + units;
  });
}

function startsInVisible(text: string, literals: Literals): number[] {
  const starts = controlSpans(text, literals).map(([start]) => start);
  const edges = edgesIn(text, literals);
  return edges.length === 0 ? starts : [...new Set([...starts, ...edges])].sort((one, other) => one - other);
}

/** Where the rest of a token begins at either end of a text; templates may trim it. */
function edgesIn(text: string, { edges: { beginnings, endings } }: Literals): number[] {
  if (beginnings.length === 0 && endings.length === 0) return [];
  const from = text.length - text.trimStart().length;
  const to = text.trimEnd().length;
  const isBegun = beginnings.some((rest) => text.startsWith(rest, from));
  return [...(isBegun ? [from] : []), ...endings.flatMap((rest) => (text.endsWith(rest, to) ? [to - rest.length] : []))];
}

function replaceAt(text: string, starts: readonly number[]): string {
  let result = '';
  let from = 0;
  for (const start of starts) {
    const opening = String.fromCodePoint(text.codePointAt(start) ?? 0);
    result += text.slice(from, start) + (OPENINGS[opening] ?? opening + BREAK);
    from = start + opening.length;
  }
  return result + text.slice(from);
}
