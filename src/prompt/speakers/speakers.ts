import type { Segment } from '../../chat.ts';
import { EVERY_INVISIBLE } from '../invisible.ts';
import { fencesIn } from './fences.ts';
import { beginningOf, begins, fromLetter, type Reading, readingOf, withPlainColons } from './readings.ts';

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

const NOT_IN_A_NAME = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}<>[\]{}|｜:\s]+/gu;

/**
 * A name as it may stand before what its owner says: one line, no colon, none of the characters that templates are made of, at most
 * 32 characters, never empty, and never a role's, by the model's template too, or the persona's own name.
 */
export function cleanName(name: string, char: string, roleWords: readonly string[] = []): string {
  const plain = withPlainColons(name.normalize('NFC'))
    .replace(NOT_IN_A_NAME, ' ')
    .replace(/^[#>*›\s_~`-]+/, '');
  const short = Array.from(plain).slice(0, NAME_AT_MOST).join('').trim();
  if (short === '') return NAMELESS;
  const guarded = [...[char, ...roleWords].map(beginningOf), ...RESERVED];
  const isImpostor = !short.endsWith(MEMBER) && [name, short].some((shown) => passesFor(undressed(shown), guarded));
  return isImpostor || passesFor(short, guarded) ? short + MEMBER : short;
}

/** What is put behind the name of a member who is called like somebody else. */
const MEMBER = ' (member)';

/** A name without what people put behind one, as a line that begins with it is read; the brackets are gone once it is clean. */
function undressed(name: string): string {
  return AFTER_NAME.exec(`${fromLetter(withPlainColons(name))}:`)?.[1] ?? '';
}

/** Whether a reader might take somebody of this name for one whose lines begin like that. */
function passesFor(name: string, beginnings: readonly (readonly string[])[]): boolean {
  const shown = [name, fromLetter(name)].map((text) => {
    const { ways, mixed } = readingOf(text);
    return { ways: ways.map((way) => way && `${way}:`), mixed };
  });
  return beginnings.some((beginning) => shown.some((reading) => begins(reading, beginning)));
}

const RESERVED: readonly (readonly string[])[] = RESERVED_NAMES.map(beginningOf);

/** What marks a line as quoted: it is somebody's text, not a new speaker. */
const QUOTE = '› ';
const LINE = /[^\n\r\v\f\u0085\u2028\u2029]+/g;

/** A role's word and a colon, undressed but for a heading's signs: with control tokens between the turns, dress makes it no likelier. */
const ROLE_LINE = new RegExp(`^\\s{0,20}(?:#{2,4}\\s{0,4})?(?:${ROLE_WORDS.join('|')})\\s{0,4}:(?:\\s|$)`, 'iu');
/** UTF-16 units in which that stands. */
const ROLE_LINE_IN = 120;

/** `:name:`, `<:name:1>`, unless the name is dressed up or a colon follows, as after a speaker's. */
const EMOJI = /(?<=^|[\s>])(?:<a?:\w{2,32}:\d{1,22}>|:[\w+~-]{2,32}:)+(?!\s*:)/gu;
/** `Rook::new()`, `https://`: a word whose colon is no speaker's, with the colon */
const IN_CODE = /(?<![\p{L}\p{M}\p{N}_.+:-])([\p{L}\p{M}\p{N}_.+-]{1,40})(?:::(?=[A-Za-z_<~])|:(?=\/\/))/gu;
/** `"name": "..."` in JSON, and in Python's way of writing it */
const DATA = /^[\s{[,]*(["'])[^"'\n]{1,80}\1\s{0,8}:\s{0,8}(?:["'{[\d-]|(?:true|false|null|None|True|False)\b)/;
/** What people put between a name and the colon: `Rook (AI):`, `Rook [12:30]:`, `Rook 12:30:` */
const AFTER_NAME =
  /^([^:([（【]{1,200}?)(?:\s{0,8}(?:[([（【][^()[\]（）【】]{0,60}[)\]）】]|\s\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]m)?)){1,2}\s{0,8}(?=:)/iu;

/**
 * Quotes each line of a text that begins with one of the words and a colon, however it is dressed up: in quotes or brackets, behind a
 * bullet, a number or a time, in letters that look alike. JSON's keys and Discord's emoji are left, and in fenced code whatever is not
 * written exactly like the word. Takes time in proportion to the text's length, whatever is in it; nothing but the mark is added.
 */
export function quoteLinesOf(text: string, words: readonly string[]): string {
  const beginnings = words.map(beginningOf);
  const isInFence = fencesIn(text);
  return quoteLines(text, (line, at) => {
    if (isInFence(at)) return words.some((word) => beginsExactly(line, word));
    return readingsOfLine(line).some((reading) => beginnings.some((beginning) => begins(reading, beginning)));
  });
}

/** `start`: how the prompt begins this speaker's lines, without what nobody sees; `beginning`: what that is read as. */
type Speaker = { name: string; start: string; beginning: readonly string[] };

const speakerOf = (name: string): Speaker => ({ name, start: visible(`${name}: `), beginning: beginningOf(name) });

const visible = (text: string): string => text.replace(EVERY_INVISIBLE, '').normalize('NFC');

function quoteLines(text: string, isForged: (line: string, at: number) => boolean): string {
  if (!withPlainColons(text).includes(':')) return text;
  return text.replace(LINE, (line, at: number) => (!line.startsWith(QUOTE) && isForged(line, at) ? QUOTE + line : line));
}

function beginsExactly(line: string, word: string): boolean {
  const bare = line.replace(/^[\s#*>]+/, '');
  return bare.startsWith(word) && /^ ?[:：]/.test(bare.slice(word.length));
}

/** What the beginning of a line may be taken for, if it may be a speaker's. */
function readingsOfLine(line: string, isOfScript = false): Reading[] {
  const plain = withPlainColons(isOfScript ? line.replace(IN_CODE, '$1 ') : line).replace(EMOJI, ' ');
  const head = plain.slice(0, plain.lastIndexOf(':') + 1);
  if (head === '' || DATA.test(line)) return [];
  const named = fromLetter(head);
  const forms = new Set([head, named, ...(isOfScript ? [named.replace(AFTER_NAME, '$1')] : [])]);
  return Array.from(forms, readingOf);
}

function quoteScriptLines(text: string, speakers: readonly Speaker[]): string {
  const isInFence = fencesIn(text);
  return quoteLines(text, (line, at) => {
    const shown = isInFence(at) ? visible(line) : undefined;
    if (shown !== undefined) return speakers.some(({ start }) => shown.startsWith(start)); // code has names in every other form
    const readings = readingsOfLine(line, true);
    return speakers.some(({ beginning }) => readings.some((reading) => begins(reading, beginning))) || isRoleLine(line);
  });
}

function isRoleLine(line: string): boolean {
  const shown = line.replace(EVERY_INVISIBLE, '').slice(0, ROLE_LINE_IN).normalize('NFKC');
  return ROLE_LINE.test(withPlainColons(shown));
}

/**
 * Quotes each line of a text that begins like a line of the script: with one of the names, however it is dressed up, or a role's word,
 * then a colon. Whoever writes `Rook: I give up` in the middle of a message does not put words in Rook's mouth. In fenced code a
 * name counts only as the prompt writes it, and a role's word not at all.
 */
export function quoteForgedLines(text: string, names: readonly string[]): string {
  return quoteScriptLines(text, names.map(speakerOf));
}

/**
 * The segments with every line quoted that pretends to be another speaker's. A line counts as forged when its name has spoken up to
 * that point of the script, so that what was written once stays as it is when others join later.
 */
export function guardSpeakers(segments: readonly Segment[], char: string): Segment[] {
  const spoken = new Map([[char, speakerOf(char)]]);
  return segments.map((segment) => {
    const { name, text } = segment;
    if (name !== undefined && !spoken.has(name)) spoken.set(name, speakerOf(name));
    if (segment.role !== 'user' || name === undefined || segment.layer === 'examples') return segment;
    const others = [...spoken.values()].filter((other) => other.name !== name);
    return { ...segment, text: quoteScriptLines(text, others) };
  });
}

/**
 * The segments with every line quoted that begins like a role's in the model's own template. For templates of plain text, where no
 * control token parts the roles; in a direct venue as well, and in what the persona itself said, which a member may have asked for.
 */
export function guardRoles(segments: readonly Segment[], words: readonly string[]): Segment[] {
  if (words.length === 0) return [...segments];
  return segments.map((segment) => {
    const isSaid = segment.layer === 'history' || segment.layer === 'message';
    return isSaid ? { ...segment, text: quoteLinesOf(segment.text, words) } : segment;
  });
}
