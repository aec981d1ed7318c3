import { ALWAYS_THINKING, NEVER_THINKING } from './constant.ts';
import type { Family } from './family.ts';
import { SWITCHABLE } from './switchable.ts';

/** The families of the matrix: every way of writing thoughts that people's models have today, and none. */
export const FAMILIES: readonly Family[] = [...SWITCHABLE, ...ALWAYS_THINKING, ...NEVER_THINKING];

export function familyOf(name: string): Family {
  const family = FAMILIES.find((one) => one.name === name);
  if (!family) throw new Error(`No family is called ${name}.`);
  return family;
}
