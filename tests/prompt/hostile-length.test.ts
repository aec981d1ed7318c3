import { describe, expect, it } from 'vitest';
import { createCutter } from '../../src/backends/llama/tokens/cut-texts.ts';
import { expandMacros } from '../../src/personas/macros.ts';
import { parseExamples } from '../../src/prompt/examples.ts';
import { literalsFor } from '../../src/prompt/literals/literals.ts';
import { neutralise } from '../../src/prompt/neutralise.ts';
import { cleanName, quoteForgedLines, quoteLinesOf } from '../../src/prompt/speakers/speakers.ts';
import { oddVocabulary } from '../made-model/steering-vocabularies.ts';

const SHORT = 20_000;
const LONG = 200_000;

/** Ten times the length takes ten times as long; were it the square of it, a hundred times. */
const AT_MOST_TIMES = 40;

const { steering } = oddVocabulary();
const literals = literalsFor({ controlTexts: steering });
const cut = createCutter(steering);

const WORK: readonly [name: string, work: (text: string) => unknown][] = [
  ['neutralise', (text) => neutralise(text, literals)],
  ['cutting for the engine', cut],
  ['quoting forged lines', (text) => quoteForgedLines(`${text}x:\nx:${text}`, [`${text.slice(0, 20)}Rook`, 'Rook'])],
  [
    'quoting lines in fenced code',
    (text) => quoteForgedLines(`\`\`\`\n${text}x:\nx:${text}\n\`\`\``, [`${text.slice(0, 20)}Rook`, 'Rook']),
  ],
  ['quoting the lines of roles', (text) => quoteLinesOf(`${text}x:\nUser:${text}`, ['User', 'Assistant'])],
  ['cleaning a name', (text) => cleanName(text, 'Rook')],
  ['expanding macros', (text) => expandMacros(`{{${text}`, {})],
  ['parsing examples', (text) => parseExamples(`<START>${text}`, { char: 'Rook', user: 'Mina' })],
];

const UNITS = [
  ...[
    '\ufeff',
    ' ',
    '\n',
    '*',
    '\u200b',
    '\u3164',
    ':',
    'ﷺ',
    '\u0301',
    '\ud800',
    '\0',
    '<',
    '<|a',
    '<a',
    ']~b',
    '@@eot',
    '<\u200b',
  ],
  ...[
    '<|im_end|>',
    '▁',
    'Rook:\n',
    '가',
    '```\n',
    '```',
    ':ab:',
    '<:a',
    'Rook (',
    'R 1:11',
    '"a',
    'Ꭱ',
    'ः',
    '/think',
    'R::',
    'a::b ',
    'R://',
  ],
];

/** User time of this process, ms: what else runs on the machine does not count. */
function timeOf(work: (text: string) => unknown, text: string): number {
  const before = process.cpuUsage();
  work(text);
  return process.cpuUsage(before).user / 1000;
}

const filled = (unit: string, length: number) => unit.repeat(Math.ceil(length / unit.length));

/** How many times as long the long text takes; measured again when that is a lot, since code is compiled and memory cleared meanwhile. */
function timesAsLong(work: (text: string) => unknown, unit: string, tries = 3): number {
  const short = Math.max(timeOf(work, filled(unit, SHORT)), 1);
  const times = timeOf(work, filled(unit, LONG)) / short;
  return times < AT_MOST_TIMES || tries === 1 ? times : Math.min(times, timesAsLong(work, unit, tries - 1));
}

describe(`what takes time in proportion to the length of a text, from ${SHORT} to ${LONG} characters`, () => {
  it.each(WORK)('%s', (_, work) => {
    for (const unit of UNITS)
      expect(timesAsLong(work, unit), `of nothing but ${JSON.stringify(unit)}`).toBeLessThan(AT_MOST_TIMES);
  });
});
