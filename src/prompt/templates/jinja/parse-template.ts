import { parse, tokenize } from '@huggingface/jinja';
import { messageOf, TemplateError } from '../../../errors.ts';
import { gatherBlocks, type Program } from './python/syntax.ts';

type Token = ReturnType<typeof tokenize>[number];

/** Chat templates have some thousand characters, a few blanks in a row and a few brackets in brackets. */
const SOURCE_AT_MOST = 256 * 1024;
/** The tokenizer looks through a run of blanks once for every blank in it. */
const BLANKS_AT_MOST = 500;
/** What reads the tokens goes through those in a bracket once for every bracket around them. */
const NESTED_AT_MOST = 100;
const LOOKING_FOR_LINE_MS = 300;
const UNCLOSED = 'the block or the tag that begins there is not closed (like {% for %} without {% endfor %})';

/** Throws TemplateError with the line when the source does not parse. */
export function parseTemplate({ name, source }: { name: string; source: string }): Program {
  const excess = excessOf(source);
  if (excess !== undefined) throw new TemplateError(`The template ${name} is no chat template: ${excess}.`);
  const failure = failureOf(source);
  if (failure === undefined) return parseText(source);
  throw new TemplateError(`The template ${name} does not parse: line ${lineOfFailure(source, failure)}: ${failure}`);
}

/**
 * The tokens of a source, in a time that no source can make long: at most about a second for the worst, some milliseconds for a
 * chat template. Throws an Error, in words for people, for a source that is too large, has too many blanks in a row or brackets in
 * brackets, or that cannot be taken apart.
 */
export function tokenizeBounded(source: string): Token[] {
  const excess = excessOf(source);
  if (excess !== undefined) throw new Error(excess);
  const tokens = tokenize(readable(source), { lstrip_blocks: true, trim_blocks: true });
  if (deepestOf(tokens) > NESTED_AT_MOST) throw new Error(`brackets stand in more than ${NESTED_AT_MOST} others`);
  return tokens;
}

/** What is too large about a source, in words for people. */
function excessOf(source: string): string | undefined {
  if (source.length > SOURCE_AT_MOST) return `it has ${source.length} characters, and may have ${SOURCE_AT_MOST}`;
  const isBlank = source.split(/\S+/).some((blanks) => blanks.length > BLANKS_AT_MOST);
  return isBlank ? `it has more than ${BLANKS_AT_MOST} blanks in a row` : undefined;
}

/** How many brackets stand in each other at the deepest place; those that are never closed count, too. */
function deepestOf(tokens: readonly Token[]): number {
  let [depth, deepest] = [0, 0];
  for (const { type } of tokens) {
    depth = Math.max(0, depth + stepOf(type));
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

function parseText(source: string): Program {
  return gatherBlocks(parse(testsAsFilters(tokenizeBounded(source))));
}

function failureOf(source: string): string | undefined {
  try {
    parseText(source);
    return undefined;
  } catch (error) {
    // the library's parser looks at what comes next without asking whether there is anything
    return error instanceof TypeError ? UNCLOSED : messageOf(error);
  }
}

/** The parser does not say where it failed: it is the first line from which on every longer beginning fails in the same way. */
function lineOfFailure(source: string, failure: string): number {
  const lines = source.split('\n');
  const until = performance.now() + LOOKING_FOR_LINE_MS;
  let line = lines.length;
  while (line > 1 && performance.now() < until && failureOf(lines.slice(0, line - 1).join('\n')) === failure) line -= 1;
  return line;
}

// Bounded, so that no source makes them look through all of it again and again.
const RAW = /\{%[-+]?\s{0,9}raw\s{0,9}[-+]?%\}([\s\S]{0,20000}?)\{%[-+]?\s{0,9}endraw\s{0,9}[-+]?%\}/g;
const TAG = /\{[{%](?:'(?:\\[\s\S]|[^'\\]){0,2000}'|"(?:\\[\s\S]|[^"\\]){0,2000}"|[^'"]){0,2000}?[%}]\}/g;
const UNKNOWN_ESCAPE = /\\[^nrtbfv'"\\xu]/;
const NOTHING = "{{ '' }}";

/** The same template in what the library's tokenizer reads: line ends of other systems, `{%+`, raw blocks, unknown escapes. */
function readable(source: string): string {
  const plain = source
    .replace(/^\ufeff/, '')
    .replace(/\r\n?/g, '\n')
    .replace(RAW, (_, text: string) => `{{ ${JSON.stringify(text)} }}`)
    .replace(/\{%\+/g, `${NOTHING}{%`)
    .replace(/\+%\}/g, `%}${NOTHING}`);
  if (!UNKNOWN_ESCAPE.test(plain)) return plain;
  return plain.replace(TAG, (tag) =>
    tag.replace(/\\[\s\S]/g, (written) => (UNKNOWN_ESCAPE.test(written) ? `\\${written}` : written)),
  );
}

const AFTER_TEST = new Set(['and', 'or', 'not', 'if', 'else', 'is', 'in', 'recursive']);
const OPENING: ReadonlySet<string> = new Set(['OpenParen', 'OpenSquareBracket', 'OpenCurlyBracket']);
const CLOSING: ReadonlySet<string> = new Set(['CloseParen', 'CloseSquareBracket', 'CloseCurlyBracket']);

/**
 * The library's parser knows no tests with an argument (`is divisibleby 2`, `is in ['a']`). They become calls of a filter, which binds
 * as tightly: `is divisibleby`, or `is not divisibleby`.
 */
function testsAsFilters(tokens: readonly Token[]): Token[] {
  const rewritten: Token[] = [];
  let at = 0;
  for (let token = tokens[at]; token; token = tokens[at]) {
    const test = isName(token, 'is') && tokens[at - 1]?.type !== 'Dot' ? testAt(tokens, at) : undefined;
    if (test) rewritten.push(...test.filter);
    else rewritten.push(token);
    at = test?.end ?? at + 1;
  }
  return rewritten;
}

function testAt(tokens: readonly Token[], start: number): { filter: Token[]; end: number } | undefined {
  const isNegated = isName(tokens[start + 1], 'not');
  const nameAt = start + (isNegated ? 2 : 1);
  const name = tokens[nameAt];
  const end = endOfArgument(tokens, nameAt + 1);
  if (name?.type !== 'Identifier' || end === undefined) return undefined;
  const written = tokens.slice(nameAt + 1, end);
  const args = written[0]?.type === 'OpenParen' ? written.slice(1, -1) : written;
  const filter: Token[] = [
    { type: 'Pipe', value: '|' },
    { type: 'Identifier', value: `is ${isNegated ? 'not ' : ''}${name.value}` },
    { type: 'OpenParen', value: '(' },
    ...testsAsFilters(args),
    { type: 'CloseParen', value: ')' },
  ];
  return { filter, end };
}

/** Where the argument that begins here ends; undefined when none begins. */
function endOfArgument(tokens: readonly Token[], start: number): number | undefined {
  const first = tokens[start];
  if (!first) return undefined;
  if (OPENING.has(first.type)) return afterPostfix(tokens, afterBracket(tokens, start), first.type === 'OpenParen');
  if (first.type === 'StringLiteral' || first.type === 'NumericLiteral') return start + 1;
  return first.type === 'Identifier' && !AFTER_TEST.has(first.value) ? afterPostfix(tokens, start + 1, false) : undefined;
}

/** `.name`, `[key]` and `(arguments)` that follow; a test's own brackets end it. */
function afterPostfix(tokens: readonly Token[], start: number, isWhole: boolean): number {
  let at = start;
  for (let token = tokens[at]; !isWhole && token; token = tokens[at]) {
    if (token.type === 'Dot') at += 2;
    else if (token.type === 'OpenSquareBracket' || token.type === 'OpenParen') at = afterBracket(tokens, at);
    else break;
  }
  return at;
}

function afterBracket(tokens: readonly Token[], start: number): number {
  let depth = 0;
  for (let at = start; at < tokens.length; at += 1) {
    depth += stepOf((tokens[at] as Token).type);
    if (depth === 0) return at + 1;
  }
  return tokens.length;
}

/** By how much a token changes how deep in brackets we are. */
function stepOf(type: string): number {
  return Number(OPENING.has(type)) - Number(CLOSING.has(type));
}

function isName(token: Token | undefined, name: string): boolean {
  return token?.type === 'Identifier' && token.value === name;
}
