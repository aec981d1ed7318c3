import type { Segment } from '../chat.ts';
import { looksLike } from './look-alikes.ts';

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
const COLONS = ':：﹕︓∶꞉ː˸׃։⁚⩴︰᠄᛬⦂፡፥܃܄';
const COLON = new RegExp(`[${COLONS}]`, 'u');
const EVERY_COLON = new RegExp(COLON, 'gu');

/** Signs that are a letter in a frame. */
const FRAMED = '\\u24b6-\\u24e9\\u{1f110}-\\u{1f189}\\u{1f1e6}-\\u{1f1ff}';
/** What stands around and inside a name without hiding it from a reader: all but letters, digits and colons. */
const DRESS = new RegExp(`(?:[^\\p{L}\\p{N}\\p{M}:${FRAMED}]|\\p{Default_Ignorable_Code_Point})+`, 'gu');
const LETTER = new RegExp(`(?!\\p{Default_Ignorable_Code_Point})[\\p{L}${FRAMED}]`, 'u');
const LEADING_COLONS = /^:+/;
const ACCENTS = /\p{Mn}+/gu;
/** Of a name of signs only, what nobody sees, and Markdown. */
const UNSEEN = /[\s\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800#>*_~`-]+/gu;
/** `a) `: the one mark of a list that is a letter */
const LETTERED = /^[^\p{L}\p{N}]{0,9}\p{L}[)\]]\s/u;
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
  return passesFor(short, [readingsOf(char), ...RESERVED]) ? `${short} (member)` : short;
}

/** UTF-16 units that are compared, without dress: a name is shorter, however its letters are written. */
const READ_AT_MOST = 600;

/**
 * What a reader may take the beginning of a text for, to compare by: its letters, digits and colons, by what they are and by what they
 * look like. White space, what nobody sees, signs, quotes, brackets, Markdown and emoji fall away. The last way is for names of signs
 * only.
 */
function readingsOf(text: string): string[] {
  const plain = text.replace(EVERY_COLON, ':');
  const bare = plain.replace(DRESS, '').replace(LEADING_COLONS, '');
  const signs = plain.replace(UNSEEN, '').replace(LEADING_COLONS, '').slice(0, READ_AT_MOST);
  return [
    bare.slice(0, READ_AT_MOST).normalize('NFKC').replace(DRESS, '').toLowerCase().normalize('NFKC'),
    looksLike(bare.replace(ACCENTS, '').slice(0, READ_AT_MOST)).replace(DRESS, ''),
    signs.normalize('NFKC').replace(UNSEEN, '').toLowerCase(),
  ];
}

/** A text from its first letter on: without the bullet, the number or the time before it. */
function fromLetter(text: string): string {
  const plain = text.replace(LETTERED, '');
  return plain.slice(Math.max(0, plain.search(LETTER)));
}

/** Whether a reader might take somebody of this name for that one. */
function passesFor(name: string, others: readonly (readonly string[])[]): boolean {
  const shown = [readingsOf(name), readingsOf(fromLetter(name))];
  return others.some((other) =>
    shown.some((readings) => readings.some((reading, way) => reading !== '' && reading === other[way])),
  );
}

const RESERVED: readonly (readonly string[])[] = RESERVED_NAMES.map(readingsOf);

/** What marks a line as quoted: it is somebody's text, not a new speaker. */
const QUOTE = '› ';
const LINE = /[^\n\r\v\f\u0085\u2028\u2029]+/g;

/** What a word's line begins with, in each way of reading it; nothing where that is empty. */
const beginningOf = (word: string): string[] => readingsOf(word).map((reading) => reading && `${reading}:`);
const ROLE_BEGINNINGS: readonly (readonly string[])[] = ROLE_WORDS.map(beginningOf);

/**
 * Quotes each line of a text that begins with one of the words and a colon, however it is dressed up: in quotes or brackets, behind a
 * bullet, a number or a time, in letters that look alike. Takes time in proportion to the text's length, whatever is in it; nothing
 * but the mark is added.
 */
export function quoteLinesOf(text: string, words: readonly string[]): string {
  return COLON.test(text) ? quoteLines(text, words.map(beginningOf)) : text;
}

function quoteLines(text: string, beginnings: readonly (readonly string[])[]): string {
  return text.replace(LINE, (line) => {
    const head = line.slice(0, lastColonIn(line) + 1);
    if (head === '' || line.startsWith(QUOTE)) return line;
    const forms = [...new Set([head, fromLetter(head)])].map(readingsOf);
    const isForged = (beginning: readonly string[]) =>
      beginning.some((start, way) => start !== '' && forms.some((form) => form[way]?.startsWith(start)));
    return beginnings.some(isForged) ? QUOTE + line : line;
  });
}

function lastColonIn(line: string): number {
  let at = line.length - 1;
  while (at >= 0 && !COLONS.includes(line.charAt(at))) at -= 1;
  return at;
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
  const spoken = new Map([[char, beginningOf(char)]]);
  return segments.map((segment) => {
    const { name, text } = segment;
    if (name !== undefined && !spoken.has(name)) spoken.set(name, beginningOf(name));
    if (segment.role !== 'user' || name === undefined || segment.layer === 'examples' || !COLON.test(text)) return segment;
    const others = [...spoken].flatMap(([other, beginning]) => (other === name ? [] : [beginning]));
    return { ...segment, text: quoteLines(text, [...others, ...ROLE_BEGINNINGS]) };
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
