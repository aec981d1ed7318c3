// A server that unloads a model which nobody used for a while.
import { afterEach, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import { hear, openOpenai, request } from '../open-openai.ts';
import { lines, type PageServer, type Pages, startPageServer, stream } from '../page-server.ts';

const MINUTES = 60_000;

let server: PageServer;
let backend: Backend;
const clock = { now: 0 };
afterEach(async () => {
  await backend.close();
  await server.close();
});

async function open(pages: Pages, settings = {}): Promise<void> {
  clock.now = 0;
  server = await startPageServer(pages);
  backend = openOpenai(server.baseUrl, { now: () => clock.now, ...settings });
}

async function known(): Promise<unknown> {
  const { contextTokens, contextAssumed, notices = [], model } = await backend.describe();
  return { name: model.name, contextTokens, contextAssumed, notices };
}

/** LM Studio with two models on its disk; `loaded` is the context of the second, undefined while it is not loaded. */
function studio(state: { loaded: number | undefined; reloads: number; told?: number }): Pages {
  const first = { id: 'first', type: 'llm', state: 'not-loaded', max_context_length: 131_072 };
  const second = () =>
    state.loaded === undefined ? { state: 'not-loaded' } : { state: 'loaded', loaded_context_length: state.loaded };
  return {
    'GET /api/v0/models': () => ({ json: { data: [first, { ...first, id: 'second', ...second() }] } }),
    'POST /v1/chat/completions': () => {
      state.loaded ??= state.reloads;
      return stream('Hello.', { prompt_tokens: state.told ?? 5 });
    },
  };
}

test('LM Studio’s model keeps its name and its context while it is not loaded, until it is loaded with another', async () => {
  const state: Parameters<typeof studio>[0] = { loaded: 32_768, reloads: 16_384 };
  await open(studio(state));
  const before = { name: 'second', contextTokens: 32_768, contextAssumed: undefined, notices: [] };
  expect(await known()).toEqual(before);
  state.loaded = undefined;
  clock.now = 61 * MINUTES;
  expect(await known()).toEqual(before);
  clock.now = 67 * MINUTES;
  expect(await known()).toEqual(before);
  expect((await hear(backend, request('Hello'))).text).toBe('Hello.');
  expect(server.bodies('/v1/chat/completions').at(-1)).toMatchObject({ model: 'second' });
  expect(await known()).toEqual({ ...before, contextTokens: 16_384 });
});

test('what the settings ask for is still no more than LM Studio loaded the model with', async () => {
  const state: Parameters<typeof studio>[0] = { loaded: 16_384, reloads: 16_384 };
  await open(studio(state), { contextTokens: 65_536 });
  expect(await known()).toMatchObject({ contextTokens: 16_384 });
  state.loaded = undefined;
  clock.now = 61 * MINUTES;
  expect(await known()).toMatchObject({ contextTokens: 16_384 });
});

test('a context that LM Studio loaded before is no proof that it is loaded so again: a count that seems cut is tried', async () => {
  const state = { loaded: 32_768 as number | undefined, reloads: 4096, told: 4096 };
  await open(studio(state));
  await known();
  state.loaded = undefined;
  clock.now = 61 * MINUTES;
  await known();
  await hear(backend, request('word '.repeat(4096)));
  expect(server.bodies('/v1/chat/completions').map(({ max_tokens }) => max_tokens)).toEqual([300, 1]);
});

/** Ollama with two models, the second of which is loaded with the context of the last request. */
function ollama(state: { loaded: number | undefined }): Pages {
  return {
    'GET /api/version': { json: { version: '0.13' } },
    'GET /api/tags': { json: { models: [{ name: 'first:1b' }, { name: 'second:8b' }] } },
    'GET /api/ps': () => ({
      json: { models: state.loaded === undefined ? [] : [{ name: 'second:8b', context_length: state.loaded }] },
    }),
    'POST /api/show': { json: { model_info: { 'gemma3.context_length': 131_072 }, capabilities: ['completion'] } },
    'POST /api/chat': (body) => {
      state.loaded = (body.options as { num_ctx: number }).num_ctx;
      return lines({ content: 'Hello.' }, { prompt_eval_count: 400, eval_count: 3 });
    },
  };
}
const asked = () =>
  server.bodies('/api/chat').map(({ model, options }) => ({ model, context: (options as { num_ctx: number }).num_ctx }));

test('Ollama’s model is asked for again by its name, with the context that it had', async () => {
  const state: Parameters<typeof ollama>[0] = { loaded: 32_768 };
  await open(ollama(state));
  expect(await known()).toMatchObject({ name: 'second:8b', contextTokens: 32_768 });
  for (const minutes of [6, 12]) {
    state.loaded = undefined;
    clock.now = minutes * MINUTES;
    expect(await known()).toMatchObject({ name: 'second:8b', contextTokens: 32_768 });
    await hear(backend, request('Hello'));
  }
  expect(asked()).toEqual(Array(2).fill({ model: 'second:8b', context: 32_768 }));
});

test('a reply is asked for with the context that its prompt was made for, however old what was said of it is', async () => {
  const state: Parameters<typeof ollama>[0] = { loaded: 32_768 };
  await open(ollama(state));
  await known();
  clock.now = 5 * MINUTES - 10;
  expect(await known()).toMatchObject({ contextTokens: 32_768 });
  state.loaded = 16_384; // somebody else loaded it anew
  clock.now = 5 * MINUTES + 10;
  await backend.countTokens(['Hello']);
  await hear(backend, request('Hello'));
  expect(asked()).toEqual([{ model: 'second:8b', context: 32_768 }]);
});
