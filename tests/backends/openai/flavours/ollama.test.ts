import { afterEach, describe, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import { hear, type OpenSettings, openOpenai, request, SAMPLING } from '../open-openai.ts';
import { lines, type PageServer, type Pages, startPageServer } from '../page-server.ts';

const SHOWN = {
  template: '{{ .System }}<|im_end|>\n[INST]{{ .Prompt }}[/INST]',
  parameters: 'stop  "<|im_end|>"\ntemperature  0.6',
  model_info: { 'general.architecture': 'qwen3', 'qwen3.context_length': 40_960 },
  capabilities: ['completion'],
};
const said = lines({ content: 'Hello there.' }, { prompt_eval_count: 40, eval_count: 3 });

let server: PageServer;
let backend: Backend;
afterEach(async () => {
  await backend.close();
  await server.close();
});

async function open(pages: Pages = {}, settings: OpenSettings = {}): Promise<void> {
  server = await startPageServer({
    'GET /api/version': { json: { version: '0.40.12' } },
    'GET /api/tags': {
      json: {
        models: [{ name: 'nomic-embed-text:latest', details: { family: 'nomic-bert' } }, { name: 'a:1b' }, { name: 'b:8b' }],
      },
    },
    'GET /api/ps': { json: { models: [] } },
    'POST /api/show': { json: SHOWN },
    'POST /api/chat': said,
    ...pages,
  });
  backend = openOpenai(server.baseUrl, settings);
}

async function sent(asked = request('Hello')): Promise<Record<string, unknown>> {
  const { error } = await hear(backend, asked);
  expect(error).toBeUndefined();
  return server.bodies('/api/chat').at(-1) ?? {};
}

describe('a request to Ollama', () => {
  test('goes to its own API, with the context and every dial in its options', async () => {
    await open({}, { model: 'b:8b' });
    expect(await sent(request('Hello', { stop: ['\nMina:'] }))).toEqual({
      model: 'b:8b',
      messages: [{ role: 'user', content: 'Hello' }],
      stream: true,
      truncate: false,
      options: {
        num_ctx: 8192,
        num_predict: SAMPLING.maxTokens,
        seed: 42,
        temperature: SAMPLING.temperature,
        top_p: SAMPLING.topP,
        top_k: SAMPLING.topK,
        min_p: SAMPLING.minP,
        repeat_penalty: SAMPLING.repeatPenalty,
        frequency_penalty: SAMPLING.frequencyPenalty,
        presence_penalty: SAMPLING.presencePenalty,
        stop: ['\nMina:'],
      },
    });
    expect(server.requests.some(({ path }) => path.startsWith('/v1/'))).toBe(false);
  });

  test('takes more fields and options from extraBody', async () => {
    await open({}, { extraBody: { keep_alive: '30m', options: { repeat_last_n: 256 } } });
    expect(await sent()).toMatchObject({ keep_alive: '30m', options: { repeat_last_n: 256, num_ctx: 8192, top_k: 37 } });
  });

  test('needs no /v1 in the address', async () => {
    await open();
    await backend.close();
    backend = openOpenai(server.baseUrl.replace('/v1', ''));
    expect((await hear(backend, request('Hello'))).text).toBe('Hello there.');
  });
});

describe('the context of Ollama', () => {
  const running = (context_length: number) => ({ json: { models: [{ name: 'b:8b', context_length }] } });
  test.each([
    ['modest where nobody says more', {}, undefined, 8192],
    ['what it is loaded with already, where that is more', { 'GET /api/ps': running(32_768) }, undefined, 32_768],
    ['modest where it is loaded with its own small default', { 'GET /api/ps': running(4096) }, undefined, 8192],
    [
      'what the model’s file says',
      { 'POST /api/show': { json: { ...SHOWN, parameters: 'num_ctx   16384' } } },
      undefined,
      16_384,
    ],
    ['what the settings say', { 'GET /api/ps': running(32_768) }, 12_288, 12_288],
    ['no more than it was trained for', {}, 131_072, 40_960],
  ] as const)('is %s', async (_, pages, contextTokens, expected) => {
    await open(pages, { model: 'b:8b', ...(contextTokens ? { contextTokens } : {}) });
    const facts = await backend.describe();
    expect(facts).toMatchObject({ contextTokens: expected, flavour: 'ollama' });
    expect(facts.contextAssumed).toBeUndefined();
    expect((await sent()).options).toMatchObject({ num_ctx: expected });
    if (contextTokens === 131_072) expect(facts.notices?.join()).toMatch(/serves 40960 tokens with b:8b: .* not for 131072/);
  });

  test('becomes smaller when a prompt that was made for it does not fit', async () => {
    const tooLong = { status: 400, json: { error: 'the input length exceeds the context length' } };
    await open({ 'POST /api/chat': tooLong });
    expect((await hear(backend, request('Hello'))).error).toMatchObject({ failure: 'too-long' });
    const { contextTokens, notices } = await backend.describe();
    expect(contextTokens).toBe(Math.floor(8192 * 0.8));
    expect(notices?.join()).toMatch(/found a prompt too long for a:1b that was made for 8192 tokens/);
    await hear(backend, request('Hello'));
    expect(server.bodies('/api/chat').map(({ options }) => (options as { num_ctx: number }).num_ctx)).toEqual([8192, 8192]);
  });

  test('stays as it is when a prompt only had more tokens than was estimated: the next one is estimated higher', async () => {
    let refusals = 1;
    const tooLong = { status: 400, json: { error: 'the input length exceeds the context length' } };
    const answer = () => {
      refusals -= 1;
      return refusals >= 0 ? tooLong : said;
    };
    await open({ 'POST /api/chat': answer }, { contextTokens: 2048 });
    const prompt = 'Over the quay and far away. '.repeat(200);
    const [before = 0] = (await backend.countTokens([prompt])).counts;
    expect((await hear(backend, request(prompt))).error).toMatchObject({ failure: 'too-long' });
    expect((await backend.describe()).contextTokens).toBe(2048);
    const [after = 0] = (await backend.countTokens([prompt])).counts;
    expect(after).toBeGreaterThan(Math.max(1.2 * before, 2048));
    expect((await sent(request('Hello'))).options).toMatchObject({ num_ctx: 2048 });
  });

  test('is what it is loaded with where that is less than was asked for, and so much is asked for all the same', async () => {
    const tooLong = { status: 400, json: { error: 'the input length exceeds the context length' } };
    await open({ 'POST /api/chat': tooLong, 'GET /api/ps': running(4096) }, { model: 'b:8b' });
    const prompt = 'Over the quay and far away. '.repeat(500);
    expect((await hear(backend, request(prompt))).error).toMatchObject({ failure: 'too-long' });
    expect((await backend.describe()).contextTokens).toBe(4096);
    await hear(backend, request('Hello'));
    expect(server.bodies('/api/chat').at(-1)?.options).toMatchObject({ num_ctx: 8192 });
  });
});

describe('the model of Ollama', () => {
  test('is the loaded one when none is named, else the first that can chat', async () => {
    await open();
    expect((await backend.describe()).model.name).toBe('a:1b');
    await backend.close();
    await server.close();
    await open({ 'GET /api/ps': { json: { models: [{ name: 'nomic-embed-text:latest' }, { name: 'b:8b' }] } } });
    expect((await backend.describe()).model.name).toBe('b:8b');
  });

  test('that is not pulled is named in the sentence, and so is that there is none', async () => {
    await open({ 'POST /api/show': { status: 404, json: { error: "model 'c' not found" } } }, { model: 'c' });
    await expect(backend.describe()).rejects.toThrow(/does not have what was asked for \(404 "model 'c' not found"\)/);
    await backend.close();
    await server.close();
    await open({ 'GET /api/tags': { json: { models: [] } } });
    await expect(backend.describe()).rejects.toThrow(/has no model: pull one/);
  });

  test('shows its control tokens in its template', async () => {
    await open();
    const { model } = await backend.describe();
    expect(model.controlTexts).toEqual(['<|im_end|>', '[INST]', '[/INST]']);
    expect(model.template).toBeUndefined(); // it is no Jinja
  });
});

describe('thinking with Ollama', () => {
  const thinking = (values?: readonly unknown[]) => ({
    'POST /api/show': {
      json: { ...SHOWN, capabilities: ['completion', 'thinking'], ...(values ? { thinking: { values } } : {}) },
    },
  });

  test.each([
    ['a switch', [true, false], { off: false, low: true, full: true }],
    ['a switch of which it says nothing more', undefined, { off: false, low: true, full: true }],
    ['words', ['low', 'medium', 'high'], { off: 'low', low: 'low', full: 'high' }],
    ['no way to leave it', [true], { off: true, low: true, full: true }],
  ] as const)('is asked for by %s', async (_, values, expected) => {
    await open(thinking(values));
    for (const [wish, think] of Object.entries(expected)) {
      expect((await sent(request('Hello', {}, { thinking: wish as 'off' }))).think).toBe(think);
    }
  });

  test('is not mentioned where the model does not think', async () => {
    await open();
    expect(await sent()).not.toHaveProperty('think');
    expect(await sent(request('Hello', {}, { thinking: 'full' }))).not.toHaveProperty('think');
  });

  test('comes apart, and is counted with the reply', async () => {
    await open({
      ...thinking(),
      'POST /api/chat': lines({ content: 'Yes.', thinking: 'Hmm.' }, { prompt_eval_count: 40, eval_count: 10 }),
    });
    const { text, reasoning, end } = await hear(backend, request('Hello', {}, { thinking: 'low' }));
    expect({ text, reasoning }).toEqual({ text: 'Yes.', reasoning: 'Hmm.' });
    expect(end).toMatchObject({ usage: { prompt: 40, reply: 5, reasoning: 5 } });
  });
});

describe('an answer of Ollama', () => {
  test.each([
    ['length', 'length'],
    ['stop', 'complete'],
  ])('with done_reason %s ends by %s', async (done_reason, reason) => {
    await open({ 'POST /api/chat': lines({ content: 'So' }, { done_reason, prompt_eval_count: 9, eval_count: 1 }) });
    expect((await hear(backend, request('Hello'))).end).toMatchObject({ reason, usage: { prompt: 9, reply: 1, exact: true } });
  });

  test('that breaks in the middle says what Ollama said, and keeps what was said', async () => {
    const begun = JSON.stringify({ message: { content: 'It was' }, done: false });
    const broken = { type: 'application/x-ndjson', text: `${begun}\n{"error":"llama runner process has terminated"}\n` };
    await open({ 'POST /api/chat': broken });
    const { text, error } = await hear(backend, request('Hello'));
    expect(text).toBe('It was');
    expect(String(error)).toMatch(/broke off in the middle: .*llama runner process has terminated/);
  });

  test('that ends without done is broken, whether its last line is whole or not', async () => {
    const begun = JSON.stringify({ message: { content: 'It was' }, done: false });
    for (const text of [begun, `${begun}\n${begun.slice(0, 20)}`]) {
      await open({ 'POST /api/chat': { type: 'application/x-ndjson', text } });
      const heard = await hear(backend, request('Hello'));
      expect(heard.text).toBe('It was');
      expect(String(heard.error)).toMatch(/without saying that it was done/);
    }
  });
});
