import { expect, it } from 'vitest';
import { editDotEnv, parseDotEnv } from '../../src/config/dot-env.ts';

const readBack = (text: string) => parseDotEnv(text, '.env').values.get('A')?.value;

it.each([
  ['A=plain', 'plain'],
  ['  export A = spaced  ', 'spaced'],
  ['A=a#b', 'a#b'],
  ['A=a # said aside', 'a'],
  ['A="in # quotes" # aside', 'in # quotes'],
  ['A=\'it is "quoted"\'', 'it is "quoted"'],
  ['A=$HOME\\n', '$HOME\\n'],
  ['A=', ''],
  ['A=first\r\nA=last\r\n', 'last'],
])('reads %j', (text, value) => {
  expect(readBack(text)).toBe(value);
  expect(parseDotEnv(text, '.env').problems).toEqual([]);
});

it('tells the line of a quote that is not closed', () => {
  expect(parseDotEnv('B=1\nA="open\n', '.env').problems).toEqual([
    { file: '.env', line: 2, path: 'A', message: expect.stringContaining('quote') },
  ]);
});

it('replaces the line that counts, adds what is new, and keeps every other line', () => {
  const text = '# mine\nA=old\nexport A=newer\n\n# B=\n# C=kept\nOTHER=1\n';
  expect(editDotEnv(text, { A: 'x', B: 'y', C: 'z' })).toBe('# mine\nA=old\nA=x\n\nB=y\n# C=kept\nOTHER=1\nC=z\n');
});

it('turns a variable off without losing its value', () => {
  expect(editDotEnv('A=secret\nB=1', { A: undefined, NOT_THERE: undefined })).toBe('# A=secret\nB=1\n');
});

it.each(['plain', 'two words', 'a#b "c"', "it's", '-1'])('writes %j so that it reads the same', (value) => {
  expect(readBack(editDotEnv('', { A: value }))).toBe(value);
});
