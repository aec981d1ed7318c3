import { expect, test } from 'vitest';
import { watchMisfiling } from '../../../../src/backends/openai/stream/misfiled-reply.ts';
import type { SpokenPart } from '../../../../src/backends/voice.ts';

const thought = (text: string): SpokenPart => ({ type: 'reasoning', text });
const text = (said: string): SpokenPart => ({ type: 'text', text: said });

test('thoughts are kept back only until text comes, and then all is passed on as it comes', () => {
  const misfiling = watchMisfiling();
  misfiling.sent({ text: '' });
  expect(misfiling.pass([thought('One')])).toEqual([]);
  misfiling.sent({ text: 'Hi' });
  expect(misfiling.pass([text('Hi')])).toEqual([thought('One'), text('Hi')]);
  expect(misfiling.pass([thought('Two')])).toEqual([thought('Two')]);
  expect(misfiling.reply()).toBeUndefined();
});

test('white space beside a thought shows that the server parts the two, also where nothing is left of it', () => {
  const misfiling = watchMisfiling();
  misfiling.pass([thought('One')]);
  misfiling.sent({ text: '\n\n' });
  expect(misfiling.pass([])).toEqual([thought('One')]);
  expect(misfiling.reply()).toBeUndefined();
});

test('a thought without end is not kept back for good', () => {
  const misfiling = watchMisfiling();
  const long = thought('and on '.repeat(20_000));
  expect(misfiling.pass([long])).toEqual([long]);
  expect(misfiling.reply()).toBeUndefined();
});
