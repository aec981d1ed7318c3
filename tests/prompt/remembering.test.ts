import { expect, it } from 'vitest';
import { remembering } from '../../src/prompt/remembering.ts';

it('makes a thing once, as long as it was among the last few, and tries again what failed', () => {
  const asked: string[] = [];
  const make = (text: string) => {
    asked.push(text);
    if (text === 'odd') throw new Error('odd');
    return { text };
  };
  const remembered = remembering(make, { isSame: (one, other) => one.toLowerCase() === other.toLowerCase(), atMost: 2 });
  expect(remembered('a')).toBe(remembered('A'));
  remembered('b');
  remembered('a');
  expect(asked).toEqual(['a', 'b']);
  remembered('c');
  remembered('a');
  expect(asked).toEqual(['a', 'b', 'c', 'a']);
  for (let time = 0; time < 2; time += 1) expect(() => remembered('odd')).toThrow('odd');
  expect(asked.slice(4)).toEqual(['odd', 'odd']);
});
