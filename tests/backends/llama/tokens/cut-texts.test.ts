import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCutter } from '../../../../src/backends/llama/tokens/cut-texts.ts';

const TEXTS = ['<think>', '  ', '\n\n', 'aba', '👩‍🚀', '🎭🎭', '▁▁▁', 'x', '🎭'];
const cut = createCutter(TEXTS);
const whole = TEXTS.filter((text) => Array.from(text).length > 1);
const written = fc
  .array(fc.constantFrom(...TEXTS, ...'<think>ab \n▁', '\u200d', '\ud83c', '\udfad'))
  .map((parts) => parts.join(''));

describe('a cutter', () => {
  it.each([
    ['a <think> b', ['a <think', '> b']],
    ['a    b', ['a ', ' ', ' ', ' b']],
    ['ababa', ['ab', 'aba'.slice(0, 2), 'a']],
    ['🎭🎭🎭', ['🎭', '🎭', '🎭']],
    ['plain', ['plain']],
    ['x', ['x']],
    ['', []],
  ])('cuts %j only where it must', (text, parts) => {
    expect(cut(text)).toEqual(parts);
  });

  it('leaves no text whole, loses nothing and cuts no pair of surrogates', () => {
    fc.assert(
      fc.property(written, (text) => {
        const parts = cut(text);
        expect(parts.join('')).toBe(text);
        for (const part of parts) {
          expect(part).not.toBe('');
          for (const one of whole) expect(part.replaceAll(' ', '▁')).not.toContain(one.replaceAll(' ', '▁'));
        }
        expect(parts.map((part) => part.toWellFormed()).join('')).toBe(text.toWellFormed());
      }),
    );
  });

  it('cuts very long texts between words, in the same places when they grow', () => {
    const words = Array.from({ length: 4000 }, (_, index) => `word${index}`).join(' ');
    const parts = cut(words);
    expect(parts.join('')).toBe(words);
    expect(Math.max(...parts.map(({ length }) => length))).toBeLessThanOrEqual(8192);
    expect(parts.slice(1).every((part) => part.startsWith(' word'))).toBe(true);
    expect(cut(`${words} and more`).slice(0, parts.length - 1)).toEqual(parts.slice(0, -1));
    expect(cut('🎭a'.repeat(10_000)).every((part) => part.isWellFormed())).toBe(true);
  });
});
