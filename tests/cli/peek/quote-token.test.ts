import { expect, it } from 'vitest';
import { fitWidth, quoteToken, widthOf } from '../../../src/cli/peek/quote-token.ts';

it.each([
  [' the', '" the"'],
  ['\n\n', '"\\n\\n"'],
  ['\t"\\', '"\\t\\"\\\\"'],
  ['\u001B[2J', '"\\u{1B}[2J"'],
  ['\u200B\u202E', '"\\u{200B}\\u{202E}"'],
  ['\u00A0', '"\\u{A0}"'],
  ['\u0301a', '"\\u{301}a"'],
  ['é안🎭', '"é안🎭"'],
  ['\uFE0F\u3164', '"\\u{FE0F}\\u{3164}"'],
  ['', '""'],
])('quotes %j as %s', (text, quoted) => {
  expect(quoteToken({ text })).toBe(quoted);
});

it('quotes bytes that are no whole character as bytes', () => {
  expect(quoteToken({ text: ' \ufffd', bytes: [0x20, 0xec, 0x95] })).toBe('" \\xEC\\x95"');
  expect(quoteToken({ text: 'a"\ufffd', bytes: [0x61, 0x22, 0x80] })).toBe('"a\\"\\x80"');
});

it('fits a text into columns: two for what is wide, none for what joins the character before it', () => {
  expect(['abc', '안녕', '🎭', 'e\u0301', '「」', '！'].map(widthOf)).toEqual([3, 4, 2, 1, 4, 2]);
  for (const text of ['', 'abc', 'abcdef', 'abcdefg', '안녕하세요', 'a안녕하', '🎭🎭🎭🎭'])
    expect(widthOf(fitWidth(text, 6))).toBe(6);
  expect(fitWidth('abcdefg', 6)).toBe('abcde…');
  expect(fitWidth('안녕하세요', 6)).toBe('안녕… ');
});
