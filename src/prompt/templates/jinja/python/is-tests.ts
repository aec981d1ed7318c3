import { areEqual, differenceOf, isIn } from './operators.ts';
import {
  isBoolean,
  isFloat,
  isInteger,
  isList,
  isMap,
  isNone,
  isText,
  isTrue,
  isUndefined,
  numberIn,
  UNDEFINED,
  type Value,
} from './values.ts';

/** `value is NAME(other)`. */
export type IsTest = (value: Value, other: Value) => boolean;

const ordered = (holds: (difference: number) => boolean): IsTest => {
  return (value, other) => {
    const difference = differenceOf(value, other);
    return difference !== undefined && holds(difference);
  };
};
const remainder = (value: Value, divisor: number) => Math.abs((numberIn(value) ?? Number.NaN) % divisor);
const isIterable = (value: Value) => isList(value) || isMap(value) || isText(value);
const above = ordered((difference) => difference > 0);
const below = ordered((difference) => difference < 0);
const atLeast = ordered((difference) => difference >= 0);
const atMost = ordered((difference) => difference <= 0);
const differs: IsTest = (value, other) => !areEqual(value, other);

/** Jinja's tests by name. Source: https://jinja.palletsprojects.com/en/stable/templates/#list-of-builtin-tests */
const TESTS: Readonly<Record<string, IsTest>> = {
  defined: (value) => !isUndefined(value),
  undefined: (value) => isUndefined(value),
  none: (value) => isNone(value),
  boolean: (value) => isBoolean(value),
  true: (value) => isBoolean(value) && value.value,
  false: (value) => isBoolean(value) && !value.value,
  string: (value) => isText(value),
  integer: (value) => isInteger(value),
  float: (value) => isFloat(value),
  number: (value) => isInteger(value) || isFloat(value),
  mapping: (value) => isMap(value),
  sequence: isIterable,
  iterable: isIterable,
  callable: (value) => value.type === 'FunctionValue',
  odd: (value) => remainder(value, 2) === 1,
  even: (value) => remainder(value, 2) === 0,
  divisibleby: (value, other) => remainder(value, numberIn(other) ?? 0) === 0,
  lower: (value) => isText(value) && value.value === value.value.toLowerCase(),
  upper: (value) => isText(value) && value.value === value.value.toUpperCase(),
  in: isIn,
  sameas: (value, other) => value.type === other.type && areEqual(value, other),
  eq: areEqual,
  equalto: areEqual,
  '==': areEqual,
  ne: differs,
  '!=': differs,
  gt: above,
  greaterthan: above,
  '>': above,
  lt: below,
  lessthan: below,
  '<': below,
  ge: atLeast,
  '>=': atLeast,
  le: atMost,
  '<=': atMost,
};

/** Throws for a name that is none of Jinja's. */
export function passes(name: string, value: Value, other: Value = UNDEFINED): boolean {
  const test = Object.hasOwn(TESTS, name) ? TESTS[name] : undefined;
  if (!test) throw new Error(`there is no test "is ${name}"`);
  return test(value, other);
}

/** For filters that choose: the test of that name, or whether the value is true. */
export function chooser(name: string | undefined, other: Value | undefined): (value: Value) => boolean {
  return name === undefined ? isTrue : (value) => passes(name, value, other);
}
