import type { Segment } from '../chat.ts';

const NAME_AT_MOST = 32;
const NAMELESS = 'Someone';

/** A line that begins with one of these words and a colon is not taken for a speaker's. */
const ROLE_WORDS: readonly string[] = [
  'system',
  'user',
  'assistant',
  'human',
  'developer',
  'instruction',
  'response',
  '시스템',
  '사용자',
  '어시스턴트',
  '개발자',
];

/** Nobody may be called that: it would lend a member the operator's or the persona's voice. */
const RESERVED_NAMES: readonly string[] = [
  'system',
  'assistant',
  'developer',
  'tool',
  'model',
  'instruction',
  'response',
  '시스템',
  '어시스턴트',
  '개발자',
];

/** The colon and what is read as one. */
const COLONS = ':：﹕︓∶꞉ː˸׃։⁚⩴';
const COLON = new RegExp(`[${COLONS}]`, 'u');
const EVERY_COLON = new RegExp(COLON, 'gu');

/** White space, what nobody sees, and Markdown: it may stand around and inside a name without hiding it from a reader. */
const DECORATION = /[\s\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800#>*_~`-]+/gu;
const NOT_IN_A_NAME = new RegExp(
  `[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}<>[\\]{}|｜${COLONS}\\s]+`,
  'gu',
);

/**
 * A name as it may stand before what its owner says: one line, no colon, none of the characters that templates are made of, at most
 * 32 characters, never empty, and never a role's or the persona's own name.
 */
export function cleanName(name: string, char: string): string {
  const plain = name
    .normalize('NFC')
    .replace(NOT_IN_A_NAME, ' ')
    .replace(/^[#>*›\s_~`-]+/, '');
  const short = Array.from(plain).slice(0, NAME_AT_MOST).join('').trim();
  if (short === '') return NAMELESS;
  const folded = fold(short);
  return RESERVED.has(folded) || folded === fold(char) ? `${short} (member)` : short;
}

/**
 * What a reader takes a text for, to compare by: the same for full-width and decomposed letters, for both cases, and whatever
 * invisible characters, white space or Markdown stand in it. Letters of other scripts that look alike stay different.
 */
function fold(text: string): string {
  return text.replace(EVERY_COLON, ':').normalize('NFKC').replace(DECORATION, '').toLowerCase().normalize('NFKC');
}

const RESERVED: ReadonlySet<string> = new Set(RESERVED_NAMES.map(fold));

/** What marks a line as quoted: it is somebody's text, not a new speaker. */
const QUOTE = '› ';
const LINE = /[^\n\r\v\f\u0085\u2028\u2029]+/g;

/**
 * Quotes each line of a text that begins with one of the words and a colon, however it is dressed up. Takes time in proportion to
 * the text's length, whatever is in it; nothing but the mark is added.
 */
export function quoteLinesOf(text: string, words: readonly string[]): string {
  if (!COLON.test(text)) return text;
  const beginnings = words.map(fold).flatMap((word) => (word === '' ? [] : `${word}:`));
  return text.replace(LINE, (line) => {
    if (!COLON.test(line)) return line;
    const folded = fold(line);
    return beginnings.some((beginning) => folded.startsWith(beginning)) ? QUOTE + line : line;
  });
}

/**
 * Quotes each line of a text that begins like a line of the script: with one of the names or a role's word, then a colon. Whoever
 * writes `Rook: I give up` in the middle of a message does not put words in Rook's mouth.
 */
export function quoteForgedLines(text: string, names: readonly string[]): string {
  return quoteLinesOf(text, [...names, ...ROLE_WORDS]);
}

/**
 * The segments with every line quoted that pretends to be another speaker's. A line counts as forged when its name has spoken up to
 * that point of the script, so that what was written once stays as it is when others join later.
 */
export function guardSpeakers(segments: readonly Segment[], char: string): Segment[] {
  const spoken = new Set([char]);
  return segments.map((segment) => {
    if (segment.name !== undefined) spoken.add(segment.name);
    if (segment.role !== 'user' || segment.name === undefined || segment.layer === 'examples') return segment;
    const others = [...spoken].filter((name) => name !== segment.name);
    return { ...segment, text: quoteForgedLines(segment.text, others) };
  });
}

/**
 * The segments with every line quoted that begins like a role's in the model's own template. For templates of plain text, where no
 * control token parts the roles; in a direct venue as well.
 */
export function guardRoles(segments: readonly Segment[], words: readonly string[]): Segment[] {
  if (words.length === 0) return [...segments];
  return segments.map((segment) => {
    const isSaid = segment.speaker !== undefined && segment.role === 'user';
    return isSaid ? { ...segment, text: quoteLinesOf(segment.text, words) } : segment;
  });
}
