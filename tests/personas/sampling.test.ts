import { expect, it } from 'vitest';
import { DEFAULT_SAMPLING, DIALS, resolveSampling, samplingSchema } from '../../src/personas/sampling.ts';

it('takes each dial from the last layer that sets it', () => {
  const resolved = resolveSampling({ temperature: 0, topK: 5 }, { topK: 7, stop: ['a'] }, { stop: ['b'], topP: undefined });
  expect(resolved).toEqual({ ...DEFAULT_SAMPLING, temperature: 0, topK: 7, stop: ['b'] });
});

it('takes every dial from its smallest to its largest value and nothing beyond', () => {
  for (const { name, min, max, integer } of DIALS) {
    expect(samplingSchema.safeParse({ [name]: min }).success).toBe(true);
    expect(samplingSchema.safeParse({ [name]: max }).success).toBe(true);
    expect(samplingSchema.safeParse({ [name]: min - 1 }).success).toBe(false);
    expect(samplingSchema.safeParse({ [name]: max + 1 }).success).toBe(false);
    expect(samplingSchema.safeParse({ [name]: (min + max) / 2 + 0.25 }).success).toBe(!integer);
  }
});

it('has a range for every dial but stop, and defaults inside the ranges', () => {
  const dials = Object.keys(samplingSchema.shape).filter((name) => name !== 'stop');
  expect(DIALS.map(({ name }) => name).toSorted()).toEqual(dials.toSorted());
  expect(samplingSchema.safeParse(DEFAULT_SAMPLING).success).toBe(true);
});

it('refuses unknown dials, empty stops and too many', () => {
  expect(samplingSchema.safeParse({ temprature: 1 }).success).toBe(false);
  expect(samplingSchema.safeParse({ stop: [''] }).success).toBe(false);
  expect(samplingSchema.safeParse({ stop: Array.from({ length: 17 }, () => 'x') }).success).toBe(false);
});
