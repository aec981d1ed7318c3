import { afterEach, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import { hear, openOpenai, request } from '../open-openai.ts';
import { type PageServer, type Pages, startPageServer, stream } from '../page-server.ts';

const EMBEDDER = { id: 'nomic', type: 'embeddings', state: 'loaded', max_context_length: 2048, loaded_context_length: 2048 };
const IDLE = { id: 'granite', type: 'llm', state: 'not-loaded', max_context_length: 131_072 };
const READY = { id: 'gemma-3-12b', type: 'vlm', state: 'loaded', max_context_length: 131_072, loaded_context_length: 12_288 };

let server: PageServer;
let backend: Backend;
afterEach(async () => {
  await backend.close();
  await server.close();
});

async function open(pages: Pages, settings = {}): Promise<void> {
  server = await startPageServer({ 'POST /v1/chat/completions': stream('Hello there.'), ...pages });
  backend = openOpenai(server.baseUrl, settings);
}

test('a model in a state of its own does not hide the server', async () => {
  const coming = { ...IDLE, id: 'on-its-way', state: 'loading' };
  await open({ 'GET /api/v0/models': { json: { object: 'list', data: [coming, READY] } } });
  expect(await backend.describe()).toMatchObject({ flavour: 'lm-studio', contextTokens: 12_288 });
});

test('LM Studio’s loaded model is found, with the context that it was loaded with', async () => {
  await open({ 'GET /api/v0/models': { json: { object: 'list', data: [EMBEDDER, IDLE, READY] } } });
  const facts = await backend.describe();
  expect(facts).toMatchObject({ flavour: 'lm-studio', contextTokens: 12_288, model: { name: 'gemma-3-12b' } });
  expect(facts.honours).not.toContain('minP');
  await hear(backend, request('Hello'));
  expect(server.bodies('/v1/chat/completions')[0]).not.toHaveProperty('min_p');
});

test('a model that is not loaded is taken for as small as it is usually loaded, and looked at again once it answered', async () => {
  let loaded = false;
  await open({
    'GET /api/v0/models': () => ({
      json: { data: [loaded ? { ...IDLE, state: 'loaded', loaded_context_length: 16_384 } : IDLE] },
    }),
    'POST /v1/chat/completions': () => {
      loaded = true;
      return stream('Hello there.');
    },
  });
  expect(await backend.describe()).toMatchObject({ contextTokens: 4096, contextAssumed: true, model: { name: 'granite' } });
  await hear(backend, request('Hello'));
  const facts = await backend.describe();
  expect(facts.contextTokens).toBe(16_384);
  expect(facts.contextAssumed).toBeUndefined();
});

test('no model at all is a clear refusal', async () => {
  await open({ 'GET /api/v0/models': { json: { data: [EMBEDDER] } } });
  await expect(backend.describe()).rejects.toThrow(/has no model: load one/);
});

test('a model that may think is asked not to, and has room for it all the same', async () => {
  await open({ 'GET /api/v0/models': { json: { data: [{ ...READY, id: 'qwen/qwen3-8b' }] } } });
  await hear(backend, request('Hello', { stop: ['\nMina:'] }));
  const body = server.bodies('/v1/chat/completions')[0];
  expect(body).toMatchObject({ reasoning_effort: 'none', max_tokens: 300 + 4096 });
  expect(body).not.toHaveProperty('stop');
});
