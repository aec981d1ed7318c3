import { expect, it } from 'vitest';
import type { Sampling } from '../../src/chat.ts';
import {
  DEFAULT_SAMPLING,
  DIALS,
  KEYED_DIALS,
  resolveSampling,
  samplingSchema,
  turnedDials,
} from '../../src/personas/sampling.ts';

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

it('merges a dial with keys of its own key by key, and replaces its lists', () => {
  const dry = { multiplier: 0.8, base: 1.75, allowedLength: 2, range: 0, breakers: ['\n', ':'] };
  const resolved = resolveSampling(
    { dry, logitBias: { ' tea': 3, ' oh': false }, xtc: { probability: 0.5, threshold: 0.1 } },
    { dry: { ...dry, allowedLength: 4, breakers: ['.'] }, logitBias: { ' tea': 0, ' ah': -2 } },
  );
  expect(resolved).toEqual({
    ...DEFAULT_SAMPLING,
    dry: { multiplier: 0.8, base: 1.75, allowedLength: 4, range: 0, breakers: ['.'] },
    logitBias: { ' tea': 0, ' oh': false, ' ah': -2 },
    xtc: { probability: 0.5, threshold: 0.1 },
  });
});

it('has a range for every dial with one number, a sentence for every dial with keys, and defaults inside the ranges', () => {
  const known = [...DIALS, ...KEYED_DIALS].map(({ name }) => name);
  expect([...known, 'stop'].toSorted()).toEqual(Object.keys(samplingSchema.shape).toSorted());
  expect(samplingSchema.safeParse(DEFAULT_SAMPLING).success).toBe(true);
});

it('fills in what is left out of dry and xtc, which is off', () => {
  expect(samplingSchema.parse({ dry: {}, xtc: {} })).toEqual({
    dry: { multiplier: 0, base: 1.75, allowedLength: 2, range: 0, breakers: ['\n', ':', '"', '*'] },
    xtc: { probability: 0, threshold: 0.1 },
  });
});

it.each([
  ['dry.multiplier', 0, 5],
  ['dry.base', 1, 4],
  ['dry.allowedLength', 1, 50],
  ['dry.range', 0, 16_384],
  ['xtc.probability', 0, 1],
  ['xtc.threshold', 0, 0.5],
  ['logitBias. tea', -100, 100],
] as const)('takes %s from %d to %d and nothing beyond', (place, min, max) => {
  const [dial = '', key = ''] = place.split('.');
  const takes = (value: unknown) => samplingSchema.safeParse({ [dial]: { [key]: value } }).success;
  expect([min, max].map(takes)).toEqual([true, true]);
  expect([min - 1, max + 1, String(min), true, null].map(takes)).toEqual([false, false, false, false, false]);
  expect(takes(false)).toBe(dial === 'logitBias');
});

it('refuses what llama.cpp would cut or leave out of the breakers, and keys that it does not know', () => {
  const takes = (breakers: readonly string[]) => samplingSchema.safeParse({ dry: { breakers } }).success;
  expect([['x'.repeat(40)], ['가'.repeat(13)], Array.from({ length: 16 }, () => 'x')].map(takes)).toEqual([true, true, true]);
  expect([[], [''], ['x'.repeat(41)], ['가'.repeat(14)], Array.from({ length: 17 }, () => 'x')].map(takes)).toEqual(
    Array.from({ length: 5 }, () => false),
  );
  for (const stray of [{ dry: { strength: 1 } }, { xtc: { chance: 1 } }, { logitBias: { '': 1 } }]) {
    expect(samplingSchema.safeParse(stray).success).toBe(false);
  }
});

it('knows which dials are turned away from where they stand by themselves', () => {
  const turned = (dials: Partial<Sampling>) => turnedDials(resolveSampling(dials));
  expect(turned({})).toEqual([]);
  const off = {
    dry: { ...samplingSchema.parse({ dry: {} }).dry },
    xtc: { probability: 0, threshold: 0.2 },
    logitBias: { a: 0 },
  };
  expect(turned(off as Partial<Sampling>)).toEqual([]);
  const on = {
    topK: 4,
    stop: ['x'],
    seed: 0,
    xtc: { probability: 0.1, threshold: 0.2 },
    logitBias: { a: 0, b: false },
  } as const;
  expect(turned(on).toSorted()).toEqual(['logitBias', 'seed', 'stop', 'topK', 'xtc']);
});

it('refuses unknown dials, empty stops and too many', () => {
  expect(samplingSchema.safeParse({ temprature: 1 }).success).toBe(false);
  expect(samplingSchema.safeParse({ stop: [''] }).success).toBe(false);
  expect(samplingSchema.safeParse({ stop: Array.from({ length: 17 }, () => 'x') }).success).toBe(false);
});
