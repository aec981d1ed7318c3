// vLLM with a reasoning parser takes all for thought until the mark that closes one: a model that does not think never writes it.
import { afterEach, describe, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import { hear, type OpenSettings, openOpenai, request, SAMPLING } from '../open-openai.ts';
import { type PageServer, type Pages, startPageServer } from '../page-server.ts';

type Delta = { reasoning?: string; content?: string };
/** What the server says to one request. */
type Spoken = { deltas: readonly Delta[]; finish?: string | null; usage?: Record<string, unknown> };

let server: PageServer;
let backend: Backend;
afterEach(async () => {
  await backend.close();
  await server.close();
});

const INSTRUCT = 'Qwen/Qwen3-4B-Instruct-2507';
const QWEN = '/models/Qwen3-8B';
const ADAPTER = '/adapters/mine';
/** It can be told, by a number of tokens; the switches that we know say nothing to its template. */
const SEED = 'ByteDance-Seed/Seed-OSS-36B-Instruct';

function card(id: string, root: string, parent: string | null = null) {
  return { id, root, parent, owned_by: 'vllm', max_model_len: parent === null ? 16_384 : null };
}

/** Each request gets the next of these replies, the last again and again. */
async function open(root: string, replies: readonly Spoken[], settings: OpenSettings = {}, pages: Pages = {}): Promise<void> {
  let asked = 0;
  server = await startPageServer({
    'GET /version': { json: { version: '0.20.1' } },
    'GET /v1/models': {
      json: { data: root === ADAPTER ? [card('bot', root, 'base'), card('base', INSTRUCT)] : [card('bot', root)] },
    },
    'POST /tokenize': ({ chat_template_kwargs: kwargs }) => ({ json: tokenised(root === QWEN && isOff(kwargs)) }),
    'POST /v1/chat/completions': () => ({
      type: 'text/event-stream',
      text: events(replies[Math.min(asked++, replies.length - 1)] ?? { deltas: [] }),
    }),
    ...pages,
  });
  backend = openOpenai(server.baseUrl, settings);
}

const isOff = (kwargs: unknown) => (kwargs as Record<string, unknown> | undefined)?.enable_thinking === false;

/** The end of a prompt, with an empty thought where the template writes one. */
function tokenised(isClosed: boolean) {
  const strings = ['<|im_start|>', 'assistant', 'Ċ', ...(isClosed ? ['<think>', 'ĊĊ', '</think>', 'ĊĊ'] : [])];
  return { tokens: strings.map((_, at) => at), count: strings.length, max_model_len: 16_384, token_strs: strings };
}

function events({ deltas, finish = 'stop', usage }: Spoken): string {
  const chunks = [
    ...deltas.map((delta) => ({ choices: [{ delta }] })),
    ...(finish === null ? [] : [{ choices: [{ delta: {}, finish_reason: finish }] }]),
    ...(usage ? [{ choices: [], usage }] : []),
  ];
  return `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`;
}

const filed = (...words: string[]) => words.map((reasoning) => ({ reasoning }));
const bodies = () => server.bodies('/v1/chat/completions');

describe('a reply that vLLM files as a thought', () => {
  test.each([
    ['never thinks', INSTRUCT],
    ['was told not to', QWEN],
  ])('is the reply of a model that %s, as it is and with its own count', async (_, root) => {
    const usage = { prompt_tokens: 9, completion_tokens: 4, completion_tokens_details: { reasoning_tokens: 4 } };
    await open(root, [{ deltas: filed('\n\nThe door ', 'is open 🚪', '.'), usage }]);
    const { text, reasoning, end, error } = await hear(backend, request('Hello'));
    expect({ text: text.trim(), reasoning, error }).toEqual({ text: 'The door is open 🚪.', reasoning: '', error: undefined });
    expect(end).toMatchObject({ reason: 'complete', usage: { reply: 4, reasoning: 0 } });
    expect(bodies()).toHaveLength(1);
    const { notices } = await backend.describe();
    expect(notices).toEqual([expect.stringMatching(/sends the replies of bot as thoughts.*without --reasoning-parser/)]);
  });

  test('ends at its stop strings and at its limit, which the server may not have been told', async () => {
    await open(INSTRUCT, [{ deltas: filed('Come in.', '\nMi', 'na: Thanks') }]);
    expect((await hear(backend, request('Hello', { stop: ['\nMina:'] }))).text).toBe('Come in.');
    await backend.close();
    await server.close();
    const long = filed(...Array.from({ length: 400 }, () => 'and on '));
    // The first is cut by the server and might be a thought; the second has the room of thoughts as well.
    await open(QWEN, [{ deltas: long.slice(0, 40), finish: 'length' }, { deltas: long }]);
    const { text, end } = await hear(backend, request('Hello', { maxTokens: 40 }));
    expect(bodies().map(({ max_tokens }) => max_tokens)).toEqual([40, 40 + 4096]);
    expect(end).toMatchObject({ reason: 'length' });
    expect(text.split(' ').length).toBeGreaterThan(20);
    expect(text.split(' ').length).toBeLessThan(80);
    expect((await backend.describe()).notices?.join()).not.toMatch(/thinks before it answers/);
  });
});

describe('what vLLM files as a thought stays one', () => {
  const THOUGHT: Spoken = { deltas: filed('Secretly, she ', 'wonders.') };
  type Case = { root: string; spoken: Spoken; thinking?: 'off' | 'full'; settings?: OpenSettings };
  const told = { extraBody: { chat_template_kwargs: { enable_thinking: true } } };
  const cases: readonly [string, Case][] = [
    ['while thinking is on', { root: QWEN, spoken: THOUGHT, thinking: 'full' }],
    ['while thinking is on, even of a model that has none', { root: INSTRUCT, spoken: THOUGHT, thinking: 'full' }],
    ['of a model that cannot leave it', { root: 'deepseek-ai/DeepSeek-R1', spoken: THOUGHT }],
    ['of a model of which nothing is known', { root: '/models/mine', spoken: THOUGHT }],
    ['of a model that an adapter may have taught to think', { root: ADAPTER, spoken: THOUGHT }],
    ['where the operator turned the thinking on', { root: QWEN, spoken: THOUGHT, settings: told }],
    ['with a mark of thoughts in it', { root: QWEN, spoken: { deltas: filed('Secretly', ' <think>', 'she wonders.') } }],
    ['that closes in it', { root: QWEN, spoken: { deltas: filed('Secretly, she wonders.</think>', 'Hi') } }],
    ['whose switch is none of ours', { root: SEED, spoken: THOUGHT }],
    ['that white space parts from the reply', { root: QWEN, spoken: { deltas: [...THOUGHT.deltas, { content: '\n\n' }] } }],
    ['of which nobody said that it is whole', { root: QWEN, spoken: { ...THOUGHT, finish: null } }],
    ['that was cut', { root: QWEN, spoken: { ...THOUGHT, finish: 'length' } }],
    ['that was cut, of a model that never thinks', { root: INSTRUCT, spoken: { ...THOUGHT, finish: 'length' } }],
  ];

  test.each(cases)('%s', async (_, { root, spoken, thinking = 'off', settings = {} }) => {
    await open(root, [spoken], settings);
    const { text, error } = await hear(backend, request('Hello', {}, { thinking }));
    expect(text).toBe('');
    expect(error).toMatchObject({ failure: 'broken-reply' });
  });

  test('once it parted a thought from a reply after it was told not to think', async () => {
    await open(QWEN, [{ deltas: [...filed('Secretly.'), { content: 'Hello.' }] }, THOUGHT]);
    expect(await hear(backend, request('Hello'))).toMatchObject({ text: 'Hello.', reasoning: 'Secretly.' });
    const second = await hear(backend, request('Hello'));
    expect(second.text).toBe('');
    expect(second.error).toMatchObject({ failure: 'broken-reply' });
  });

  test('once white space parted one from a reply that never came', async () => {
    await open(QWEN, [{ deltas: [...filed('Secretly.'), { content: '\n\n' }] }, THOUGHT]);
    // The first is asked for twice: with room for the thought.
    expect((await hear(backend, request('Hello'))).text).toBe('');
    expect((await hear(backend, request('Hello'))).text).toBe('');
  });

  test('where the server does not say what its template makes of the switch', async () => {
    await open(QWEN, [THOUGHT], {}, { 'POST /tokenize': { status: 404, json: { detail: 'Not Found' } } });
    expect((await hear(backend, request('Hello'))).text).toBe('');
  });

  test('and the sentence says what to look at: the parser, where the server parts them', async () => {
    await open('/models/mine', [THOUGHT]);
    const { error } = await hear(backend, request('Hello'));
    expect(String(error)).toMatch(/sent a thought and no reply \(finish_reason "stop"\): try again;.*--reasoning-parser/);
    await backend.close();
    await server.close();
    await open('/models/mine', [{ deltas: [{ content: '<think>Secretly.' }] }]);
    expect(String((await hear(backend, request('Hello'))).error)).toMatch(
      /only thought and said nothing .*check its chat template/,
    );
  });

  test('a thought and the reply after it come in their order', async () => {
    await open(QWEN, [{ deltas: [...filed('One', ' two'), { content: '\n' }, { content: 'Hello' }, { content: '.' }] }]);
    const { parts } = await hear(backend, request('Hello', { maxTokens: SAMPLING.maxTokens }));
    const types = parts.map(({ type }) => type);
    expect(types.indexOf('text')).toBeGreaterThan(types.lastIndexOf('reasoning'));
    expect(types.filter((type) => type === 'reasoning').length).toBeGreaterThan(0);
  });
});
