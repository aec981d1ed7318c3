import { expect, test } from 'vitest';
import { hear, openOpenai, request } from '../open-openai.ts';
import { startPageServer, stream } from '../page-server.ts';

/** A token for each word. */
const tokensOf = (body: Record<string, unknown>) =>
  (body.messages as { content: string }[]).reduce((sum, { content }) => sum + content.split(/\s+/).filter(Boolean).length, 0);

async function talk(countOf: (tokens: number) => number, settings: Record<string, unknown> = {}) {
  const server = await startPageServer({
    'GET /v1/models': { json: { data: [{ id: 'm', context_window: settings.told }] } },
    'POST /v1/chat/completions': (body) => stream('Hello there.', { prompt_tokens: countOf(tokensOf(body)) }),
  });
  const backend = openOpenai(server.baseUrl, { flavour: 'generic', ...(settings.own as object) });
  const { text } = await hear(backend, request('word '.repeat(2048)));
  expect(text).toBe('Hello there.');
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

test('a server that cannot be tried is believed', async () => {
  let asked = 0;
  const { facts } = await talk((tokens) => {
    asked += 1;
    if (asked > 1) throw new Error('it fails');
    return tokens;
  });
  expect(facts.contextTokens).toBe(8192);
});
