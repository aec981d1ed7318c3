import { readFile } from 'node:fs/promises';
import { type Document, isMap, isNode, isScalar, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import type { z } from 'zod';
import { messageOf, type Problem, reasonOf } from '../errors.ts';
import { describeIssue } from './describe-issue.ts';

/** The checked value of a YAML file as it was written (before defaults), or all that is wrong with it. */
export type YamlFile<T> = {
  problems: Problem[];
  /** absent when there are problems */
  value?: T;
  /** what the file says, checked or not; absent where it is no YAML */
  raw?: unknown;
  /** line of the node at a path, from 1; of its nearest ancestor when there is none */
  lineOf(path: readonly PropertyKey[]): number | undefined;
};

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Reads one YAML file that an operator wrote and checks it with a schema. Every problem is found at once, each with its line. The
 * value is what the file says, without the schema's defaults. `shownAs` is the name of the file in problems.
 */
export async function readYaml<T>(path: string, shownAs: string, schema: z.ZodType<unknown, T>): Promise<YamlFile<T>> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return broken([{ file: shownAs, message: `cannot be read: ${reasonOf(error)}` }]);
  }
  const text = decode(bytes);
  if (text === undefined) {
    return broken([{ file: shownAs, message: 'expected text in UTF-8: open it in an editor and save it with that encoding' }]);
  }
  return checkYaml(text, shownAs, schema);
}

/** The same for a text that was read already. */
export function checkYaml<T>(text: string, shownAs: string, schema: z.ZodType<unknown, T>): YamlFile<T> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    return broken(
      faults.map((fault) => ({ file: shownAs, line: lineAt(fault.pos[0]), message: describeFault(fault.message) })),
    );
  }
  const lineOf = (place: readonly PropertyKey[]) => {
    const offset = offsetOf(document, place);
    return offset === undefined ? undefined : lineAt(offset);
  };
  const value: unknown = toPlain(document);
  if (value instanceof Error) return broken([{ file: shownAs, message: value.message }]);
  const checked = schema.safeParse(value);
  if (!checked.success) {
    const problems = checked.error.issues
      .flatMap((issue) => describeIssue(issue, value, schema))
      .filter(({ path }, index, all) => index === all.findIndex((other) => other.path === path));
    return {
      problems: problems.map(({ place, ...problem }) => located({ file: shownAs, ...problem }, lineOf(place))),
      raw: value,
      lineOf,
    };
  }
  return { problems: [], value: value as T, raw: value, lineOf }; // the schema has just taken it as its input
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (text.includes('\0')) return undefined; // UTF-16 without its mark
    return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  } catch {
    return undefined; // the only error it throws: these bytes are not UTF-8
  }
}

function broken<T>(problems: Problem[]): YamlFile<T> {
  return { problems, lineOf: () => undefined };
}

function located(problem: Problem, line: number | undefined): Problem {
  return line === undefined ? problem : { ...problem, line };
}

/** The parser's messages without their "at line 3, column 4" and picture: the line is told apart. */
function describeFault(message: string): string {
  const first = message.split('\n', 1)[0] ?? message;
  return `is not valid YAML: ${first.replace(/ at line \d+, column \d+:?$/, '')}`;
}

/** The document as plain values. Aliases that multiply beyond measure make it throw. */
function toPlain(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return new Error(`is not valid YAML: ${messageOf(error)}`);
  }
}

/** Where a path begins: at its key in a map, at its value in a list. A path that leads nowhere gives its nearest ancestor. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number | undefined {
  let node: unknown = document.contents;
  let offset = isNode(node) ? startOf(node) : undefined;
  for (const key of path) {
    const pair = isMap(node) ? node.items.find((item) => keyOf(item) === String(key)) : undefined;
    if (pair) {
      offset = isNode(pair.key) ? startOf(pair.key) : offset;
      node = pair.value;
      continue;
    }
    node =
      typeof key === 'number' && isNode(node) && 'get' in node
        ? document.getIn(path.slice(0, path.indexOf(key) + 1), true)
        : undefined;
    if (!isNode(node)) return offset;
    offset = startOf(node);
  }
  return offset;
}

function keyOf(pair: Pair): string {
  return String(isScalar(pair.key) ? pair.key.value : pair.key);
}

function startOf(node: Node): number | undefined {
  return node.range?.[0];
}
