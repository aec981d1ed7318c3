import { parse, tokenize } from '@huggingface/jinja';
import { messageOf, TemplateError } from '../../../errors.ts';
import { gatherBlocks, type Program } from './python/syntax.ts';

type Token = ReturnType<typeof tokenize>[number];

/** Chat templates have some thousand characters. The parser takes more time than in proportion to them. */
const SOURCE_AT_MOST = 256 * 1024;
const BLANKS_AT_MOST = 2000;
const LOOKING_FOR_LINE_MS = 300;

/** Throws TemplateError with the line when the source does not parse. */
export function parseTemplate({ name, source }: { name: string; source: string }): Program {
  if (source.length > SOURCE_AT_MOST || source.split(/\S+/).some((blanks) => blanks.length > BLANKS_AT_MOST)) {
    throw new TemplateError(
      `The template ${name} is no chat template: it has ${source.length} characters, or more than ${BLANKS_AT_MOST} blanks in a row.`,
    );
  }
  const failure = failureOf(source);
  if (failure === undefined) return parseText(source);
  throw new TemplateError(`The template ${name} does not parse: line ${lineOfFailure(source, failure)}: ${failure}`);
}

function parseText(source: string): Program {
  return gatherBlocks(parse(testsAsFilters(tokenize(readable(source), { lstrip_blocks: true, trim_blocks: true }))));
}

function failureOf(source: string): string | undefined {
  try {
    parseText(source);
    return undefined;
  } catch (error) {
    return messageOf(error);
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
const OPENING: Readonly<Record<string, string>> = {
  OpenParen: 'CloseParen',
  OpenSquareBracket: 'CloseSquareBracket',
  OpenCurlyBracket: 'CloseCurlyBracket',
};

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
  if (first.type in OPENING) return afterPostfix(tokens, afterBracket(tokens, start), first.type === 'OpenParen');
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
    const { type } = tokens[at] as Token;
    if (type in OPENING) depth += 1;
    if (Object.values(OPENING).includes(type)) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return tokens.length;
}

function isName(token: Token | undefined, name: string): boolean {
  return token?.type === 'Identifier' && token.value === name;
}
