import { type Arguments, argument, switchArgument } from './arguments.ts';
import {
  checkLength,
  isInteger,
  isList,
  isMap,
  isNamespace,
  isNone,
  isText,
  isUndefined,
  numberIn,
  TooLargeError,
  type Value,
} from './values.ts';

/** The longest indent and the longest separator; a text holds each of them once for every value in it. UTF-16 units. */
const PART_AT_MOST = 64;
const NON_ASCII = /[\u007f-\uffff]/g;
/** One piece of a long text is written at a time, so that no single step is large. UTF-16 units. */
const PIECE = 65_536;

type Style = {
  /** what one more level moves a value to the right; undefined: all in one line */
  margin: string | undefined;
  between: string;
  afterKey: string;
  isAscii: boolean;
  isSorted: boolean;
};
type Written = { parts: string[]; length: number; style: Style };

/**
 * What the filter `tojson` makes of a value, with the named arguments that publishers' libraries give it: `indent`, `separators`,
 * `ensure_ascii`, `sort_keys`. Throws for an indent or a separator of more than 64 characters, and, before it is made, for a text
 * that would be too long. Source: apply_chat_template in https://github.com/huggingface/transformers
 */
export function jsonText(value: Value, { named }: Arguments): string {
  const written: Written = { parts: [], length: 0, style: styleOf({ positional: [], named }) };
  writeValue(value, 0, written);
  return written.parts.join('');
}

function styleOf(args: Arguments): Style {
  const margin = marginOf(argument(args, 0, 'indent'));
  const [between, afterKey] = separatorsOf(argument(args, 0, 'separators')) ?? [margin === undefined ? ', ' : ',', ': '];
  const [isAscii, isSorted] = [switchArgument(args, 0, 'ensure_ascii'), switchArgument(args, 0, 'sort_keys')];
  return { margin, between, afterKey, isAscii, isSorted };
}

/** An indent as a number of spaces or as a text; undefined when none is given. Throws for one of more than 64 characters. */
export function marginOf(given: Value | undefined): string | undefined {
  if (given === undefined) return undefined;
  if (isText(given)) return short(given.value, 'an indent');
  if (!isInteger(given)) throw new Error('an indent has to be a whole number or a text');
  if (given.value > PART_AT_MOST) throw tooLong('an indent');
  return ' '.repeat(Math.max(0, given.value));
}

function separatorsOf(given: Value | undefined): [string, string] | undefined {
  if (given === undefined) return undefined;
  const [between, afterKey, ...more] = isList(given) ? given.value : [];
  if (!isText(between) || !isText(afterKey) || more.length > 0) throw new Error('separators have to be two texts');
  return [short(between.value, 'a separator'), short(afterKey.value, 'a separator')];
}

function short(text: string, what: string): string {
  if (text.length > PART_AT_MOST) throw tooLong(what);
  return text;
}

function tooLong(what: string): Error {
  return new TooLargeError(`${what} has more than ${PART_AT_MOST} characters`);
}

function write(written: Written, part: string): void {
  written.length = checkLength(written.length + part.length, written.length + part.length);
  written.parts.push(part);
}

function writeValue(value: Value, depth: number, written: Written): void {
  if (isText(value)) writeText(value.value, written);
  else if (isList(value)) {
    const items = value.value.map((item) => () => writeValue(item, depth + 1, written));
    writeAll('[]', items, { depth, written });
  } else if (isMap(value) || isNamespace(value)) writeMap(value.value, depth, written);
  else if (isNone(value) || isUndefined(value)) write(written, 'null');
  else if (numberIn(value) === undefined) throw new Error(`${value.type.replace('Value', '')} has no form in JSON`);
  else write(written, JSON.stringify(value.value));
}

function writeMap(map: ReadonlyMap<string | number, Value>, depth: number, written: Written): void {
  const entries = [...map];
  if (written.style.isSorted) entries.sort(([one], [other]) => (String(one) < String(other) ? -1 : 1));
  const items = entries.map(([key, held]) => () => {
    writeText(String(key), written);
    write(written, written.style.afterKey);
    writeValue(held, depth + 1, written);
  });
  writeAll('{}', items, { depth, written });
}

type Place = { depth: number; written: Written };

function writeAll([open = '', close = '']: string, items: readonly (() => void)[], { depth, written }: Place): void {
  const { margin, between } = written.style;
  const newLine = (level: number) => {
    if (margin !== undefined && items.length > 0) write(written, `\n${margin.repeat(level)}`);
  };
  write(written, open);
  for (const [index, writeItem] of items.entries()) {
    if (index > 0) write(written, between);
    newLine(depth + 1);
    writeItem();
  }
  newLine(depth);
  write(written, close);
}

function writeText(text: string, written: Written): void {
  write(written, '"');
  for (let from = 0, to = 0; from < text.length; from = to) {
    to = Math.min(text.length, from + PIECE);
    if (/[\ud800-\udbff]/.test(text.charAt(to - 1))) to += 1; // the two halves of one character stay together
    const quoted = JSON.stringify(text.slice(from, to)).slice(1, -1);
    write(written, written.style.isAscii ? quoted.replace(NON_ASCII, asciiOf) : quoted);
  }
  write(written, '"');
}

function asciiOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
