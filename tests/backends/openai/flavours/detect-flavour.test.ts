import { describe, expect, test } from 'vitest';
import { openai } from '../../../../src/backends/openai/flavours/openai.ts';
import { openrouter } from '../../../../src/backends/openai/flavours/openrouter.ts';
import { hear, openOpenai, request } from '../open-openai.ts';
import { type Pages, startPageServer } from '../page-server.ts';

const LIST = { 'GET /v1/models': { json: { data: [{ id: 'm' }] } } } as const satisfies Pages;
const PROPS = { 'GET /props': { json: { default_generation_settings: { n_ctx: 4096 } } } } as const satisfies Pages;
const TAGS = {
  'GET /api/version': { json: { version: '0.40.12' } },
  'GET /api/tags': { json: { models: [{ name: 'm' }] } },
  'POST /api/show': { json: {} },
} as const satisfies Pages;
const STUDIO = {
  'GET /api/v0/models': { json: { data: [{ id: 'm', type: 'llm', state: 'loaded', loaded_context_length: 4096 }] } },
} as const satisfies Pages;
const CARD = { id: 'm', owned_by: 'vllm', max_model_len: 4096 };
const VLLM = {
  'GET /version': { json: { version: '0.17.1' } },
  'GET /v1/models': { json: { data: [CARD] } },
} as const satisfies Pages;

async function flavourOf(pages: Pages, settings = {}): Promise<string> {
  const server = await startPageServer(pages);
  const backend = openOpenai(server.baseUrl, settings);
  try {
    return (await backend.describe()).flavour;
  } finally {
    await backend.close();
    await server.close();
  }
}

describe('the flavour of a server', () => {
  test('is known by the address of those that have one', () => {
    expect(openrouter.isAt?.('https://openrouter.ai/api/v1')).toBe(true);
    expect(openrouter.isAt?.('https://notopenrouter.ai/api/v1')).toBe(false);
    expect(openai.isAt?.('https://api.openai.com/v1')).toBe(true);
    expect(openai.isAt?.('https://api.openai.com.example.org/v1')).toBe(false);
  });

  test.each([
    ['llama-server', { ...LIST, ...PROPS }],
    ['ollama', { ...LIST, ...TAGS }],
    ['lm-studio', { ...LIST, ...STUDIO }],
    ['vllm', { ...LIST, ...VLLM }],
    ['generic', LIST],
  ] as const)('is %s by the pages that only it has', async (flavour, pages) => {
    expect(await flavourOf(pages)).toBe(flavour);
  });

  test('is not Ollama where another server only imitates its pages', async () => {
    expect(await flavourOf({ ...LIST, ...TAGS, ...PROPS })).toBe('llama-server');
    expect(await flavourOf({ ...LIST, 'GET /api/version': { json: { version: '1' } } })).toBe('generic');
  });

  test('is not found in pages that answer every address with something else', async () => {
    const nonsense = { json: { error: 'Unexpected endpoint or method.' } };
    const everywhere = ['/props', '/api/version', '/api/v0/models', '/version'].map((path) => [`GET ${path}`, nonsense]);
    expect(await flavourOf({ ...LIST, ...Object.fromEntries(everywhere) })).toBe('generic');
    const page = { type: 'text/html', text: '<html>' };
    const pages = everywhere.map(([route]) => [route, page]);
    expect(await flavourOf({ ...LIST, ...Object.fromEntries(pages) })).toBe('generic');
  });

  test('may be said by the settings, and then no page is asked for another', async () => {
    expect(await flavourOf({ ...LIST, ...PROPS }, { flavour: 'generic' })).toBe('generic');
    expect(await flavourOf(LIST, { flavour: 'vllm' })).toBe('vllm');
  });

  test('is asked once, and again after the server went away', async () => {
    const server = await startPageServer({ ...LIST, ...PROPS });
    const backend = openOpenai(server.baseUrl);
    const asked = () => server.requests.filter(({ path }) => path === '/props').length;
    await Promise.all([backend.describe(), backend.describe(), backend.countTokens(['a'])]);
    const first = asked();
    await backend.describe();
    expect(asked()).toBe(first);
    await server.refuse();
    expect((await hear(backend, request('Hello'))).error).toMatchObject({ failure: 'unreachable' });
    await expect(backend.describe()).rejects.toMatchObject({ failure: 'unreachable' });
    await server.accept();
    expect((await backend.describe()).flavour).toBe('llama-server');
    expect(asked()).toBeGreaterThan(first);
    await backend.close();
    await server.close();
  });
});
