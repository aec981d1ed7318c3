import { Environment, type Interpreter } from '@huggingface/jinja';

/** A value while a template runs: the library wraps every one in an object with a `type` and a `value`. */
export type Value = ReturnType<Interpreter['run']>;
type Holding<T> = Value & { value: T };
export type TextValue = Holding<string>;
export type ListValue = Holding<Value[]>;
/** Keys are strings, and numbers where a template writes them so. */
export type MapValue = Holding<Map<string | number, Value>>;

/**
 * The longest text and list that a template may make. V8 ends the whole process, not the worker alone, when one allocation of a
 * worker is larger than what is left of its heap: single values must stay far below that. In UTF-16 units; in elements.
 */
const TEXT_AT_MOST = 4 * 2 ** 20;
export const LIST_AT_MOST = 2 ** 18;
/** The longest text of which every character is looked at, in lists as long as itself. UTF-16 units. */
const WORKED_AT_MOST = 2 ** 20;
/** Comparisons of one search, about a second. Nothing can end a search before its end, not even the end of its thread. */
const COMPARISONS_AT_MOST = 2 ** 32;

/** A template made a value that is too large to go on with. */
export class TooLargeError extends Error {}

const scratch = new Environment();

/** A plain JavaScript value as the library's. Values that are wrapped already stay as they are. */
export function toValue(plain: unknown): Value {
  if (typeof plain === 'boolean') return plain ? TRUE : FALSE;
  if (typeof plain === 'string') return text(plain);
  if (Number.isInteger(plain)) return makeInteger(plain);
  if (Array.isArray(plain)) return list(plain.map(toValue));
  return isValue(plain) ? plain : wrap(plain);
}

function wrap(plain: unknown): Value {
  scratch.variables.delete('it');
  return scratch.set('it', plain);
}

/** The library does not export its classes of values; a sample of each leads to them. */
function maker(sample: unknown): (inner: unknown) => Value {
  const Sampled = wrap(sample).constructor as new (inner: unknown) => Value;
  return (inner) => new Sampled(inner);
}

const makeInteger = maker(0);
const makeText = maker('');
const makeFloat = maker(0.5);
const makeList = maker([]);
const makeMap = maker({});
const makeFunction = maker(() => null);
const Wrapped = Object.getPrototypeOf(wrap('').constructor);

const TRUE = wrap(true);
const FALSE = wrap(false);
export const UNDEFINED = wrap(undefined);
export const NONE = wrap(null);

/** Throws when it is longer than a template may make it. */
export function text(plain: string): Value {
  return makeText(checkLength(plain.length, plain));
}

export function float(plain: number): Value {
  return makeFloat(plain);
}

export function list(items: readonly Value[]): Value {
  checkCount(items.length);
  return makeList(items);
}

export function map(entries: ReadonlyMap<string | number, Value>): Value {
  return makeMap(entries);
}

export function callable(call: (args: Value[]) => Value): Value {
  return makeFunction(call);
}

/** For texts whose length is known before they are made. Throws like `text`; gives the second back. */
export function checkLength<T>(units: number, made: T): T {
  if (units > TEXT_AT_MOST) throw new TooLargeError(`it makes a text of more than ${TEXT_AT_MOST} characters`);
  return made;
}

export function checkCount(elements: number): void {
  if (elements > LIST_AT_MOST) throw new TooLargeError(`it makes a list of more than ${LIST_AT_MOST} elements`);
}

/** For what takes a text apart. Gives it back, or throws when it is too long for that. */
export function checkWork(plain: string): string {
  if (plain.length > WORKED_AT_MOST) {
    throw new TooLargeError(`it changes the characters of a text of more than ${WORKED_AT_MOST} characters`);
  }
  return plain;
}

/** For looking for one text in another. Gives the text to look in back, or throws when that could take too long. */
export function checkSearch(subject: string, part: string): string {
  if (subject.length * part.length > COMPARISONS_AT_MOST) {
    throw new TooLargeError(`it looks for ${part.length} characters in a text of ${subject.length}`);
  }
  return subject;
}

function isValue(plain: unknown): plain is Value {
  return plain instanceof Wrapped;
}

export const isText = (value: Value | undefined): value is TextValue => value?.type === 'StringValue';
/** Lists and tuples. */
export const isList = (value: Value | undefined): value is ListValue =>
  value?.type === 'ArrayValue' || value?.type === 'TupleValue';
export const isMap = (value: Value | undefined): value is MapValue => value?.type === 'ObjectValue';
export const isNamespace = (value: Value | undefined): value is MapValue => value?.type === 'NamespaceValue';
export const isInteger = (value: Value | undefined): value is Holding<number> => value?.type === 'IntegerValue';
export const isFloat = (value: Value | undefined): value is Holding<number> => value?.type === 'FloatValue';
export const isBoolean = (value: Value | undefined): value is Holding<boolean> => value?.type === 'BooleanValue';
export const isNone = (value: Value | undefined): boolean => value?.type === 'NullValue';
export const isUndefined = (value: Value | undefined): boolean => value === undefined || value.type === 'UndefinedValue';

/** The number in a value, as Python counts: a boolean is 0 or 1. */
export function numberIn(value: Value | undefined): number | undefined {
  if (isInteger(value) || isFloat(value)) return value.value;
  return isBoolean(value) ? Number(value.value) : undefined;
}

export function isTrue(value: Value): boolean {
  return isNone(value) || isUndefined(value) ? false : value.__bool__().value;
}

/** What a loop goes through: the elements of a list, the keys of a map, the characters of a text; nothing for what is not defined. */
export function itemsOf(value: Value): readonly Value[] {
  if (isList(value)) return value.value;
  if (isMap(value)) return Array.from(value.value.keys(), toValue);
  if (isUndefined(value)) return [];
  if (!isText(value)) throw new Error(`${value.type.replace('Value', '')} cannot be gone through`);
  checkCount(value.value.length);
  return Array.from(value.value, text);
}
