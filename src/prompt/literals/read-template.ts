import { remembering } from '../remembering.ts';
import { tokenizeBounded } from '../templates/jinja/parse-template.ts';

export type Token = ReturnType<typeof tokenizeBounded>[number];

/** What a chat template is made of. */
export type TemplateCode = {
  /** empty where it cannot be taken apart */
  tokens: readonly Token[];
  /** the text between its code, and the strings in it; all of it where it cannot be taken apart */
  texts: readonly string[];
};

/** UTF-16 units that are looked through of a source that cannot be taken apart. */
const UNREAD_AT_MOST = 256 * 1024;

/** A chat template's tokens and texts, in bounded time, whatever the source. */
export const readTemplate = remembering((source: string): TemplateCode => {
  try {
    const tokens = tokenizeBounded(source);
    const texts = tokens.filter(({ type }) => type === 'Text' || type === 'StringLiteral').map(({ value }) => value);
    return { tokens, texts };
  } catch {
    // a server's template need not be one that we could render; its control tokens look the same
    return { tokens: [], texts: [source.slice(0, UNREAD_AT_MOST)] };
  }
});

const OPENING: ReadonlySet<string> = new Set(['OpenParen', 'OpenSquareBracket', 'OpenCurlyBracket']);
const CLOSING: ReadonlySet<string> = new Set(['CloseParen', 'CloseSquareBracket', 'CloseCurlyBracket']);
/** The tokens of each text, expression and statement, in their order. */
export function* blocksOf(tokens: readonly Token[]): Generator<readonly Token[]> {
  for (let at = 0; at < tokens.length; ) {
    const block = tokens.slice(at, blockEnd(tokens, at));
    yield block;
    at += block.length;
  }
}

function blockEnd(tokens: readonly Token[], start: number): number {
  const first = tokens[start]?.type ?? '';
  if (!first.startsWith('Open')) return start + 1;
  let at = start;
  while (at < tokens.length && tokens[at]?.type !== first.replace('Open', 'Close')) at += 1;
  return at + 1;
}

/** Where an operand ends before: whatever does not belong to it. */
const APART: ReadonlySet<string> = new Set(
  'OpenStatement OpenExpression Equals AdditiveBinaryOperator MultiplicativeBinaryOperator ComparisonBinaryOperator Comma Colon'.split(
    ' ',
  ),
);
const WORDS: ReadonlySet<string> = new Set('if elif else and or not is in set for'.split(' '));

/** Whether a token is a word of the language and not a name. */
export const isWord = (token: Token | undefined): boolean => token?.type === 'Identifier' && WORDS.has(token.value);

/** Whether a token is this name or word. */
export const isNamed = (token: Token | undefined, name: string): boolean =>
  token?.type === 'Identifier' && token.value === name;

/** Where the operand ends that begins here: a name or a bracket, and `.name`, `[key]`, `(arguments)`, `| filter` behind it. */
export function operandEnd(tokens: readonly Token[], start: number): number {
  let at = OPENING.has(tokens[start]?.type ?? '') ? afterBracket(tokens, start) : start + 1;
  for (let token = tokens[at]; token; token = tokens[at]) {
    if (token.type === 'Dot' || token.type === 'Pipe') at += 2;
    else if (token.type === 'OpenSquareBracket' || token.type === 'OpenParen') at = afterBracket(tokens, at);
    else break;
  }
  return Math.min(at, tokens.length);
}

function afterBracket(tokens: readonly Token[], start: number): number {
  let depth = 0;
  for (let at = start; at < tokens.length; at += 1) {
    depth += depthOf(tokens[at]);
    if (depth === 0) return at + 1;
  }
  return tokens.length;
}

const depthOf = (token: Token | undefined): number =>
  Number(OPENING.has(token?.type ?? '')) - Number(CLOSING.has(token?.type ?? ''));

/** Tokens that are looked through, so that a long chain of calls takes no time out of proportion. */
const BEFORE_AT_MOST = 100;

/** Where the operand begins that ends before this place, as far as that is near. */
export function operandStart(tokens: readonly Token[], end: number): number {
  let depth = 0;
  for (let at = end - 1; at >= Math.max(0, end - BEFORE_AT_MOST); at -= 1) {
    depth -= depthOf(tokens[at]);
    const isApart = APART.has(tokens[at]?.type ?? '') || isWord(tokens[at]);
    if (depth < 0 || (depth === 0 && isApart)) return at + 1;
  }
  return Math.max(0, end - BEFORE_AT_MOST);
}

/** Whether tokens between two places name one of these, as `name`, `.name` or `['name']`. */
export function mentions(tokens: readonly Token[], [from, to]: readonly [number, number], names: ReadonlySet<string>): boolean {
  for (let at = from; at < to; at += 1) {
    const token = tokens[at];
    const isKey = token?.type === 'StringLiteral' && tokens[at - 1]?.type === 'OpenSquareBracket';
    if (token && (token.type === 'Identifier' || isKey) && names.has(token.value)) return true;
  }
  return false;
}

/** How often what is set from what is followed: `set text = message.content`, then `set first = text[0]`. */
const FOLLOWED = 3;
/** Tokens of one statement that are looked through. */
const STATEMENT_AT_MOST = 200;

/** The names by which a template calls what a message says: `content`, and those that are set from it or go through it. */
export function namesOfContent(tokens: readonly Token[]): ReadonlySet<string> {
  const names = new Set(['content']);
  for (let round = 0; round < FOLLOWED; round += 1) {
    for (const [at, { type }] of tokens.entries()) {
      const name = tokens[at - 1];
      const gives = type === 'Equals' || (isNamed(tokens[at], 'in') && isNamed(tokens[at - 2], 'for'));
      if (!gives || name?.type !== 'Identifier') continue;
      if (mentions(tokens, [at + 1, statementEnd(tokens, at)], names)) names.add(name.value);
    }
  }
  return names;
}

function statementEnd(tokens: readonly Token[], start: number): number {
  let at = start;
  while (at < Math.min(tokens.length, start + STATEMENT_AT_MOST) && tokens[at]?.type !== 'CloseStatement') at += 1;
  return at;
}
