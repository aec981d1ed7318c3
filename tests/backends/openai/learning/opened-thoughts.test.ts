// Whether the text of a reply may begin inside of a thought: what replies, the words for their end and their counts tell of that.
import { afterEach, describe, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import { BackendError } from '../../../../src/errors.ts';
import { hear, openOpenai, request } from '../open-openai.ts';
import { type PageServer, startPageServer } from '../page-server.ts';

const THOUGHT = 'Okay, a SECRET thought.';
const DONE = 'data: [DONE]\n\n';
const chunk = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ choices: [{ delta, finish_reason: finish }] })}\n\n`;
const usage = (completion_tokens: number, reasoning_tokens?: number) =>
  `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 20, completion_tokens, completion_tokens_details: { reasoning_tokens } } })}\n\n`;

let server: PageServer;
let backend: Backend;
afterEach(async () => {
  await backend.close();
  await server.close();
});

type Say = (attempt: number, tokens: number) => string;

/** `say`: the events of its answer to a request for so many tokens */
async function open(model: string, say: Say, pages: Readonly<Record<string, { json: unknown }>> = {}) {
  let attempt = 0;
  server = await startPageServer({
    'GET /v1/models': { json: { data: [{ id: model }] } },
    ...pages,
    'POST /v1/chat/completions': (body) => ({
      type: 'text/event-stream',
      text: say(attempt++, (body.max_tokens ?? body.max_completion_tokens) as number),
    }),
  });
  backend = openOpenai(server.baseUrl, { model });
}
const limits = () => server.bodies('/v1/chat/completions').map(({ max_tokens }) => max_tokens);
const texts = async (count: number) => {
  const said: string[] = [];
  for (let reply = 0; reply < count; reply++) said.push((await hear(backend, request('Hello'))).text);
  return said;
};

const VLLM = 'Qwen/Qwen3-4B-Thinking-2507';
const VLLM_PAGES = {
  'GET /version': { json: { version: '0.20.1' } },
  'GET /v1/models': { json: { data: [{ id: VLLM, owned_by: 'vllm', max_model_len: 16_384 }] } },
};
const LM_STUDIO = 'deepseek-r1-distill-qwen-7b';
const LM_STUDIO_PAGES = {
  'GET /api/v0/models': { json: { data: [{ id: LM_STUDIO, type: 'llm', state: 'loaded', loaded_context_length: 8192 }] } },
};

describe('thoughts that came apart', () => {
  const apart = chunk({ reasoning_content: THOUGHT }) + chunk({ content: 'Hello.' }) + chunk({}, 'stop') + DONE;
  const together = chunk({ content: THOUGHT }) + chunk({ content: '</think>\n\nHello.' }) + chunk({}, 'stop') + DONE;

  test.each([
    ['vLLM', VLLM, VLLM_PAGES],
    ['LM Studio', LM_STUDIO, LM_STUDIO_PAGES],
    ['a server that nobody knows', 'deepseek-r1', {}],
  ])('tell nothing of the time after %s was started anew, without its parser', async (_, model, pages) => {
    await open(model, (attempt) => (attempt < 2 ? apart : together), pages);
    expect(await texts(4)).toEqual(['Hello.', 'Hello.', 'Hello.', 'Hello.']);
  });

  test('make a server doubted whose whole replies had told that none is opened', async () => {
    const plain = chunk({ content: 'Hi.' }) + chunk({}, 'stop') + DONE;
    await open('m', (attempt) => [plain, apart][attempt] ?? together);
    expect(await texts(3)).toEqual(['Hi.', 'Hello.', 'Hello.']);
  });
});

describe('a whole text without a mark', () => {
  const plain = chunk({ content: 'Hi.' }) + chunk({}, 'stop');
  const hidden = chunk({ content: THOUGHT }) + chunk({ content: '</think>\n\nHello.' }) + chunk({}, 'stop') + DONE;

  test('tells nothing of a model that always thinks: a stop string may have ended the thought', async () => {
    await open('deepseek-r1', (attempt) => (attempt === 0 ? plain + DONE : hidden));
    expect(await texts(3)).toEqual(['Hi.', 'Hello.', 'Hello.']);
  });

  test('tells nothing of a model that was seen to think although it was told not to', async () => {
    const apart = chunk({ reasoning_content: THOUGHT }) + plain + DONE;
    await open('qwen3-8b', (attempt) => [apart, plain + DONE][attempt] ?? hidden);
    expect(await texts(3)).toEqual(['Hi.', 'Hi.', 'Hello.']);
  });

  test.each([
    ['deepseek-r1', 5],
    ['qwen3-8b', undefined],
  ])(
    'lets %s speak as it goes where its server counts thoughts by themselves, or it does not think',
    async (model, thought) => {
      const pieces = chunk({ content: 'Hi' }) + chunk({ content: ' there.' }) + chunk({}, 'stop');
      await open(model, () => pieces + usage(7, thought) + DONE);
      await hear(backend, request('Hello'));
      const { parts } = await hear(backend, request('Hello'));
      expect(parts.flatMap((part) => (part.type === 'text' ? [part.text] : []))).toEqual(['Hi', ' there.']);
    },
  );
});

describe('a reply that has all the tokens it may have', () => {
  const words = (tokens: number) => chunk({ content: 'SECRET ' }).repeat(tokens);

  test.each([
    ['a server that nobody knows', 'deepseek-r1', {}],
    ['LM Studio', LM_STUDIO, LM_STUDIO_PAGES],
    ['vLLM', VLLM, VLLM_PAGES],
  ])('was cut, even if %s says that it is whole', async (_, model, pages) => {
    await open(model, (_attempt, tokens) => words(tokens) + chunk({}, 'stop') + usage(tokens) + DONE, pages);
    for (const text of ['Hello', 'Again']) {
      const { error, text: shown } = await hear(backend, request(text));
      expect({ shown, error: String(error) }).toEqual({ shown: '', error: expect.stringMatching(/spent its 4396 tokens/) });
    }
  });

  test('is asked for with more room', async () => {
    const whole = chunk({ content: `${THOUGHT}</think>Hello.` }) + chunk({}, 'stop') + usage(400) + DONE;
    await open('qwen3-8b', (_, tokens) => (tokens > 300 ? whole : words(tokens) + chunk({}, 'stop') + usage(tokens) + DONE));
    expect(await texts(1)).toEqual(['Hello.']);
    expect(limits()).toEqual([300, 4396]);
  });

  test('is whole where the server was not told how many', async () => {
    const refusal = { json: { error: { message: "Unsupported parameter: 'max_tokens'", param: 'max_tokens' } }, status: 400 };
    const whole = chunk({ content: 'Hello. ' }) + chunk({}, 'stop') + usage(300) + DONE;
    server = await startPageServer({
      'GET /v1/models': { json: { data: [{ id: 'qwen3-8b' }] } },
      'POST /v1/chat/completions': (body) => {
        const field = ['max_tokens', 'max_completion_tokens'].find((name) => name in body);
        if (!field) return { type: 'text/event-stream', text: whole };
        return { ...refusal, json: { error: { message: `Unsupported parameter: '${field}'`, param: field } } };
      },
    });
    backend = openOpenai(server.baseUrl, { model: 'qwen3-8b' });
    expect((await hear(backend, request('Hello'))).end).toMatchObject({ reason: 'complete' });
    const fields = server.bodies('/v1/chat/completions').map((body) => Object.keys(body).filter((name) => /^max_/.test(name)));
    expect(fields).toEqual([['max_tokens'], ['max_completion_tokens'], []]);
  });
});

describe('[DONE] without a finish_reason and without counts', () => {
  test('ends a reply that is far from its limit, whenever it comes', async () => {
    await open('qwen3-8b', () => chunk({ content: 'Hello' }) + chunk({ content: ' there.' }) + DONE);
    expect(await texts(3)).toEqual(['Hello there.', 'Hello there.', 'Hello there.']);
    expect(limits()).toEqual([300, 300, 300]);
  });

  test.each([
    ['pieces', chunk({ content: 'a ' }).repeat(300)],
    ['words', chunk({ content: 'A SECRET thought of nine or ten good words. '.repeat(5) }).repeat(6)],
  ])('ends nothing that may have met its limit, by its %s', async (_, cut) => {
    await open('qwen3-8b', (attempt) => (attempt === 0 ? cut : chunk({ content: 'Hm.</think>Hello.' })) + DONE);
    expect(await texts(1)).toEqual(['Hello.']);
    expect(limits()).toEqual([300, 4396]);
  });
});

test.each(['completed', 'tool_calls', 'eos_token_id', 'unknown', 'STOP'])(
  'a reply is whole that ended by %s, also where a thought may have been opened',
  async (finish) => {
    await open('qwen3-8b', () => chunk({ content: 'Hello' }) + chunk({ content: ' there.' }) + chunk({}, finish) + DONE);
    const { text, end } = await hear(backend, request('Hello'));
    expect({ text, end }).toMatchObject({ text: 'Hello there.', end: { reason: 'complete' } });
    expect(limits()).toEqual([300]);
  },
);

test.each([
  ['request_failed', undefined],
  ['cancelled', undefined],
  ['TIMEOUT', undefined],
  ['rate_limit_exceeded', undefined],
  ['MAX_TOKENS', 'length'],
  ['token_limit', 'length'],
  ['SAFETY', 'filtered'],
])('a reply that ended by %s is no whole one', async (finish, reason) => {
  await open('m', () => chunk({ content: 'Half a' }) + chunk({}, finish) + DONE);
  const { text, end, error } = await hear(backend, request('Hello'));
  expect(text).toBe('Half a');
  if (reason) expect(end).toMatchObject({ reason });
  else expect(error).toMatchObject({ failure: 'broken-reply', message: expect.stringMatching(/gave up in the middle/) });
  await backend.close();
  await server.close();
  await open('deepseek-r1', () => chunk({ content: THOUGHT }) + chunk({}, finish) + DONE);
  expect((await hear(backend, request('Hello'))).text).toBe('');
});

test('a connection that breaks after text that was held back broke in the middle', async () => {
  const sent = `data: ${JSON.stringify({ error: { message: 'oom', code: 500 } })}\n\n`;
  await open('qwen3-8b', () => chunk({ content: 'Hello.' }) + sent);
  const { text, error } = await hear(backend, request('Hello'));
  expect(text).toBe('');
  expect(error).toBeInstanceOf(BackendError);
  expect(error).toMatchObject({ failure: 'broken-reply', message: expect.stringMatching(/broke off in the middle: .*oom/) });
});
