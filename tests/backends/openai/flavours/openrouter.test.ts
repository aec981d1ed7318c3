import { afterEach, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import { hear, type OpenSettings, openOpenai, request } from '../open-openai.ts';
import { type PageServer, startPageServer, stream } from '../page-server.ts';

const MODEL = {
  id: 'vendor/model',
  context_length: 131_072,
  top_provider: { context_length: 32_768, max_completion_tokens: null },
  supported_parameters: ['max_tokens', 'temperature', 'top_p', 'stop', 'top_k', 'reasoning', 'include_reasoning'],
  reasoning: { mandatory: false, supported_efforts: ['high', 'low'] },
};

let server: PageServer;
let backend: Backend;
afterEach(async () => {
  await backend.close();
  await server.close();
});

async function open(model: Record<string, unknown> = MODEL, settings: OpenSettings = {}): Promise<void> {
  server = await startPageServer({
    'GET /v1/models': { json: { data: [{ id: 'other/one', context_length: 1 }, model] } },
    'POST /v1/chat/completions': stream('Hello there.'),
  });
  backend = openOpenai(server.baseUrl, { flavour: 'openrouter', model: 'vendor/model', ...settings });
}

async function sent(asked = request('Hello')): Promise<Record<string, unknown>> {
  expect((await hear(backend, asked)).error).toBeUndefined();
  return server.bodies('/v1/chat/completions').at(-1) ?? {};
}

test('its model’s context is that of the endpoint, and only the dials that the endpoint takes are honoured', async () => {
  await open(MODEL, { model: 'vendor/model:free' });
  const { contextTokens, honours, model } = await backend.describe();
  expect(contextTokens).toBe(32_768);
  expect(model.name).toBe('vendor/model:free');
  expect([...honours].sort()).toEqual(['maxTokens', 'stop', 'temperature', 'topK', 'topP']);
  expect(await sent()).not.toHaveProperty('min_p');
});

test('prompts are never shortened on the way, and Troupe is named as the asker unless the settings name another', async () => {
  await open();
  expect(await sent()).toMatchObject({ plugins: [{ id: 'context-compression', enabled: false }] });
  expect(server.requests.at(-1)?.headers['x-title']).toBe('Troupe');
  await backend.close();
  await server.close();
  await open(MODEL, { headers: { 'x-title': 'Mine' } });
  await sent();
  expect(server.requests.at(-1)?.headers['x-title']).toBe('Mine');
});

test.each([
  ['off', { enabled: false }],
  ['low', { effort: 'low' }],
  ['full', { effort: 'high' }],
] as const)('thinking that is %s is %j', async (thinking, reasoning) => {
  await open();
  expect((await sent(request('Hello', {}, { thinking }))).reasoning).toEqual(reasoning);
});

test('where thinking is mandatory the least is asked for, and where there is none nothing', async () => {
  await open({ ...MODEL, reasoning: { mandatory: true } });
  expect((await sent()).reasoning).toEqual({ effort: 'low' });
  await backend.close();
  await server.close();
  await open({ ...MODEL, reasoning: undefined, supported_parameters: ['max_tokens', 'temperature'] });
  expect(await sent(request('Hello', {}, { thinking: 'full' }))).not.toHaveProperty('reasoning');
});

test('an operator’s own reasoning goes before ours', async () => {
  await open(MODEL, { extraBody: { reasoning: { max_tokens: 500 } } });
  expect((await sent(request('Hello', {}, { thinking: 'low' }))).reasoning).toEqual({ effort: 'low', max_tokens: 500 });
});

test('a model must be named', async () => {
  await open(MODEL, { model: undefined });
  await expect(backend.describe()).rejects.toThrow(/has many models: name one/);
});
