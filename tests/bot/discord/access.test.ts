import { expect, test } from 'vitest';
import { admits } from '../../../src/bot/discord/access.ts';

test('without lists everybody is heard', () => {
  expect(admits({}, ['1', '2'])).toBe(true);
});

test('an allow list hears only what carries one of its ids', () => {
  expect(admits({ allow: ['2'] }, ['1', '2', null])).toBe(true);
  expect(admits({ allow: ['2'] }, ['1', undefined])).toBe(false);
  expect(admits({ allow: [] }, ['1'])).toBe(false);
});

test('a deny list goes before an allow list', () => {
  expect(admits({ allow: ['1'], deny: ['2'] }, ['1', '2'])).toBe(false);
  expect(admits({ deny: ['3'] }, ['1', '2'])).toBe(true);
});
