// A text that was cut before any mark of a thought came: with a template that nobody sees it may be a thought, or the reply.
import { afterEach, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import { hear, openOpenai, request } from '../open-openai.ts';
import { type PageServer, startPageServer } from '../page-server.ts';

const OFFERED = 300;
/** Four letters and a space: about a token and a half as estimated. */
const words = (count: number) => 'word '.repeat(count).trim();

let server: PageServer;
let backend: Backend;
afterEach(async () => {
  await backend.close();
  await server.close();
});

/** Ollama with a model that can be told not to think; `say` gets the tokens it may make, and says what it makes of them. */
async function open(say: (tokens: number, think: unknown) => { content: string; thinking?: string; whole: boolean }) {
  server = await startPageServer({
    'GET /api/version': { json: { version: '0.40.12' } },
    'GET /api/tags': { json: { models: [{ name: 'b:8b' }] } },
    'GET /api/ps': { json: { models: [] } },
    'POST /api/show': { json: { capabilities: ['completion', 'thinking'], thinking: { values: [true, false] } } },
    'POST /api/chat': (body) => {
      const limit = (body.options as { num_predict: number }).num_predict;
      const { whole, content, thinking = '' } = say(limit, body.think);
      const pieces = content.match(/\s*\S+/g) ?? [];
      const messages = [{ content: '', thinking }, ...pieces.map((piece) => ({ content: piece }))];
      const done = { done_reason: whole ? 'stop' : 'length', prompt_eval_count: 40, eval_count: pieces.length };
      const all = [...messages.map((message) => ({ message, done: false })), { message: {}, done: true, ...done }];
      return { type: 'application/x-ndjson', text: all.map((line) => `${JSON.stringify(line)}\n`).join('') };
    },
  });
  backend = openOpenai(server.baseUrl);
}
const asked = () =>
  server.bodies('/api/chat').map(({ think, options }) => ({ think, most: (options as { num_predict: number }).num_predict }));

test('a plain reply that was cut is shown as just that, and nobody is told that the model thinks', async () => {
  await open((limit) => ({ content: words(Math.min(limit, 900)), whole: limit >= 900 }));
  const first = await hear(backend, request('Hello'));
  expect(first).toMatchObject({ error: undefined, reasoning: '', end: { reason: 'length' } });
  expect(first.text.split(' ')).toHaveLength(OFFERED);
  expect((await backend.describe()).notices ?? []).toEqual([]);
  expect(asked()).toEqual([
    { think: false, most: OFFERED },
    { think: false, most: OFFERED + 4096 },
  ]);
  const next = await hear(backend, request('And then?'));
  expect(next).toMatchObject({ text: words(OFFERED), reasoning: '', end: { reason: 'length' } });
  expect(asked().slice(2)).toEqual([{ think: false, most: OFFERED }]);
});

test('a reply that is whole with more room, and no longer than it may be, is shown whole', async () => {
  let requests = 0;
  await open(() => {
    requests += 1;
    return requests === 1 ? { content: words(OFFERED), whole: false } : { content: words(200), whole: true };
  });
  expect(await hear(backend, request('Hello'))).toMatchObject({ text: words(200), end: { reason: 'complete' } });
});

test('a thought that was cut shows what it was once it has room, and from then on it is asked for apart', async () => {
  await open((limit, think) => {
    if (think === true) return { content: 'Yes.', thinking: 'Hmm.', whole: true };
    return limit > 500
      ? { content: `${words(500)}\n</think>\n\nYes.`, whole: true }
      : { content: words(OFFERED), whole: false };
  });
  const { text, error } = await hear(backend, request('Hello'));
  expect({ text, error }).toEqual({ text: 'Yes.', error: undefined });
  expect((await backend.describe()).notices).toEqual([expect.stringMatching(/thinks before it answers/)]);
  await hear(backend, request('And then?'));
  expect(asked().map(({ think }) => think)).toEqual([false, false, true]);
});

test('what is cut again although it had room is an error, and is tried once', async () => {
  await open((limit) => ({ content: words(limit), whole: false }));
  const { error, text } = await hear(backend, request('Hello'));
  expect(error).toMatchObject({ failure: 'broken-reply' });
  expect(text).toBe('');
  expect(asked()).toHaveLength(2);
  await hear(backend, request('And then?'));
  expect(asked().slice(2)).toEqual([{ think: false, most: OFFERED + 4096 }]);
  expect((await backend.describe()).notices ?? []).toEqual([]);
});
