// A text that was cut before any mark of a thought came: with a template that nobody sees it may be a thought, or the reply.
import { afterEach, describe, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import { hear, type OpenSettings, openOpenai, request } from '../open-openai.ts';
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

type Say = (tokens: number, think: unknown) => { content: string; thinking?: string; whole: boolean };

/** What Ollama says since 0.40; before, only that the model thinks. */
const NAMED = { capabilities: ['completion', 'thinking'], thinking: { values: [true, false] } };
const UNNAMED = { capabilities: ['completion', 'thinking'] };

/** Ollama with a model that can be told not to think; `say` gets the tokens it may make, and says what it makes of them. */
async function open(say: Say, shown: object = UNNAMED) {
  server = await startPageServer({
    'GET /api/version': { json: { version: '0.40.12' } },
    'GET /api/tags': { json: { models: [{ name: 'b:8b' }] } },
    'GET /api/ps': { json: { models: [] } },
    'POST /api/show': { json: shown },
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
  expect(Math.abs(first.text.split(' ').length - OFFERED)).toBeLessThan(5);
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

test('what is cut again although it had room is an error that says why, and its length alone never makes it the reply', async () => {
  await open((limit) => ({ content: words(limit), whole: false }));
  for (const text of ['Hello', 'And then?', 'Well?']) {
    const heard = await hear(backend, request(text));
    expect(heard.text).toBe('');
    expect(heard.error).toMatchObject({
      failure: 'broken-reply',
      message: expect.stringMatching(/spent its 4396 tokens and nothing in them tells a thought from the reply/),
    });
  }
  expect(asked().map(({ most }) => most)).toEqual([OFFERED, OFFERED + 4096, OFFERED + 4096, OFFERED + 4096]);
  expect((await backend.describe()).notices ?? []).toEqual([]);
});

test('a text that thinks aloud is never taken for the reply, however long it is', async () => {
  await open((limit) => ({ content: `The user wants a story. ${words(limit - 5)}`, whole: false }), NAMED);
  for (const text of ['Hello', 'And then?', 'Well?']) {
    const heard = await hear(backend, request(text));
    expect(heard).toMatchObject({ text: '', error: { failure: 'broken-reply' } });
  }
});

test('a thought that was seen to begin before the text is never taken for the reply', async () => {
  let whole = true;
  await open((limit) => (whole ? { content: `Hm.\n</think>\n\nYes.`, whole } : { content: words(limit), whole }), NAMED);
  expect((await hear(backend, request('Hello'))).text).toBe('Yes.');
  whole = false;
  for (const text of ['Hello', 'And then?', 'Well?']) expect((await hear(backend, request(text))).text).toBe('');
});

test('a cut reply is shown at once where the server itself names that the model can be told not to think', async () => {
  await open((limit) => ({ content: words(limit), whole: false }), NAMED);
  expect(await hear(backend, request('Hello'))).toMatchObject({
    text: words(OFFERED),
    reasoning: '',
    end: { reason: 'length' },
  });
  expect(asked()).toEqual([{ think: false, most: OFFERED }]);
});

describe('a server that nobody knows', () => {
  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [{ delta, finish_reason: finish }] })}\n\n`;
  const DONE = 'data: [DONE]\n\n';
  const usage = (completion_tokens: number, completion_tokens_details?: object) =>
    `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 20, completion_tokens, completion_tokens_details } })}\n\n`;

  /** `events`: its answer to a request for so many tokens */
  async function openPlain(model: string, events: (tokens: number) => string, settings: OpenSettings = {}) {
    server = await startPageServer({
      'GET /v1/models': { json: { data: [{ id: model }] } },
      'POST /v1/chat/completions': (body) => ({ type: 'text/event-stream', text: events(body.max_tokens as number) }),
    });
    backend = openOpenai(server.baseUrl, { model, ...settings });
  }
  const long = (limit: number, fields: object = {}) =>
    Array.from({ length: limit }, () => chunk({ content: 'word ', ...fields })).join('') + chunk({}, 'length');
  const limits = () => server.bodies('/v1/chat/completions').map(({ max_tokens }) => max_tokens);

  test('and that counted no thoughts has shown that a cut text is the reply', async () => {
    await openPlain('deepseek-chat', (limit) => long(limit) + usage(limit, { reasoning_tokens: 0 }) + DONE);
    const { text, error } = await hear(backend, request('Hello'));
    expect({ text: text.trim(), error }).toEqual({ text: words(OFFERED), error: undefined });
    expect(limits()).toEqual([OFFERED]);
  });

  test('and that counted no thoughts shows a story that says the words of thoughts', async () => {
    const story = (limit: number) => chunk({ content: 'He left the scene with the user. ' }).repeat(limit / 10);
    await openPlain('deepseek-chat', (limit) => story(limit) + chunk({}, 'length') + usage(limit, { reasoning_tokens: 0 }));
    const { text, error } = await hear(backend, request('Hello'));
    expect({ text, error }).toEqual({ text: expect.stringMatching(/^He left the scene/), error: undefined });
    expect(limits()).toEqual([OFFERED]);
  });

  test('and whose context has no more room is not asked twice', async () => {
    await openPlain('qwen3-8b', (limit) => long(limit) + usage(limit) + DONE, { contextTokens: 1024 });
    for (const asks of [1, 2]) {
      expect((await hear(backend, request('word '.repeat(800)))).error).toMatchObject({ failure: 'broken-reply' });
      expect(limits()).toHaveLength(asks);
    }
    await hear(backend, request('Hello'));
    // A short prompt leaves room, as far as the context has it.
    expect(limits()[2]).toBeGreaterThan(2 * OFFERED);
  });

  test.each([
    ['after a cut text', 'deepseek-chat', ['word '.repeat(OFFERED), 'Hm, a SECRET.</think>Hello.'], 'Hello.'],
    ['after a thought without its beginning', 'm', ['Hm.</think>Hello.', 'Hm, a SECRET. '.repeat(60)], ''],
  ] as const)('and counted no thoughts shows none %s', async (_, model, said, shown) => {
    const replies = said.map((content) => chunk({ content }) + chunk({}, content.endsWith('Hello.') ? 'stop' : 'length'));
    await openPlain(model, (limit) => replies.shift() + usage(limit, { reasoning_tokens: 0 }));
    expect((await hear(backend, request('Hello'))).text).not.toBe('');
    expect((await hear(backend, request('And then?'))).text).toBe(shown);
  });

  test.each([
    ['a field for thoughts that is null tells nothing', 'qwen3-8b', { reasoning_content: null }, undefined],
    ['a model that always thinks did so, whatever is counted', 'deepseek-r1', {}, { reasoning_tokens: 0 }],
  ])('%s', async (_, model, fields, details) => {
    await openPlain(model, (limit) => long(Math.min(limit, 900), fields) + usage(limit, details) + DONE);
    const { text, error } = await hear(backend, request('Hello'));
    expect({ text, error }).toMatchObject({ text: '', error: { failure: 'broken-reply' } });
  });

  test.each(['content_filter', 'abort', 'error', 'insufficient_system_resource', 'model_length', 'ServerTimeout'])(
    'shows nothing of a thought that ended by %s, and learns nothing of it',
    async (finish) => {
      let replies = 0;
      const thought = chunk({ content: 'Okay, a SECRET thought that goes' });
      await openPlain('deepseek-r1', () => {
        replies += 1;
        if (replies === 1) return thought + chunk({}, finish) + DONE;
        return thought + chunk({ content: ' on</think>\n\nHello.' }) + chunk({}, 'stop') + DONE;
      });
      const first = await hear(backend, request('Hello'));
      expect(first).toMatchObject({ text: '', error: { failure: 'broken-reply' } });
      expect(limits()).toHaveLength(1);
      expect((await hear(backend, request('Hello'))).text).toBe('Hello.');
    },
  );

  test('and whose reply only broke off is not asked again, nor for more', async () => {
    await openPlain('qwen3-8b', () => chunk({ content: 'Hello. ' }).repeat(20));
    for (const text of ['Hello', 'Again']) {
      expect((await hear(backend, request(text))).error).toMatchObject({ failure: 'broken-reply' });
    }
    expect(limits()).toEqual([OFFERED, OFFERED]);
  });

  test('[DONE] alone does not say that a text is whole which may have met its limit', async () => {
    const thought = chunk({ content: 'Okay, a SECRET thought' });
    await openPlain('qwen3-8b', (limit) => `${thought}${usage(limit)}${DONE}`);
    expect((await hear(backend, request('Hello'))).text).toBe('');
    expect(limits()).toEqual([OFFERED, OFFERED + 4096]);
    await backend.close();
    await server.close();
    await openPlain('qwen3-8b', () => `${chunk({ content: 'Hello there.' })}${usage(3)}${DONE}`);
    expect((await hear(backend, request('Hello'))).text).toBe('Hello there.');
  });
});
