import { splitBounded, textOf } from './python-text.ts';
import {
  checkCount,
  checkLength,
  checkSearch,
  float,
  isFloat,
  isList,
  isMap,
  isNone,
  isText,
  isUndefined,
  list,
  numberIn,
  text,
  toValue,
  type Value,
} from './values.ts';

/**
 * What a binary operator other than `and` and `or` makes of two values, as in Python; texts also join with numbers. Throws for
 * operands it does not take. Source: https://docs.python.org/3/reference/expressions.html
 */
export function operate(operator: string, left: Value, right: Value): Value {
  switch (operator) {
    case '==':
      return toValue(areEqual(left, right));
    case '!=':
      return toValue(!areEqual(left, right));
    case 'in':
      return toValue(isIn(left, right));
    case 'not in':
      return toValue(!isIn(left, right));
    case '~':
      return text(textOf(left) + textOf(right));
    case '<':
    case '>':
    case '<=':
    case '>=':
      return toValue(compare(operator, left, right));
    default:
      return join(operator, left, right) ?? calculate(operator, left, right);
  }
}

/** Equal values, whatever objects hold them; a boolean equals 0 or 1, and a text never equals a number. */
export function areEqual(left: Value, right: Value): boolean {
  const [one, other] = [numberIn(left), numberIn(right)];
  if (one !== undefined || other !== undefined) return one === other;
  if (isText(left) || isText(right)) return isText(left) && isText(right) && left.value === right.value;
  if (isList(left) && isList(right)) return haveEqual(left.value, right.value);
  if (isMap(left) && isMap(right)) {
    const [mine, theirs] = [left.value, right.value];
    return (
      haveEqual([...mine.keys()].map(toValue), [...theirs.keys()].map(toValue)) &&
      haveEqual([...mine.values()], [...theirs.values()])
    );
  }
  return left === right || (left.type === right.type && (isNone(left) || isUndefined(left)));
}

function haveEqual(left: readonly Value[], right: readonly Value[]): boolean {
  return left.length === right.length && left.every((item, index) => areEqual(item, right[index] as Value));
}

export function isIn(item: Value, container: Value): boolean {
  if (isList(container)) return container.value.some((element) => areEqual(element, item));
  if (isMap(container)) {
    const keys: ReadonlyMap<unknown, Value> = container.value;
    return keys.has(numberIn(item) ?? item.value);
  }
  if (isUndefined(container)) return false;
  if (isText(container) && isText(item)) return checkSearch(container.value, item.value).includes(item.value);
  throw unfit('in', item, container);
}

function compare(operator: '<' | '>' | '<=' | '>=', left: Value, right: Value): boolean {
  const difference = differenceOf(left, right);
  if (difference === undefined) throw unfit(operator, left, right);
  if (operator === '<') return difference < 0;
  if (operator === '>') return difference > 0;
  return operator === '<=' ? difference <= 0 : difference >= 0;
}

/** Below 0 when the first comes first; undefined for values that have no order. */
export function differenceOf(left: Value, right: Value): number | undefined {
  const [one, other] = [numberIn(left), numberIn(right)];
  if (one !== undefined && other !== undefined) return one - other;
  if (!isText(left) || !isText(right)) return undefined;
  return left.value < right.value ? -1 : Number(left.value > right.value);
}

/** Texts and lists put together, repeated or filled in; undefined where the operator is arithmetic. */
function join(operator: string, left: Value, right: Value): Value | undefined {
  if (operator === '+') {
    if (isList(left) && isList(right)) {
      checkCount(left.value.length + right.value.length);
      return list([...left.value, ...right.value]);
    }
    if ((isText(left) && isPrintable(right)) || (isText(right) && isPrintable(left))) return text(textOf(left) + textOf(right));
  }
  if (operator === '*') return repeat(left, numberIn(right)) ?? repeat(right, numberIn(left));
  return operator === '%' && isText(left) ? text(fillIn(left.value, isList(right) ? right.value : [right])) : undefined;
}

function isPrintable(value: Value): boolean {
  return isText(value) || numberIn(value) !== undefined;
}

function repeat(value: Value, times: number | undefined): Value | undefined {
  if (times === undefined || !(isText(value) || isList(value))) return undefined;
  const count = Math.max(0, times);
  if (isText(value))
    return checkLength(value.value.length * count, value.value.length * count) === 0
      ? text('')
      : text(value.value.repeat(count));
  checkCount(value.value.length * count);
  return list(
    Array.from({ length: value.value.length * count }, (_, index) => value.value[index % value.value.length] as Value),
  );
}

/** Python's `%` on texts, for `%s`, `%d`, `%i`, `%f` and `%.2f`. */
export function fillIn(pattern: string, values: readonly Value[]): string {
  let next = 0;
  const parts = splitBounded(pattern, /(%(?:\.\d)?[sdif]|%%)/).map((part, index) => {
    if (index % 2 === 0) return part;
    if (part === '%%') return '%';
    const value = values[next];
    next += 1;
    if (value === undefined) throw new Error(`"${pattern}" wants more than ${values.length} values`);
    const number = numberIn(value);
    if (part.endsWith('s') || number === undefined) return textOf(value);
    return part.endsWith('f') ? number.toFixed(Number(/\d/.exec(part)?.[0] ?? 6)) : String(Math.trunc(number));
  });
  checkLength(
    parts.reduce((sum, part) => sum + part.length, 0),
    parts,
  );
  return parts.join('');
}

function calculate(operator: string, left: Value, right: Value): Value {
  const [one, other] = [numberIn(left), numberIn(right)];
  if (one === undefined || other === undefined) throw unfit(operator, left, right);
  const result = calculated(operator, one, other);
  if (result === undefined || !Number.isFinite(result)) throw unfit(operator, left, right);
  const isWhole = !isFloat(left) && !isFloat(right) && operator !== '/' && Number.isInteger(result);
  return isWhole ? toValue(result) : float(result);
}

function calculated(operator: string, one: number, other: number): number | undefined {
  switch (operator) {
    case '+':
      return one + other;
    case '-':
      return one - other;
    case '*':
      return one * other;
    case '/':
      return one / other;
    case '//':
      return Math.floor(one / other);
    case '%':
      return one - other * Math.floor(one / other);
    case '**':
      return one ** other;
    default:
      return undefined;
  }
}

function unfit(operator: string, left: Value, right: Value): Error {
  const kindOf = ({ type }: Value) => type.replace('Value', '');
  return new Error(`"${operator}" does not go with ${kindOf(left)} and ${kindOf(right)}`);
}
