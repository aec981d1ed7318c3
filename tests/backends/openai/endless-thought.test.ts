// A server that does not stop where it was told to: a thought without an end must not run for ever.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Handler, say } from '../../llm-double/answer.ts';
import { type LlmDouble, startLlmDouble } from '../../llm-double/llm-double.ts';
import { hear, openOpenai, request } from './open-openai.ts';

let double: LlmDouble;
beforeEach(async () => {
  double = await startLlmDouble();
});
afterEach(() => double.close());

function* endless(opening: string): Generator<string> {
  yield opening;
  for (;;) yield ' and';
}
const thinking =
  (opening: string): Handler =>
  () =>
    say(endless(opening), { honour: false });
const requests = () => double.requests.filter(({ path }) => path === '/v1/chat/completions');

test('a thought that is asked for is stopped soon after its tokens, and that is an error', async () => {
  double.script(thinking('<think>'));
  const { error, text, reasoning } = await hear(openOpenai(double.baseUrl), request('Hello', {}, { thinking: 'low' }));
  expect(error).toMatchObject({
    failure: 'broken-reply',
    message: expect.stringMatching(/tokens on thinking and said nothing/),
  });
  expect(text).toBe('');
  const tokens = reasoning.split(' and').length;
  expect(tokens).toBeGreaterThan(300 + 1024);
  expect(tokens).toBeLessThan(2.5 * (300 + 1024));
  await expect.poll(() => requests().map(({ aborted }) => aborted)).toEqual([true]);
});

test('a text that is kept back because it may be a thought is stopped as well', async () => {
  double.script(thinking('So'));
  const { error, reasoning } = await hear(openOpenai(double.baseUrl), request('Hello', {}, { thinking: 'low' }));
  expect(error).toMatchObject({ failure: 'broken-reply' });
  expect(reasoning.split(' and').length).toBeLessThan(2.5 * (300 + 1024));
});

test('the first attempt is over before the next begins', async () => {
  let attempts = 0;
  double.script(async () => {
    attempts += 1;
    if (attempts === 1) return say(endless('<think>'), { honour: false });
    await expect.poll(() => requests()[0]?.aborted).toBe(true);
    return say('<think>Hmm.</think>Yes.');
  });
  const { text, error } = await hear(openOpenai(double.baseUrl), request('Hello'));
  expect({ text, error }).toEqual({ text: 'Yes.', error: undefined });
});

test('a reply that goes on and on after its thought ends by length', async () => {
  double.script(() => say(['<think>', 'Hmm.', '</think>', ...Array.from({ length: 5000 }, () => ' on')], { honour: false }));
  const { text, end } = await hear(openOpenai(double.baseUrl), request('Hello', {}, { thinking: 'low' }));
  expect(end).toMatchObject({ reason: 'length' });
  expect(text.split(' on').length).toBeLessThan(600);
});

test('a server that was told the very number of tokens and does not stop there is stopped', async () => {
  double.script(thinking('So'));
  const { text, end } = await hear(openOpenai(double.baseUrl), request('Hello'));
  expect(end).toMatchObject({ reason: 'length' });
  expect(text.split(' and').length).toBeLessThan(2.5 * 300);
});
