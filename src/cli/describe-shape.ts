import type { z } from 'zod';

/** Everything that is wrong with a value of a file, in plain words: `role must be user or assistant and "name" is missing`. */
export function describeShape(error: z.ZodError, value: unknown): string {
  const byPlace = new Map(error.issues.map((issue) => [issue.path.join('.'), issue] as const).reverse());
  return [...byPlace]
    .reverse()
    .map(([place, issue]) => describe(place, issue, value))
    .join(' and ');
}

const TYPES: Readonly<Record<string, string>> = { string: 'a text', object: 'an object', array: 'an array' };

function describe(place: string, issue: z.core.$ZodIssue, value: unknown): string {
  if (place === '')
    return `this must be ${issue.code === 'invalid_type' ? (TYPES[issue.expected] ?? issue.expected) : issue.message}`;
  const written: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, place) : undefined;
  if (written === undefined) return `"${place}" is missing`;
  if (issue.code === 'invalid_value') return `${place} must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_type') return `${place} must be ${TYPES[issue.expected] ?? issue.expected}`;
  if (issue.code === 'too_small') return `${place} must not be empty`;
  if (issue.code === 'invalid_format') return `${place} must be a date such as 2026-01-31T12:00:00Z`;
  return `${place} cannot be read`;
}
