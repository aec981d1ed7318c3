import { describe, expect, test } from 'vitest';
import { confirmCut } from '../../../../src/backends/openai/learning/confirm-cut.ts';
import { createFacts } from '../../../../src/backends/openai/learning/learn-facts.ts';
import { createServer } from '../../../../src/backends/openai/server.ts';
import { openaiSettingsSchema } from '../../../../src/backends/openai/settings.ts';
import { silentLog } from '../../../../src/log.ts';
import { faults } from '../../../llm-double/faults.ts';
import { startLlmDouble } from '../../../llm-double/llm-double.ts';
import { hear, openOpenai, request } from '../open-openai.ts';
import { startPageServer, stream } from '../page-server.ts';

/** A token for each word. */
const tokensOf = (body: Record<string, unknown>) =>
  (body.messages as { content: string }[]).reduce((sum, { content }) => sum + content.split(/\s+/).filter(Boolean).length, 0);

async function talk(countOf: (tokens: number) => number, settings: { told?: number; turns?: number } = {}) {
  const server = await startPageServer({
    'GET /v1/models': { json: { data: [{ id: 'm', context_window: settings.told }] } },
    'POST /v1/chat/completions': (body) => stream('Hello there.', { prompt_tokens: countOf(tokensOf(body)) }),
  });
  const backend = openOpenai(server.baseUrl, { flavour: 'generic' });
  for (let turn = 0; turn < (settings.turns ?? 1); turn++) {
    const { text } = await hear(backend, request('word '.repeat(2048)));
    expect(text).toBe('Hello there.');
  }
  const facts = await backend.describe();
  const bodies = server.bodies('/v1/chat/completions');
  await backend.close();
  await server.close();
  return { facts, bodies };
}

test('a count that is just what a context may be is tried before it is believed: with more words a cut prompt counts no more', async () => {
  const { facts, bodies } = await talk((tokens) => Math.min(2048, tokens));
  expect(facts.contextTokens).toBe(2048);
  expect(facts.notices?.join()).toMatch(/read only 2048 tokens of a longer prompt/);
  expect(bodies).toHaveLength(2);
  expect(bodies[1]).toMatchObject({ max_tokens: 1 });
});

test('an honest server whose count came out so by chance is believed', async () => {
  const { facts, bodies } = await talk((tokens) => tokens);
  expect(facts.contextTokens).toBe(8192);
  expect(facts.notices?.join()).not.toMatch(/read only/);
  expect(bodies).toHaveLength(2);
});

test('one count is tried once, however often it comes', async () => {
  const { bodies } = await talk((tokens) => tokens, { turns: 3 });
  expect(bodies.map(({ max_tokens }) => max_tokens)).toEqual([300, 1, 300, 300]);
});

test('a server that does not answer the trial is left alone soon', async () => {
  const double = await startLlmDouble();
  double.answer(faults.hang());
  const settings = openaiSettingsSchema.parse({ kind: 'openai', baseUrl: double.baseUrl, flavour: 'generic', model: 'm' });
  const server = createServer(settings, { name: 'main', log: silentLog(), secret: undefined });
  const known = await createFacts(server, () => 0).learn();
  const { signal } = new AbortController();
  const trial = { server, known, request: request('Hello'), signal, told: 2048, limitMs: 50 };
  expect(await confirmCut(trial)).toBe(false);
  await expect.poll(() => double.requests.at(-1)?.aborted).toBe(true);
  await double.close();
});

test('a server that cannot be tried is believed', async () => {
  let asked = 0;
  const { facts } = await talk((tokens) => {
    asked += 1;
    if (asked > 1) throw new Error('it fails');
    return tokens;
  });
  expect(facts.contextTokens).toBe(8192);
});

test.each([
  ['after the count', 4096],
  ['where there is no count', 0],
])('a trial that the server never ends is over %s', async (_, counted) => {
  const { text } = stream('', { prompt_tokens: counted });
  const server = await startPageServer({
    'GET /v1/models': { json: { data: [{ id: 'm' }] } },
    'POST /v1/chat/completions': { type: 'text/event-stream', text, open: true },
  });
  const settings = openaiSettingsSchema.parse({ kind: 'openai', baseUrl: server.baseUrl, flavour: 'generic' });
  const talking = createServer(settings, { name: 'main', log: silentLog(), secret: undefined });
  const known = await createFacts(talking, () => 0).learn();
  const { signal } = new AbortController();
  const trial = { server: talking, known, request: request('Hello'), signal, told: 4096, limitMs: 100_000 };
  expect(await confirmCut(trial)).toBe(counted > 0);
  await expect.poll(() => server.requests.at(-1)?.aborted).toBe(true);
  await server.close();
});

describe('a server with a cache', () => {
  const TURNS = 6;
  const words = (count: number) => 'word '.repeat(count);
  const turn = (index: number) => ({ role: index % 2 ? 'assistant' : 'user', content: words(500) }) as const;
  const messages = [{ role: 'system', content: words(2000) } as const, ...Array.from({ length: TURNS }, (_, i) => turn(i))];
  const CACHED = 2000;

  /** Two replies of one session, the second with a part of its prompt in the cache. */
  async function talkTwice(usageOf: (tokens: number, count: number) => Record<string, unknown>) {
    let count = 0;
    const server = await startPageServer({
      'GET /v1/models': { json: { data: [{ id: 'm', context_length: 200_000 }] } },
      'POST /v1/chat/completions': (body) => {
        count += 1;
        return stream('Hello.', usageOf(tokensOf(body), count));
      },
    });
    const backend = openOpenai(server.baseUrl, { flavour: 'generic', model: 'm' });
    const shown = [messages, [...messages, turn(TURNS), turn(TURNS + 1)], [...messages, ...[6, 7, 8, 9].map(turn)]];
    for (const one of shown) await hear(backend, request('', {}, { rendered: { input: 'messages', messages: one } }));
    const { contextTokens, notices = [] } = await backend.describe();
    await backend.close();
    await server.close();
    return { contextTokens, notices: notices.length, asked: count };
  }
  const told = (prompt_tokens: number, cached_tokens = 0) => ({ prompt_tokens, prompt_tokens_details: { cached_tokens } });

  test('that does not count what was in it has cut nothing, which is tried once', async () => {
    const apart = (tokens: number, count: number) => (count === 1 ? told(tokens) : told(tokens - CACHED, CACHED));
    expect(await talkTwice(apart)).toEqual({ contextTokens: 200_000, notices: 0, asked: 4 });
  });

  test('that counts nothing else in the trial has cut nothing either', async () => {
    const apart = (tokens: number, count: number) =>
      count === 1 ? told(tokens) : count === 3 ? told(64) : told(tokens - CACHED, CACHED);
    expect(await talkTwice(apart)).toMatchObject({ contextTokens: 200_000, notices: 0 });
  });

  test('that counts it and cuts prompts is found out by the trial', async () => {
    const cuts = (tokens: number) => told(Math.min(3000, tokens), CACHED);
    expect(await talkTwice(cuts)).toMatchObject({ contextTokens: 3000, notices: 1 });
  });
});
