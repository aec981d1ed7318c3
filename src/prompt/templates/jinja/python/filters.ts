import { type Arguments, argument, switchArgument, textArgument, wholeArgument } from './arguments.ts';
import { chooser } from './is-tests.ts';
import { jsonText, marginOf } from './json-text.ts';
import { differenceOf, fillIn } from './operators.ts';
import { lengthOf, splitBounded, strip, textOf } from './python-text.ts';
import { capitalize, joined, replaceIn, title } from './text-methods.ts';
import {
  checkWork,
  float,
  isFloat,
  isInteger,
  isList,
  isMap,
  isNamespace,
  isText,
  isTrue,
  isUndefined,
  itemsOf,
  list,
  numberIn,
  text,
  toValue,
  UNDEFINED,
  type Value,
} from './values.ts';

/** `apply` runs another filter by its name, for `map`. */
type Context = Arguments & { apply: (name: string, value: Value, args: Arguments) => Value };
type Filter = (value: Value, context: Context) => unknown;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };
const WORD = /[^-\s({[<]+/gu;

/**
 * Jinja's filters where the library lacks them, knows them for fewer kinds of values, or could make one huge value of a small one.
 * Source: https://jinja.palletsprojects.com/en/stable/templates/#list-of-builtin-filters
 */
const FILTERS: Readonly<Record<string, Filter>> = {
  length: sizeOf,
  count: sizeOf,
  default: (value, context) => {
    const otherwise = context.positional[0] ?? context.named.get('default_value') ?? text('');
    return isUndefined(value) || (switchArgument(context, 1, 'boolean') && !isTrue(value)) ? otherwise : value;
  },
  list: (value) => list(itemsOf(value)),
  first: (value) => itemsOf(value)[0] ?? UNDEFINED,
  last: (value) => itemsOf(value).at(-1) ?? UNDEFINED,
  reverse: (value) => (isText(value) ? itemsOf(value).map(textOf).reverse().join('') : list(itemsOf(value).toReversed())),
  join: (value, context) => {
    const path = textArgument(context, 1, 'attribute');
    const items = path === undefined ? itemsOf(value) : itemsOf(value).map((item) => attributeOf(item, path));
    return joined(items.map(textOf), textArgument(context, 0, 'd') ?? '');
  },
  string: (value) => textOf(value),
  trim: (value, context) => strip(textOf(value), {}, textArgument(context, 0, 'chars')),
  upper: (value) => checkWork(textOf(value)).toUpperCase(),
  lower: (value) => checkWork(textOf(value)).toLowerCase(),
  capitalize: (value) => capitalize(textOf(value)),
  title: (value) => title(textOf(value), WORD),
  replace: (value, context) => replaceIn(textOf(value), context),
  indent: (value, context) => indent(textOf(value), context),
  escape: (value) => checkWork(textOf(value)).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character),
  format: (value, { positional }) => fillIn(textOf(value), positional),
  select: (value, context) => choose(value, { keep: true, pass: testOf(context, 0) }),
  reject: (value, context) => choose(value, { keep: false, pass: testOf(context, 0) }),
  selectattr: (value, context) => choose(value, { keep: true, pass: testOf(context, 1), path: needed(context) }),
  rejectattr: (value, context) => choose(value, { keep: false, pass: testOf(context, 1), path: needed(context) }),
  map: (value, context) => list(itemsOf(value).map((item) => mapOne(item, context))),
  items: (value) => pairsOf(value).map((pair) => list(pair)),
  dictsort: dictSort,
  attr: (value, context) => attributeOf(value, needed(context)),
  tojson: (value, context) => jsonText(value, context),
  sum: (value, context) => addUp(value, textArgument(context, 0, 'attribute')),
  min: (value) => extreme(value, -1),
  max: (value) => extreme(value, 1),
  abs: (value) => withNumber(value, Math.abs),
  round: (value, context) => {
    const factor = 10 ** (wholeArgument(context, 0, 'precision') ?? 0);
    return float(Math.round((numberIn(value) ?? Number.NaN) * factor) / factor);
  },
};
const SYNONYMS: Readonly<Record<string, string>> = { d: 'default', e: 'escape' };

/** Undefined when the filter is the library's to run. */
export function findFilter(name: string): Filter | undefined {
  const known = SYNONYMS[name] ?? name;
  return Object.hasOwn(FILTERS, known) ? FILTERS[known] : undefined;
}

function sizeOf(value: Value): number {
  if (isText(value)) return lengthOf(value.value);
  if (isMap(value)) return value.value.size;
  return itemsOf(value).length;
}

function needed({ positional }: Arguments): string {
  return textOf(positional[0] ?? UNDEFINED);
}

/** A way like `function.name` into maps and lists. */
function attributeOf(value: Value, path: string): Value {
  let found: Value | undefined = value;
  for (const step of path.split('.')) {
    if (isMap(found) || isNamespace(found)) found = found.value.get(step);
    else found = isList(found) ? found.value[Number(step)] : undefined;
  }
  return found ?? UNDEFINED;
}

function testOf({ positional }: Arguments, place: number): (value: Value) => boolean {
  const name = positional[place];
  return chooser(name && textOf(name), positional[place + 1]);
}

type Choice = { keep: boolean; pass: (value: Value) => boolean; path?: string };

/** Nothing is chosen from what is not true, as none is. */
function choose(value: Value, { keep, pass, path }: Choice): Value {
  const items = isTrue(value) ? itemsOf(value) : [];
  return list(items.filter((item) => pass(path === undefined ? item : attributeOf(item, path)) === keep));
}

function mapOne(item: Value, context: Context): Value {
  const path = context.named.get('attribute');
  if (path) {
    const found = attributeOf(item, textOf(path));
    return isUndefined(found) ? (context.named.get('default') ?? found) : found;
  }
  const [name, ...positional] = context.positional;
  if (!name) throw new Error('map wants the name of a filter or an attribute');
  return context.apply(textOf(name), item, { positional, named: context.named });
}

function pairsOf(value: Value): [Value, Value][] {
  return isMap(value) ? Array.from(value.value, ([key, held]) => [toValue(key), held]) : [];
}

/** Pairs of a map, by key or by value; capital letters count as small ones unless told otherwise. */
function dictSort(value: Value, context: Context): Value {
  const place = textArgument(context, 1, 'by') === 'value' ? 1 : 0;
  const exact = switchArgument(context, 0, 'case_sensitive');
  const keyOf = (pair: [Value, Value]) => (isText(pair[place]) && !exact ? text(pair[place].value.toLowerCase()) : pair[place]);
  const direction = switchArgument(context, 2, 'reverse') ? -1 : 1;
  const sorted = pairsOf(value).sort((one, other) => direction * (differenceOf(keyOf(one), keyOf(other)) ?? 0));
  return list(sorted.map((pair) => list(pair)));
}

function indent(subject: string, context: Context): string {
  const margin = marginOf(argument(context, 0, 'width')) ?? ' '.repeat(4);
  const [first, blank] = [switchArgument(context, 1, 'first'), switchArgument(context, 2, 'blank')];
  const lines = splitBounded(subject, '\n');
  const moved = lines.map((line, index) => ((index === 0 && !first) || (line === '' && !blank) ? line : margin + line));
  return joined(moved, '\n');
}

function addUp(value: Value, path: string | undefined): Value {
  const numbers = itemsOf(value).map((item) => numberIn(path === undefined ? item : attributeOf(item, path)) ?? 0);
  return toValue(numbers.reduce((sum, number) => sum + number, 0));
}

function extreme(value: Value, direction: number): Value {
  return itemsOf(value).reduce(
    (best, item) => (isUndefined(best) || (differenceOf(item, best) ?? 0) * direction > 0 ? item : best),
    UNDEFINED,
  );
}

function withNumber(value: Value, change: (number: number) => number): Value {
  const number = numberIn(value);
  if (number === undefined) throw new Error(`${value.type.replace('Value', '')} is no number`);
  return isFloat(value) || !isInteger(value) ? float(change(number)) : toValue(change(number));
}
