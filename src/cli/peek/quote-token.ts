import type { TokenChance } from '../../backends/backend.ts';

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' };
/** What cannot be seen: controls, formats, what has no character, every space but the plain one. */
const UNSEEN = /\p{C}|\p{Z}|\p{Default_Ignorable_Code_Point}/u;
/** Joins the character before it, and has no width of its own. */
const JOINS = /\p{M}/u;
/** Two columns of a terminal: CJK and its punctuation, full-width forms, and what is drawn as an emoji. */
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/u;

/** A token in quotes, every character of it to be seen: `" the"`, `"\n"`, and `"\xE2\x96"` for bytes that are no whole character. */
export function quoteToken({ text, bytes }: Pick<TokenChance, 'text' | 'bytes'>): string {
  const shown = bytes ? bytes.map(showByte) : Array.from(text, showCharacter);
  return `"${shown.join('')}"`;
}

function showByte(byte: number): string {
  return byte >= 0x20 && byte < 0x7f
    ? showCharacter(String.fromCharCode(byte), 1)
    : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

function showCharacter(character: string, index: number): string {
  const escaped = ESCAPES[character];
  if (escaped !== undefined) return escaped;
  const isSeen = character === ' ' || !(UNSEEN.test(character) || (index === 0 && JOINS.test(character)));
  return isSeen ? character : `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`;
}

/** A text that takes up just so many columns of a terminal: filled with spaces, or cut with a sign of that. */
export function fitWidth(text: string, columns: number): string {
  const width = widthOf(text);
  if (width <= columns) return text + ' '.repeat(columns - width);
  let cut = '';
  for (const character of text) {
    if (widthOf(cut + character) > columns - 1) break;
    cut += character;
  }
  return `${cut}…${' '.repeat(columns - 1 - widthOf(cut))}`;
}

/** Columns of a terminal. */
export function widthOf(text: string): number {
  return Array.from(text).reduce((sum, character) => sum + (JOINS.test(character) ? 0 : WIDE.test(character) ? 2 : 1), 0);
}
