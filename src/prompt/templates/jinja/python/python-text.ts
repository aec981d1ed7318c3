import {
  checkCount,
  checkLength,
  checkSearch,
  checkWork,
  isBoolean,
  isFloat,
  isInteger,
  isList,
  isMap,
  isNamespace,
  isNone,
  isText,
  isUndefined,
  LIST_AT_MOST,
  type Value,
} from './values.ts';

/** What Python takes for white space, but for four separators that nobody writes: https://docs.python.org/3/library/stdtypes.html#str.isspace */
export const WHITE_SPACE = /\p{White_Space}/u;

type Ends = { start?: boolean; end?: boolean };

/** Python's strip, lstrip and rstrip: without white space, or these characters, at its ends. */
export function strip(text: string, { start = true, end = true }: Ends, characters?: string): string {
  const goes = (unit: string) => (characters === undefined ? WHITE_SPACE.test(unit) : characters.includes(unit));
  let from = 0;
  let to = text.length;
  while (start && from < to && goes(text.charAt(from))) from += 1;
  while (end && to > from && goes(text.charAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

/** The parts between what is looked for, as JavaScript splits. Throws when that takes too long or makes too many. */
export function splitBounded(text: string, at: string | RegExp): string[] {
  const parts = (typeof at === 'string' ? checkSearch(text, at) : text).split(at, LIST_AT_MOST + 1);
  checkCount(parts.length);
  return parts;
}

export function isWhiteSpace(text: string): boolean {
  return text !== '' && strip(text, {}) === '';
}

/** In characters, as Python counts them; JavaScript counts some as two. */
export function lengthOf(text: string): number {
  let length = text.length;
  for (const _ of text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g)) length -= 1;
  return length;
}

/** What Python's str() makes of a value: what a template prints. Nothing for what is not defined. */
export function textOf(value: Value): string {
  if (isText(value)) return value.value;
  if (isUndefined(value)) return '';
  const parts: string[] = [];
  writeRepresentation(value, { parts, length: 0 });
  return parts.join('');
}

type Written = { parts: string[]; length: number };

/** Lists in lists can grow faster than any list in them: what is written is measured on the way. */
function write(written: Written, part: string): void {
  written.length = checkLength(written.length + part.length, written.length + part.length);
  written.parts.push(part);
}

function writeRepresentation(value: Value, written: Written): void {
  if (isList(value)) writeList(value.value, value.type === 'TupleValue', written);
  else if (isMap(value) || isNamespace(value)) writeMap(value.value, written);
  else write(written, representation(value));
}

function representation(value: Value): string {
  if (isText(value)) return quoted(value.value);
  if (isNone(value)) return 'None';
  if (isBoolean(value)) return value.value ? 'True' : 'False';
  if (isFloat(value) || isInteger(value)) return value.toString();
  return isUndefined(value) ? 'Undefined' : '';
}

function quoted(text: string): string {
  const escaped = checkWork(text)
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return text.includes("'") && !text.includes('"') ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`;
}

function writeList(items: readonly Value[], isTuple: boolean, written: Written): void {
  write(written, isTuple ? '(' : '[');
  for (const [index, item] of items.entries()) {
    if (index > 0) write(written, ', ');
    writeRepresentation(item, written);
  }
  if (isTuple) write(written, items.length === 1 ? ',)' : ')');
  else write(written, ']');
}

function writeMap(entries: ReadonlyMap<string | number, Value>, written: Written): void {
  write(written, '{');
  let first = true;
  for (const [key, value] of entries) {
    write(written, `${first ? '' : ', '}${typeof key === 'string' ? quoted(key) : key}: `);
    writeRepresentation(value, written);
    first = false;
  }
  write(written, '}');
}
