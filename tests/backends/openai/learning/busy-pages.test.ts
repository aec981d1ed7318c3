// A server that could tell what it is, but not just now.
import { afterEach, describe, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import { hear, type OpenSettings, openOpenai, request } from '../open-openai.ts';
import { type PageServer, type Pages, startPageServer, stream } from '../page-server.ts';

const MINUTES = 60_000;
const LOADING = { status: 503, json: { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } } };
const BAD_GATEWAY = { status: 502, type: 'text/html', text: '<html>Bad gateway' };
const PROPS = {
  json: { default_generation_settings: { n_ctx: 4096 }, model_alias: 'qwen3', chat_template: '{{ enable_thinking }}' },
};
const LIST = { json: { data: [{ id: 'qwen3' }] } };

let server: PageServer;
let backend: Backend;
const clock = { now: 0 };
afterEach(async () => {
  await backend.close();
  await server.close();
});

async function open(pages: Pages, settings: OpenSettings = {}): Promise<void> {
  clock.now = 0;
  server = await startPageServer({ 'POST /v1/chat/completions': stream('Hello.'), ...pages });
  backend = openOpenai(server.baseUrl, { now: () => clock.now, ...settings });
}

describe('OpenRouter’s list of models', () => {
  const model = { id: 'v/m', context_length: 200_000, supported_parameters: ['temperature', 'max_tokens', 'reasoning'] };
  const settings = { flavour: 'openrouter', model: 'v/m' };

  test.each([
    ['a gateway that fails', BAD_GATEWAY],
    ['a request too many', { status: 429, json: { error: { message: 'slow down' } } }],
    ['something else', { type: 'text/html', text: '<html>We are back soon' }],
    ['no page at all', { status: 404, json: {} }],
  ])('says no less of the model after %s', async (_, answer) => {
    let fails = false;
    await open({ 'GET /v1/models': () => (fails ? answer : { json: { data: [model] } }) }, settings);
    const before = await backend.describe();
    expect(before).toMatchObject({ contextTokens: 200_000, honours: ['temperature', 'maxTokens', 'stop'] });
    fails = true;
    clock.now = 6 * MINUTES;
    expect(await backend.describe()).toEqual(before);
    await hear(backend, request('Hello'));
    expect(server.bodies('/v1/chat/completions')[0]).toMatchObject({ reasoning: { enabled: false } });
  });

  test('is asked for again where it failed the first time', async () => {
    let fails = true;
    await open({ 'GET /v1/models': () => (fails ? BAD_GATEWAY : { json: { data: [model] } }) }, settings);
    await expect(backend.describe()).rejects.toMatchObject({ failure: 'unreachable' });
    fails = false;
    expect(await backend.describe()).toMatchObject({ contextTokens: 200_000 });
  });
});

describe('llama-server while it loads its model', () => {
  const pages = (state: { loads: boolean }, answer: typeof LOADING | typeof BAD_GATEWAY = LOADING): Pages => ({
    'GET /props': () => (state.loads ? answer : PROPS),
    'GET /api/version': () => (state.loads ? answer : { status: 404, json: {} }),
    'GET /v1/models': LIST, // also while it loads
  });

  test.each([
    ['itself', LOADING],
    ['a gateway before it', BAD_GATEWAY],
  ])('is still what it was, in the words of %s', async (_, answer) => {
    const state = { loads: false };
    await open(pages(state, answer));
    const before = await backend.describe();
    expect(before).toMatchObject({ flavour: 'llama-server', contextTokens: 4096 });
    state.loads = true;
    clock.now = 6 * MINUTES;
    expect(await backend.describe()).toEqual(before);
  });

  test('is still what it was after a request that it refused', async () => {
    const state = { loads: false };
    await open({ ...pages(state), 'POST /v1/chat/completions': () => (state.loads ? BAD_GATEWAY : stream('Hello.')) });
    await backend.describe();
    state.loads = true;
    expect((await hear(backend, request('Hello'))).error).toMatchObject({ failure: 'unreachable' });
    await expect(backend.describe()).rejects.toMatchObject({ failure: 'busy' });
    state.loads = false;
    expect(await backend.describe()).toMatchObject({ flavour: 'llama-server', contextTokens: 4096 });
  });

  test.each(['auto', 'llama-server'])('is waited for when it is asked the first time (flavour %s)', async (flavour) => {
    const state = { loads: true };
    await open(pages(state), { flavour });
    await expect(backend.describe()).rejects.toThrow(/is busy \(503 "Loading model"\): wait until it is ready/);
    state.loads = false;
    expect(await backend.describe()).toMatchObject({ flavour: 'llama-server', contextTokens: 4096 });
  });
});

describe('a gateway', () => {
  const everywhere = (answer: Pages[string]): Pages =>
    Object.fromEntries(['/props', '/api/version', '/api/v0/models', '/version'].map((path) => [`GET ${path}`, answer]));
  const settings = { model: 'qwen3', contextTokens: 16_384 };

  test.each([
    ['500', { status: 500, json: { error: 'no such route' } }],
    ['503', { status: 503, type: 'text/plain', text: 'no backend for this path' }],
  ])('that answers %s for pages that it does not have is a server like others', async (_, answer) => {
    await open({ ...everywhere(answer), 'GET /v1/models': LIST }, settings);
    expect((await backend.describe()).flavour).toBe('generic');
    clock.now = 6 * MINUTES;
    expect((await backend.describe()).flavour).toBe('generic');
  });

  test('behind which nothing runs yet tells nothing of the server', async () => {
    let runs = false;
    const down = (page: Pages[string]) => () => (runs && typeof page === 'object' ? page : BAD_GATEWAY);
    const missing = { status: 404, json: {} };
    await open({ ...everywhere(down(missing)), 'GET /props': down(PROPS), 'GET /v1/models': down(LIST) }, settings);
    await expect(backend.describe()).rejects.toMatchObject({ failure: 'unreachable' });
    runs = true;
    expect((await backend.describe()).flavour).toBe('llama-server');
  });
});
