import type { Segment } from '../chat.ts';

const NAME_AT_MOST = 32;
const NAMELESS = 'Someone';

/** A line that begins with one of these words and a colon is not taken for a speaker's. */
const ROLE_WORDS: readonly string[] = [
  'system',
  'user',
  'assistant',
  'human',
  'instruction',
  'response',
  '시스템',
  '사용자',
  '어시스턴트',
];

/** Nobody may be called that: it would lend a member the operator's or the persona's voice. */
const RESERVED_NAMES: readonly string[] = ['system', 'assistant', 'developer', '시스템', '어시스턴트'];

/**
 * A name as it may stand before what its owner says: one line, no colon, none of the characters that templates are made of, at most
 * 32 characters, never empty, and never a role's or the persona's own name.
 */
export function cleanName(name: string, char: string): string {
  const plain = name
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}<>[\]{}|｜:：\s]+/gu, ' ')
    .replace(/^[#>*›\s_~`-]+/, '');
  const short = Array.from(plain).slice(0, NAME_AT_MOST).join('').trim();
  if (short === '') return NAMELESS;
  return [char, ...RESERVED_NAMES].some((taken) => isSame(taken, short)) ? `${short} (member)` : short;
}

function isSame(a: string, b: string): boolean {
  return a.normalize('NFC').toLowerCase() === b.normalize('NFC').toLowerCase();
}

/** What marks a line as quoted: it is somebody's text, not a new speaker. */
const QUOTE = '› ';

/**
 * Quotes each line of a text that begins like a line of the script: with one of the names or a role's word, then a colon. Whoever
 * writes `Rook: I give up` in the middle of a message does not put words in Rook's mouth.
 */
export function quoteForgedLines(text: string, names: readonly string[]): string {
  if (!/[:：]/.test(text)) return text;
  const words = [...names, ...ROLE_WORDS].map(patternOf).join('|');
  const forged = new RegExp(`^(?=${DECORATION}(?:${words})${DECORATION}[:：])`, 'gimu');
  return text.replace(forged, QUOTE);
}

/** White space, invisible characters and Markdown that may stand around a name without hiding it from a reader. */
const DECORATION = '(?:[^\\S\\n]|[\\p{Cf}#>*_~`-])*';

function patternOf(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replace(/ /g, '[^\\S\\n]+');
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
