import { afterEach, describe, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import { hear, openOpenai, request, SAMPLING } from '../open-openai.ts';
import { type PageServer, type Pages, startPageServer, stream } from '../page-server.ts';

const END = '<|im_end|>';
/** A token for each word; the control token is one wherever it stands, as in every tokenizer. */
const pieces = (text: string) =>
  text.split(END).flatMap((part, at) => [...(at > 0 ? [END] : []), ...part.split(' ').filter(Boolean)]);
const ids = (text: string) => pieces(text).map((piece) => (piece === END ? 151_645 : piece.length));

let server: PageServer;
let backend: Backend;
afterEach(async () => {
  await backend.close();
  await server.close();
});

async function open(pages: Pages = {}, model = 'Qwen/Qwen3-8B'): Promise<void> {
  server = await startPageServer({
    'GET /version': { json: { version: '0.17.1' } },
    'GET /v1/models': { json: { data: [{ id: model, owned_by: 'vllm', max_model_len: 16_384 }] } },
    'POST /v1/chat/completions': stream('Hello there.'),
    'POST /tokenize': ({ prompt, return_token_strs }) => ({
      json: {
        tokens: ids(String(prompt)),
        count: ids(String(prompt)).length,
        max_model_len: 16_384,
        token_strs: return_token_strs ? pieces(String(prompt)) : null,
      },
    }),
    ...pages,
  });
  backend = openOpenai(server.baseUrl);
}

test('vLLM gets its own names of the dials', async () => {
  await open();
  await hear(backend, request('Hello', { topK: 0 }));
  expect(server.bodies('/v1/chat/completions')[0]).toMatchObject({ top_k: -1, repetition_penalty: SAMPLING.repeatPenalty });
  expect(server.bodies('/v1/chat/completions')[0]).not.toHaveProperty('repeat_penalty');
  const { honours, contextTokens } = await backend.describe();
  expect(honours).toContain('repeatPenalty');
  expect(contextTokens).toBe(16_384);
});

test('vLLM counts many texts with one request, parted by a control token of the model', async () => {
  await open();
  const texts = Array.from({ length: 100 }, (_, index) => 'word '.repeat(index + 1));
  expect(await backend.countTokens(texts)).toEqual({ counts: texts.map((_, index) => index + 1), exact: true });
  const counting = server.bodies('/tokenize').filter(({ prompt }) => prompt !== undefined);
  expect(counting).toHaveLength(4); // two batches, each with a question for the control token
  expect(counting[1]).toMatchObject({ add_special_tokens: false });
});

test('a text that holds the control token itself is counted as well', async () => {
  await open();
  expect(await backend.countTokens([`a ${END} b`, 'c d'])).toEqual({ counts: [3, 2], exact: true });
});

test('a model whose template is not known is sent every name of the switch, and gpt-oss the word that it reads', async () => {
  await open();
  await hear(backend, request('Hello'));
  expect(server.bodies('/v1/chat/completions')[0]?.chat_template_kwargs).toEqual({
    enable_thinking: false,
    thinking: false,
    reasoning: false,
  });
  await backend.close();
  await server.close();
  await open({}, 'openai/gpt-oss-20b');
  await hear(backend, request('Hello', {}, { thinking: 'full' }));
  expect(server.bodies('/v1/chat/completions')[0]).toMatchObject({ reasoning_effort: 'high' });
});

test('a model that is not known to think is told nothing, until it is seen to think', async () => {
  const thought = { choices: [{ delta: { reasoning: 'Hmm.', content: 'Hello.' } }] };
  const done = { choices: [{ delta: {}, finish_reason: 'stop' }] };
  const events = [thought, done].map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  await open({ 'POST /v1/chat/completions': { type: 'text/event-stream', text: `${events}data: [DONE]\n\n` } }, 'my-own-model');
  for (let round = 0; round < 3; round++) await hear(backend, request('Hello', { stop: ['\nMina:'] }));
  const [first, second] = server.bodies('/v1/chat/completions');
  expect(first).not.toHaveProperty('chat_template_kwargs');
  expect(first?.stop).toEqual(['\nMina:']);
  expect(second).toMatchObject({ chat_template_kwargs: { enable_thinking: false } });
  // From now on only we apply stop strings, and thoughts have room of their own.
  expect(second).not.toHaveProperty('stop');
  expect(second?.max_tokens).toBe(SAMPLING.maxTokens + 4096);
  const { notices } = await backend.describe();
  expect(notices).toEqual([
    expect.stringMatching(/my-own-model of backend main thinks before it answers although it was told not to/),
  ]);
});

describe('a model under another name', () => {
  const card = (id: string, further: Record<string, unknown> = {}) => ({ id, owned_by: 'vllm', parent: null, ...further });
  const list = (...data: unknown[]): Pages => ({ 'GET /v1/models': { json: { data } } });

  test('is known by what was loaded: its switch is sent to the first request already', async () => {
    await open(list(card('mybot', { root: 'Qwen/Qwen3-8B', max_model_len: 16_384 })));
    await hear(backend, request('Hello'));
    expect(server.bodies('/v1/chat/completions')[0]).toMatchObject({
      model: 'mybot',
      chat_template_kwargs: { enable_thinking: false },
    });
    await backend.close();
    await server.close();
    await open(list(card('mybot', { root: '/models/gpt-oss-20b', max_model_len: 16_384 })));
    await hear(backend, request('Hello'));
    expect(server.bodies('/v1/chat/completions')[0]).toMatchObject({ reasoning_effort: 'low' });
  });

  test('is not taken for a model that thinks because of the name that people gave it', async () => {
    await open(list(card('qwen3', { root: 'Qwen/Qwen3-4B-Instruct-2507', max_model_len: 16_384 })));
    await hear(backend, request('Hello'));
    expect(server.bodies('/v1/chat/completions')[0]).not.toHaveProperty('chat_template_kwargs');
  });

  test('that is an adapter has the context of its model, and thinks as that does', async () => {
    const base = card('base', { root: 'Qwen/Qwen3-8B', max_model_len: 12_288 });
    const adapter = card('pirate', { root: '/loras/pirate', parent: 'base', max_model_len: null });
    await open(list(base, adapter));
    await backend.close();
    backend = openOpenai(server.baseUrl, { model: 'pirate' });
    await hear(backend, request('Hello'));
    expect(await backend.describe()).toMatchObject({ contextTokens: 12_288, model: { name: 'pirate' } });
    expect(server.bodies('/v1/chat/completions')[0]).toMatchObject({ chat_template_kwargs: { enable_thinking: false } });
  });

  const NOTHING_KNOWN = list(card('mybot', { root: '/models/blob', max_model_len: 16_384 }));
  /** The template's end of a prompt, as the model's vocabulary writes it, without a switch and with all of them off. */
  const ending = (plain: string[], off: string[]): Pages => ({
    'POST /tokenize': ({ messages, chat_template_kwargs: kwargs }) => ({
      json: { tokens: [1, 2], count: 2, max_model_len: 16_384, token_strs: messages ? (kwargs ? off : plain) : null },
    }),
  });
  const assistant = ['<|im_start|>', 'assistant', 'Ċ'];
  const opened = [...assistant, '<think>', 'Ċ'];
  const closed = [...opened, 'Ċ', '</think>', 'ĊĊ'];

  test.each([
    ['opens a thought whatever it is told', opened, opened, true],
    ['opens a thought unless it is told not to', opened, closed, true],
    ['closes an empty thought when it is told not to', assistant, closed, true],
    ['knows no thoughts', assistant, assistant, false],
  ])('of which no name tells is asked how its template ends a prompt: one that %s', async (_, plain, off, thinks) => {
    const secret = 'Secretly, she wonders.</think>\n\nHello.';
    const said = thinks ? secret : 'Hello.';
    await open({ ...NOTHING_KNOWN, ...ending(plain, off), 'POST /v1/chat/completions': stream(said) });
    const { text } = await hear(backend, request('Hello'));
    expect(text).toBe('Hello.');
    expect('chat_template_kwargs' in (server.bodies('/v1/chat/completions')[0] ?? {})).toBe(thinks);
  });

  test('is served all the same where it cannot be asked', async () => {
    await open({ ...NOTHING_KNOWN, 'POST /tokenize': { status: 400, json: { error: { message: 'no chat template' } } } });
    expect((await hear(backend, request('Hello'))).text).toBe('Hello there.');
  });
});
