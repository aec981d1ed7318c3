import { expect, it } from 'vitest';
import { closest } from '../../src/personas/closest.ts';

const keys = ['temperature', 'topK', 'topP', 'stop', 'instructions'];

it('finds the key that a typo meant', () => {
  expect(closest('temprature', keys)).toBe('temperature');
  expect(closest('TOPK', keys)).toBe('topK');
  expect(closest('isntructions', keys)).toBe('instructions');
  expect(closest('stpo', keys)).toBe('stop');
});

it('finds nothing where nothing is near', () => {
  expect(closest('colour', keys)).toBeUndefined();
  expect(closest('', keys)).toBeUndefined();
  expect(closest('x', [])).toBeUndefined();
});
