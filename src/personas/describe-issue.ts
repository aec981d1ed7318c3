import { z } from 'zod';
import { closest } from './closest.ts';

/** A problem of a checked value: where in the value, and how to say it to the operator who wrote it. */
type DescribedIssue = { path?: string; place: readonly PropertyKey[]; message: string };

/** A zod issue in words for operators: what stands there, what was expected, and for a typo the key that was probably meant. */
export function describeIssue(issue: z.core.$ZodIssue, value: unknown, schema: z.ZodType): DescribedIssue[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path);
    return issue.keys.map((key) => ({ ...at([...issue.path, key]), message: describeUnknownKey(key, known) }));
  }
  if (issue.path.length === 0 && (value === null || value === undefined))
    return [{ place: [], message: describeEmpty(schema) }];
  return [{ ...at(issue.path), message: describe(issue, valueAt(value, issue.path)) }];
}

function at(place: readonly PropertyKey[]): { path?: string; place: readonly PropertyKey[] } {
  if (place.length === 0) return { place };
  const path = place.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return { path: path.replace(/^\./, ''), place };
}

function describeUnknownKey(key: string, known: readonly string[]): string {
  const meant = closest(key, known);
  const hint = meant === undefined ? `known are ${known.join(', ')}` : `did you mean "${meant}"?`;
  return known.length === 0 ? 'is an unknown key' : `is an unknown key; ${hint}`;
}

/** A file in which nothing stands but comments. */
function describeEmpty(schema: z.ZodType): string {
  const shape = schema instanceof z.ZodObject ? Object.entries(schema.shape) : [];
  const needed = shape.filter(([, field]) => field instanceof z.ZodType && !field.safeParse(undefined).success);
  return `is empty; expected keys with values${needed.length > 0 ? `, at least ${needed.map(([key]) => key).join(', ')}` : ''}`;
}

function describe(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined) return `is missing; expected ${expectation(issue)}`;
  if (issue.code === 'custom' && !issue.message.startsWith('expected ')) return issue.message;
  if (value === null) return `is empty; expected ${expectation(issue)}, or leave the key out`;
  return `expected ${expectation(issue)}, found ${show(value)}`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
  record: 'keys with values',
  null: 'nothing',
};

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return oneOf(issue.values.map(String));
    case 'invalid_union':
      return describeUnion(issue);
    case 'too_small':
      if (issue.inclusive === false) return `more than ${issue.minimum}`;
      return issue.origin === 'string'
        ? `at least ${issue.minimum} character(s)`
        : `${measure(issue.origin)}${issue.minimum} or more`;
    case 'too_big':
      return issue.origin === 'string'
        ? `at most ${issue.maximum} characters`
        : `${measure(issue.origin)}${issue.maximum} or less`;
    case 'invalid_format':
      return issue.format === 'url'
        ? 'a web address that begins with http:// or https://'
        : issue.message.replace(/^expected /, '');
    default:
      return issue.message.replace(/^expected /, '');
  }
}

/** What each of the alternatives takes; of alternatives that one key tells apart, its values. */
function describeUnion(issue: z.core.$ZodIssueInvalidUnion): string {
  if ('options' in issue && Array.isArray(issue.options)) return oneOf(issue.options.map(String));
  const whole = issue.errors.flatMap((issues) => issues.filter(({ path }) => path.length === 0));
  return oneOf([...new Set(whole.map(expectation))]) || 'another value';
}

function measure(origin: string): string {
  return origin === 'array' ? 'a list of ' : '';
}

function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function show(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'keys with values';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}..."` : text;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

/** The keys that a schema takes at a path, looking through defaults and options; none where they cannot be told. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const inner = unwrap(schema);
  const [key, ...rest] = path;
  if (inner instanceof z.ZodObject) {
    if (key === undefined) return Object.keys(inner.shape);
    const field: unknown = Reflect.get(inner.shape, key);
    return field instanceof z.ZodType ? keysAt(field, rest) : [];
  }
  if (inner instanceof z.ZodRecord && inner.valueType instanceof z.ZodType) return keysAt(inner.valueType, rest);
  if (inner instanceof z.ZodArray && inner.element instanceof z.ZodType) return keysAt(inner.element, rest);
  if (inner instanceof z.ZodUnion) {
    return [...new Set(inner.options.flatMap((option) => (option instanceof z.ZodType ? keysAt(option, path) : [])))];
  }
  return [];
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    const inner = schema.unwrap();
    return inner instanceof z.ZodType ? unwrap(inner) : schema;
  }
  return schema;
}
