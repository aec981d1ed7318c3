import { afterEach, describe, expect, test } from 'vitest';
import { familyOf } from './families/families.ts';
import { RUN_ON, thoughtsOf } from './families/family.ts';
import { type FlavourDouble, type FlavourDoubleOptions, startFlavourDouble } from './flavour-double.ts';
import type { Flavour } from './flavours/flavour.ts';
import { FLAVOURS } from './flavours/flavours.ts';
import { generic } from './flavours/generic.ts';
import { llamaServer } from './flavours/llama-server.ts';
import { lmStudio } from './flavours/lm-studio.ts';
import { ollama } from './flavours/ollama.ts';
import { openai } from './flavours/openai.ts';
import { openRouter } from './flavours/openrouter.ts';
import { vllm } from './flavours/vllm.ts';

const qwen3 = familyOf('Qwen3');
let double: FlavourDouble;
afterEach(() => double.close());

async function open(flavour: Flavour, name = 'Qwen3', options: Partial<FlavourDoubleOptions> = {}): Promise<FlavourDouble> {
  double = await startFlavourDouble({ flavour, family: familyOf(name), ...options });
  return double;
}

async function get(path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`http://127.0.0.1:${double.port}${path}`);
  const text = await response.text();
  return { status: response.status, body: /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text };
}

async function post(path: string, fields: Record<string, unknown>): Promise<{ status: number; text: string }> {
  const body = { model: double.served.model, messages: [{ role: 'user', content: 'Hello' }], stream: true, ...fields };
  const response = await fetch(`http://127.0.0.1:${double.port}${path}`, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, text: await response.text() };
}

type Seen = { content: string; thoughts: string; finish: string | undefined };
type Delta = Record<'content' | 'reasoning' | 'reasoning_content' | 'thinking', string | null | undefined>;

/** What a stream of either kind says, put together. */
function read(text: string): Seen {
  const lines = text.split('\n').filter((line) => /^(data: )?\{/.test(line));
  const seen: Seen = { content: '', thoughts: '', finish: undefined };
  for (const line of lines) {
    const chunk = JSON.parse(line.replace(/^data: /, ''));
    const delta: Partial<Delta> = chunk.choices?.[0]?.delta ?? chunk.message ?? { content: chunk.choices?.[0]?.text };
    seen.content += delta.content ?? '';
    seen.thoughts += delta.reasoning_content ?? delta.reasoning ?? delta.thinking ?? '';
    seen.finish = chunk.choices?.[0]?.finish_reason ?? chunk.done_reason ?? seen.finish;
  }
  return seen;
}

describe('the pages of each flavour', () => {
  test('llama-server says what one slot takes, its template and how many tokens a text has', async () => {
    await open(llamaServer, 'Qwen3', { window: 4096 });
    const { body } = await get('/props');
    expect(body).toMatchObject({ default_generation_settings: { n_ctx: 4096 }, model_path: '/models/Qwen3-8B-Q4_K_M.gguf' });
    expect(body).toHaveProperty('chat_template', qwen3.template);
    expect((await get('/slots')).body).toMatchObject([{ n_ctx: 4096 }]);
    expect((await get('/v1/models')).body).toMatchObject({ data: [{ owned_by: 'llamacpp', meta: { n_ctx_train: 40_960 } }] });
    expect(JSON.parse((await post('/tokenize', { content: '안녕 there' })).text).tokens).toHaveLength(3);
    expect(await get('/api/version')).toMatchObject({ status: 404, body: { error: { message: 'File Not Found' } } });
  });

  test('Ollama says what a model can, what it was trained for, and what is loaded only once it is', async () => {
    await open(ollama, 'gpt-oss', { window: 4096 });
    expect((await get('/')).body).toBe('Ollama is running');
    expect((await get('/api/version')).body).toHaveProperty('version');
    expect((await get('/api/tags')).body).toMatchObject({ models: [{ name: 'gpt-oss:20b' }] });
    expect((await get('/api/ps')).body).toEqual({ models: [] });
    await post('/api/chat', { options: { num_ctx: 8192 } });
    expect((await get('/api/ps')).body).toMatchObject({ models: [{ context_length: 8192 }] });
    expect(JSON.parse((await post('/api/show', {})).text)).toMatchObject({
      capabilities: ['completion', 'thinking'],
      model_info: { 'made.context_length': 40_960 },
      thinking: { values: ['low', 'medium', 'high'] },
    });
    expect((await get('/props')).body).toBe('404 page not found');
  });

  test('LM Studio lists what is on the disk too, and answers 200 to addresses that it does not have', async () => {
    await open(lmStudio, 'Qwen3', { window: 8192 });
    expect((await get('/api/v0/models')).body).toMatchObject({
      data: [
        { type: 'embeddings' },
        { state: 'not-loaded' },
        { id: 'qwen/qwen3-8b', state: 'loaded', loaded_context_length: 8192 },
      ],
    });
    expect(await get('/props')).toEqual({ status: 200, body: { error: 'Unexpected endpoint or method. (GET /props)' } });
  });

  test('vLLM says how long its context is, and counts texts and whole prompts', async () => {
    await open(vllm, 'Qwen3', { window: 8192 });
    expect((await get('/version')).body).toHaveProperty('version');
    expect((await get('/v1/models')).body).toMatchObject({ data: [{ owned_by: 'vllm', max_model_len: 8192 }] });
    const counted = async (fields: Record<string, unknown>) => JSON.parse((await post('/tokenize', fields)).text);
    expect(await counted({ prompt: 'Hello', add_special_tokens: false })).toMatchObject({ count: 2, max_model_len: 8192 });
    expect(await counted({ prompt: 'Hello' })).toMatchObject({ count: 3 });
  });

  test('OpenRouter says what the endpoint of a model supports', async () => {
    await open(openRouter, 'gpt-oss');
    expect((await get('/api/v1/models')).body).toMatchObject({
      data: [{ id: 'openai/gpt-oss-20b', context_length: 16_384, reasoning: { mandatory: true } }],
    });
  });
});

describe('the streams of each flavour', () => {
  test.each(FLAVOURS.map((flavour) => [flavour.name, flavour] as const))(
    '%s says all that the model says, however the bytes are cut',
    async (_, flavour) => {
      for (const [name, blanks] of [
        ['Qwen3', false],
        ['EXAONE 4', true],
        ['Llama 3.3', true],
      ] as const) {
        const { served } = await open(flavour, name, { pieces: 400, blanks });
        for (const path of Object.keys(flavour.dialects).filter(
          (one) => one.endsWith('/chat') || one.endsWith('/chat/completions'),
        )) {
          const { content, thoughts, finish } = read((await post(path, {})).text);
          expect(finish).toBe('stop');
          expect(content).toContain(served.family.reply + RUN_ON);
          const expected = served.family.byDefault && (flavour !== ollama || served.family.ollama.thinks);
          expect((content + thoughts).includes(thoughtsOf(served.family, undefined) ?? 'never')).toBe(expected);
        }
        await double.close();
      }
      await open(flavour);
    },
  );

  test('begin and end as each server begins and ends them', async () => {
    const usage = { stream_options: { include_usage: true } };
    await open(llamaServer);
    const llama = (await post('/v1/chat/completions', usage)).text;
    expect(llama).toMatch(
      /^:\n\ndata: \{"choices":\[\{"finish_reason":null,"index":0,"delta":\{"role":"assistant","content":null\}\}\]/,
    );
    expect(llama).toMatch(/"choices":\[\],.*"usage":\{.*"timings":\{.*\n\ndata: \[DONE\]\n\n$/);
    await double.close();
    await open(openRouter);
    const router = (await post('/api/v1/chat/completions', {})).text;
    expect(router).toMatch(/^: OPENROUTER PROCESSING\n\n/);
    expect(router).toContain('"reasoning_details":[{"type":"reasoning.text"');
    await double.close();
    await open(ollama);
    const last = (await post('/api/chat', {})).text.trim().split('\n').at(-1) ?? '';
    expect(JSON.parse(last)).toMatchObject({ done: true, done_reason: 'stop', message: { content: '' }, prompt_eval_count: 9 });
  });

  test('honour stop strings and limits over the thoughts as well, as servers do', async () => {
    await open(llamaServer);
    await post('/v1/chat/completions', { stop: ['\nBora:'] });
    await post('/v1/chat/completions', { max_tokens: 20 });
    expect(double.exchanges.map(({ speech }) => speech?.cut)).toEqual([
      { by: 'stop', in: 'thoughts' },
      { by: 'length', in: 'thoughts' },
    ]);
  });

  test('come of a base model as text that goes on', async () => {
    for (const flavour of [llamaServer, vllm, lmStudio, generic]) {
      await open(flavour, 'Gemma 3');
      const { text } = await post('/v1/completions', { prompt: 'Once upon a time', messages: undefined });
      expect(read(text).content).toBe((double.served.family.reply ?? '') + RUN_ON);
      await double.close();
    }
    await open(ollama, 'Gemma 3');
    expect((await post('/api/generate', { prompt: 'Once', messages: undefined })).text).toMatch(/"response":"Oh,"/);
  });

  test('break where they are told, each with its own words', async () => {
    for (const flavour of FLAVOURS) {
      const path = `${flavour.base}/chat/completions`;
      await open(flavour, 'Gemma 3', { fault: { after: 5, kind: 'error', message: 'CUDA out of memory' } });
      expect((await post(path, {})).text).toMatch(
        /\{"error":.*CUDA out of memory|"error":\{"code":502,"message":"CUDA out of memory/,
      );
      await double.close();
      await open(flavour, 'Gemma 3', { fault: { after: 5, kind: 'end' } });
      expect((await post(path, {})).text).not.toMatch(/DONE|"finish_reason":"stop"/);
      await double.close();
      await open(flavour, 'Gemma 3', { fault: { after: 5, kind: 'reset' } });
      await expect(post(path, {})).rejects.toThrow();
      await double.close();
    }
    await open(generic);
  });
});

describe('the refusals of each flavour', () => {
  const chat = (fields: Record<string, unknown>, path = '/v1/chat/completions') => post(path, fields);

  test('a prompt that is too long is refused in each server’s words, or cut without one', async () => {
    const messages = [{ role: 'user', content: 'word '.repeat(3000) }];
    const answers: Record<string, string | number | undefined> = {};
    for (const flavour of FLAVOURS) {
      await open(flavour, 'Gemma 3', { window: 2048 });
      const { status, text } = await chat({ messages }, `${flavour.base}/chat/completions`);
      answers[flavour.name] = status === 200 ? double.exchanges.at(-1)?.heard?.used : text;
      await double.close();
    }
    expect(answers).toMatchObject({ ollama: 2048, 'lm-studio': 2048, generic: 2048 });
    expect(answers['llama-server']).toContain('exceeds the available context size (2048 tokens)');
    expect(answers.vllm).toContain("This model's maximum context length is 2048 tokens");
    expect(answers.openrouter).toContain("This endpoint's maximum context length is 2048 tokens");
    await open(generic);
  });

  test('thinking that a server cannot have as it was asked for', async () => {
    await open(ollama, 'Phi-4-reasoning');
    expect(await chat({ think: true }, '/api/chat')).toEqual({
      status: 400,
      text: '{"error":"\\"phi4-reasoning:14b\\" does not support thinking"}',
    });
    expect((await chat({ think: 'some' }, '/api/chat')).text).toContain('invalid think value');
    await double.close();
    await open(openRouter, 'DeepSeek-R1');
    expect((await chat({ reasoning: { enabled: false } }, '/api/v1/chat/completions')).text).toContain(
      'Reasoning is mandatory',
    );
    await double.close();
    await open(vllm, 'Magistral');
    expect((await chat({ chat_template_kwargs: { enable_thinking: false } })).text).toContain(
      'not supported for Mistral tokenizers',
    );
  });

  test('fields that a server does not know, one at a time or all at once', async () => {
    const fields = { top_k: 40, min_p: 0.1 };
    const words = [];
    for (const variety of [1, 2, 3]) {
      await open(generic, 'Gemma 3', { variety });
      words.push(await chat(fields));
      await double.close();
    }
    expect(words[0]).toEqual({ status: 400, text: expect.stringContaining("property 'top_k' is unsupported") });
    expect(words[1]).toEqual({ status: 422, text: expect.stringMatching(/extra_forbidden.*"top_k".*"min_p"/) });
    expect(words[2]).toEqual({
      status: 400,
      text: expect.stringContaining('Unrecognized request arguments supplied: min_p, top_k'),
    });
    await open(vllm, 'Gemma 3');
    expect((await chat({ repeat_penalty: 1.1 })).status).toBe(200);
    expect(double.exchanges[0]?.heard?.dials).not.toHaveProperty('repeatPenalty');
  });

  test('a reasoning model of OpenAI takes neither max_tokens nor a temperature', async () => {
    await open(openai);
    const refused = async (fields: Record<string, unknown>) => JSON.parse((await chat(fields)).text).error;
    expect(await refused({ top_k: 4 })).toMatchObject({ message: 'Unrecognized request argument supplied: top_k' });
    expect(await refused({ max_tokens: 4 })).toMatchObject({ code: 'unsupported_parameter', param: 'max_tokens' });
    expect(await refused({ temperature: 0.5 })).toMatchObject({ code: 'unsupported_value', param: 'temperature' });
    expect((await chat({ max_completion_tokens: 400, temperature: 1 })).status).toBe(200);
    await double.close();
    await open(openai, 'Gemma 3');
    expect((await chat({ max_tokens: 400, temperature: 0.5, stop: ['\nBora:'] })).status).toBe(200);
  });
});
