import { afterEach, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import type { Thinking } from '../../../../src/chat.ts';
import { hear, type OpenSettings, openOpenai, request } from '../open-openai.ts';
import { type PageServer, startPageServer, stream } from '../page-server.ts';

let server: PageServer;
let backend: Backend;
afterEach(async () => {
  await backend.close();
  await server.close();
});

async function open(model: string, settings: OpenSettings = {}): Promise<void> {
  server = await startPageServer({ 'POST /v1/chat/completions': stream('Hello there.') });
  backend = openOpenai(server.baseUrl, { flavour: 'openai', model, ...settings });
}

async function dialsSent(thinking: Thinking): Promise<Record<string, unknown>> {
  const { error } = await hear(backend, request('Hello', { stop: ['###'] }, { thinking }));
  expect(error).toBeUndefined();
  const {
    model: _,
    messages: __,
    stream: ___,
    stream_options: ____,
    seed: _____,
    ...dials
  } = server.bodies('/v1/chat/completions').at(-1) ?? {};
  return dials;
}

const RESTING = { temperature: 0.85, top_p: 0.92 };

test.each([
  ['gpt-4.1-mini', 'off', { max_tokens: 300, ...RESTING, frequency_penalty: 0.3, presence_penalty: -0.2, stop: ['###'] }],
  [
    'gpt-5.2-chat-latest',
    'off',
    { max_tokens: 300, ...RESTING, frequency_penalty: 0.3, presence_penalty: -0.2, stop: ['###'] },
  ],
  ['o4-mini', 'off', { max_completion_tokens: 4396, reasoning_effort: 'low' }],
  ['o4-mini', 'full', { max_completion_tokens: 8492, reasoning_effort: 'high' }],
  ['gpt-5-mini', 'off', { max_completion_tokens: 4396, reasoning_effort: 'minimal' }],
  ['gpt-5-mini', 'low', { max_completion_tokens: 1324, reasoning_effort: 'low' }],
  ['gpt-5.2', 'off', { max_completion_tokens: 300, reasoning_effort: 'none', ...RESTING }],
  ['gpt-5.2', 'full', { max_completion_tokens: 8492, reasoning_effort: 'high' }],
  ['ft:o4-mini:us::x', 'low', { max_completion_tokens: 1324, reasoning_effort: 'low' }],
] as const)('%s, thinking %s, is sent %j', async (model, thinking, expected) => {
  await open(model);
  expect(await dialsSent(thinking)).toEqual(expected);
  expect(server.requests).toHaveLength(1); // nothing is asked of it but the reply
});

test('a model that reasons honours only what it takes, and one that can rest what it takes then', async () => {
  await open('o4-mini');
  expect([...(await backend.describe()).honours].sort()).toEqual(['maxTokens', 'seed', 'stop']);
  await backend.close();
  await server.close();
  await open('gpt-5.2');
  expect([...(await backend.describe()).honours].sort()).toEqual(['maxTokens', 'seed', 'stop', 'temperature', 'topP']);
});

test('an assumed context limits the prompt and not the thoughts, of models that are known to take far more', async () => {
  await open('gpt-5-mini');
  expect(await backend.describe()).toMatchObject({ contextTokens: 8192, contextAssumed: true });
  await backend.close();
  await server.close();
  await open('gpt-5-mini', { contextTokens: 8192 });
  expect(await dialsSent('full')).toMatchObject({ max_completion_tokens: 4096 });
});

test('people are told which dials a reply was made without because the model thinks', async () => {
  await open('gpt-5.2');
  await dialsSent('off');
  expect((await backend.describe()).notices?.join()).not.toMatch(/while it thinks/);
  await dialsSent('full');
  await dialsSent('low');
  const told = (await backend.describe()).notices?.filter((notice) => notice.includes('while it thinks'));
  expect(told).toEqual([
    'gpt-5.2 of backend main takes no temperature and no topP while it thinks: such a setting has no effect on replies with thinking.',
  ]);
  await backend.close();
  await server.close();
  await open('o4-mini');
  await dialsSent('full');
  expect((await backend.describe()).notices?.join()).not.toMatch(/while it thinks/);
});
