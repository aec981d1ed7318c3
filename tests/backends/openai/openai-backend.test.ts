import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Usage } from '../../../src/chat.ts';
import type { say } from '../../llm-double/answer.ts';
import { type LlmDouble, type LlmDoubleOptions, startLlmDouble } from '../../llm-double/llm-double.ts';
import { hear, openOpenai, request, SAMPLING } from './open-openai.ts';

let double: LlmDouble;
beforeEach(async () => {
  double = await startLlmDouble();
});
afterEach(() => double.close());

async function withDouble<T>(options: LlmDoubleOptions, use: (other: LlmDouble) => Promise<T>): Promise<T> {
  const other = await startLlmDouble(options);
  try {
    return await use(other);
  } finally {
    await other.close();
  }
}

describe('the request', () => {
  test('holds the messages, the seed and every dial exactly as the persona has them', async () => {
    const stop = ['\nMina:', '###'];
    await hear(openOpenai(double.baseUrl), request('Hello', { stop }));
    expect(double.chats()).toEqual([
      {
        model: 'double-1',
        messages: [{ role: 'user', content: 'Hello' }],
        stream: true,
        stream_options: { include_usage: true },
        seed: 42,
        temperature: SAMPLING.temperature,
        max_tokens: SAMPLING.maxTokens,
        top_p: SAMPLING.topP,
        top_k: SAMPLING.topK,
        min_p: SAMPLING.minP,
        repeat_penalty: SAMPLING.repeatPenalty,
        frequency_penalty: SAMPLING.frequencyPenalty,
        presence_penalty: SAMPLING.presencePenalty,
        stop,
      },
    ]);
  });

  test('asks for the model of the settings, with extra fields, headers and key', async () => {
    const settings = { model: 'mine', key: 'secret-1', extraBody: { cache_prompt: true }, headers: { 'x-title': 'Troupe' } };
    await hear(openOpenai(double.baseUrl, settings), request('Hello'));
    expect(double.requests.at(-1)?.path).toBe('/v1/chat/completions');
    expect(double.requests.at(-1)?.headers).toMatchObject({ authorization: 'Bearer secret-1', 'x-title': 'Troupe' });
    expect(double.chats()[0]).toMatchObject({ model: 'mine', cache_prompt: true });
  });

  test('sends four stop strings and applies the fifth by itself', async () => {
    double.reply(['One', ' two', ' fi', 've', ' six']);
    const { text } = await hear(openOpenai(double.baseUrl), request('Count', { stop: ['a', 'b', 'c', 'd', ' five'] }));
    expect(double.chats()[0]?.stop).toEqual(['a', 'b', 'c', 'd']);
    expect(text).toBe('One two');
  });

  test('keeps stop strings to itself while the model may think, so that they cannot end the thinking', async () => {
    double.reply(['Yes.', '\nUser: and'], { reasoning: ['The\nUser: wants', ' that.'] });
    const asked = request('Hello', { stop: ['\nUser:'] }, { thinking: 'full' });
    const { text, reasoning } = await hear(openOpenai(double.baseUrl), asked);
    expect(double.chats()[0]).not.toHaveProperty('stop');
    expect({ text, reasoning }).toEqual({ text: 'Yes.', reasoning: 'The\nUser: wants that.' });
  });

  test.each([
    ['low', 131_072, 300 + 1024],
    ['full', 131_072, 300 + 8192],
    ['full', 4096, 2048],
    ['full', 512, 300],
  ] as const)('leaves room for thinking that is %s in %i tokens', async (thinking, contextTokens, most) => {
    await hear(openOpenai(double.baseUrl, { contextTokens }), request('Hello', {}, { thinking }));
    expect(double.chats()[0]?.max_tokens).toBe(most);
  });

  test('a prompt in pieces is a programming error where messages are sent, and messages where pieces are', async () => {
    const pieces = request('Hello', {}, { rendered: { input: 'pieces', pieces: [] } });
    expect((await hear(openOpenai(double.baseUrl), pieces)).error).toBeInstanceOf(TypeError);
    const completing = openOpenai(double.baseUrl, { mode: 'completion' });
    expect((await hear(completing, request('Hello'))).error).toBeInstanceOf(TypeError);
    expect(double.requests).toEqual([]);
  });

  test('is not tried again by anybody below', async () => {
    double.answer({ page: { status: 500, body: '{}' } });
    await hear(openOpenai(double.baseUrl, { model: 'mine' }), request('Hello'));
    expect(double.chats()).toHaveLength(1);
  });
});

describe('api.openai.com', () => {
  const official = (settings = {}) => openOpenai('https://api.openai.com/v1', { contextTokens: 128_000, ...settings });

  test('cannot honour topK, minP and repeatPenalty, and says so', async () => {
    const { honours, flavour } = await official({ key: 'k', model: 'gpt' }).describe();
    expect(flavour).toBe('openai');
    expect(honours).not.toEqual(expect.arrayContaining(['topK']));
    expect([...honours].sort()).toEqual(
      ['frequencyPenalty', 'maxTokens', 'presencePenalty', 'seed', 'stop', 'temperature', 'topP'].sort(),
    );
    const elsewhere = (await openOpenai(double.baseUrl).describe()).honours;
    expect(elsewhere).toEqual(expect.arrayContaining(['topK', 'minP', 'repeatPenalty']));
  });

  test('needs a key and a model, and the sentence names the variable', async () => {
    const noKey = official({ model: 'gpt', apiKeyEnv: 'MY_KEY' });
    expect((await hear(noKey, request('Hello'))).error).toMatchObject({ failure: 'rejected' });
    await expect(noKey.describe()).rejects.toThrow(/needs a key: set MY_KEY/);
  });
});

describe('the facts', () => {
  test('are asked once, and again after a failure', async () => {
    const backend = openOpenai(double.baseUrl);
    await Promise.all([backend.describe(), backend.describe(), hear(backend, request('Hello'))]);
    await backend.describe();
    const asked = () => double.requests.filter(({ path }) => path === '/v1/models').length;
    expect(asked()).toBe(1);
    double.answer({ page: { status: 404, body: '{"error":{"message":"model gone"}}' } });
    await hear(backend, request('Hello'));
    await backend.describe();
    expect(asked()).toBe(2);
  });

  test.each([
    ['vLLM', { max_model_len: 16_384 }],
    ['OpenRouter', { context_length: 16_384 }],
    ['LM Studio', { loaded_context_length: 16_384, max_context_length: 131_072 }],
    ['Groq', { context_window: 16_384 }],
  ])('hold the context length as %s tells it', async (_, told) => {
    await withDouble(
      {
        models: [
          { id: 'other', max_model_len: 1 },
          { id: 'm', ...told },
        ],
      },
      async (other) => {
        expect(await openOpenai(other.baseUrl, { model: 'm' }).describe()).toMatchObject({
          model: { name: 'm', stage: 'chat', censored: true },
          contextTokens: 16_384,
          input: 'messages',
          flavour: 'generic',
        });
      },
    );
  });

  test('hold the context of a slot as llama-server tells it, not what the model was trained for', async () => {
    const models = [{ id: 'm.gguf', meta: { n_ctx_train: 131_072 } }];
    const props = { default_generation_settings: { n_ctx: 2048 }, total_slots: 2 };
    await withDouble({ models, props }, async (other) => {
      const facts = await openOpenai(`${other.baseUrl}/`, { stage: 'instruct', censored: false }).describe();
      expect(facts).toMatchObject({ model: { name: 'm.gguf', stage: 'instruct', censored: false }, contextTokens: 2048 });
    });
  });

  test('assume 8192 tokens where the server says nothing, and say so once', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const backend = openOpenai(double.baseUrl, { log });
    expect(await backend.describe()).toMatchObject({ contextTokens: 8192, contextAssumed: true });
    double.answer({ page: { status: 404, body: '{}' } });
    await hear(backend, request('Hello'));
    expect((await backend.describe()).contextTokens).toBe(8192);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/8192 tokens assumed: set contextTokens/);
  });

  test('ask nothing when the settings say it all', async () => {
    const settings = { flavour: 'generic', model: 'm', contextTokens: 4096 };
    const facts = await openOpenai(double.baseUrl, settings).describe();
    expect(facts).toMatchObject({ model: { name: 'm' }, contextTokens: 4096 });
    expect(double.requests).toEqual([]);
  });

  test('do without a list of models when the settings name one', async () => {
    await withDouble({ models: null }, async (other) => {
      expect((await openOpenai(other.baseUrl, { model: 'm' }).describe()).model.name).toBe('m');
      await expect(openOpenai(other.baseUrl).describe()).rejects.toMatchObject({ failure: 'rejected' });
    });
  });

  test.each([
    ['an empty list', { models: [] }, /has no model: load one/],
    [
      'a web page',
      { models: { page: { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' } } },
      /no list of models/,
    ],
    [
      'a wrong key',
      { models: { page: { status: 401, body: '{"error":{"message":"bad key"}}' } } },
      /refused the key \(401 "bad key"\)/,
    ],
  ])('%s is a clear refusal', async (_, options, sentence) => {
    await withDouble(options, async (other) => {
      await expect(openOpenai(other.baseUrl).describe()).rejects.toThrow(sentence);
      expect((await hear(openOpenai(other.baseUrl), request('Hello'))).error).toMatchObject({ failure: 'rejected' });
    });
  });
});

describe('the reply', () => {
  test('comes whole, wherever the bytes of the stream are cut', async () => {
    const spoken = ['안녕', '하세요 ', '🦊', ' 👩‍👩‍👧', '\r\n', 'é'];
    double.reply(spoken, { usage: false });
    await hear(openOpenai(double.baseUrl, { model: 'm' }), request('Hello'));
    const length = await rawLength(double);
    expect(length).toBeGreaterThan(500);
    const backend = openOpenai(double.baseUrl, { model: 'm' });
    for (let splitAt = 1; splitAt < length; splitAt++) {
      double.reply(spoken, { usage: false, bytes: { splitAt } });
      const { text, parts, error } = await hear(backend, request('Hello'));
      expect({ splitAt, text, error }).toEqual({ splitAt, text: spoken.join(''), error: undefined });
      expect(parts.every((part) => part.type === 'end' || part.text.isWellFormed())).toBe(true);
    }
  }, 180_000);

  test.each(['\n', '\r\n', '\r'] as const)('is read with %j as line end, byte by byte', async (lineEnd) => {
    double.reply('짧은 말 🦊', { bytes: { every: 1 }, lineEnd, pings: true });
    expect((await hear(openOpenai(double.baseUrl), request('Hello'))).text).toBe('짧은 말 🦊');
  });

  test('may come as one JSON object from a server that does not stream', async () => {
    double.reply('All at once.', { json: true });
    const { text, end } = await hear(openOpenai(double.baseUrl), request('Hello'));
    expect(text).toBe('All at once.');
    expect(end).toMatchObject({ reason: 'complete', usage: { exact: true } });
  });

  test.each(['reasoning_content', 'reasoning'])('keeps what comes as %s apart', async (reasoningField) => {
    double.reply('Yes.', { reasoning: ['Hmm,', ' so'], reasoningField });
    const { text, reasoning, end } = await hear(openOpenai(double.baseUrl), request('Hello'));
    expect({ text, reasoning }).toEqual({ text: 'Yes.', reasoning: 'Hmm, so' });
    expect(end).toMatchObject({ usage: { reasoning: 2, reply: 1, exact: true } });
  });

  test('keeps thinking between tags apart, however it is cut', async () => {
    double.reply([...'\n<think>\nIs it <b>so</b>?</think>\n\nYes.'], { honour: false });
    const { text, reasoning } = await hear(openOpenai(double.baseUrl), request('Hello'));
    expect({ text, reasoning }).toEqual({ text: 'Yes.', reasoning: '\nIs it <b>so</b>?' });
  });

  test('a reply that is all thinking says nothing, and that is an error', async () => {
    double.reply('<think>I wonder and wonder', { finishReason: 'length' });
    const { text, reasoning, error } = await hear(openOpenai(double.baseUrl), request('Hello'));
    // Nobody had told it to think, so it is asked once more, with room for thoughts.
    expect({ text, reasoning }).toEqual({ text: '', reasoning: 'I wonder and wonder'.repeat(2) });
    expect(double.chats().map(({ max_tokens }) => max_tokens)).toEqual([300, 300 + 4096]);
    expect(error).toMatchObject({ failure: 'broken-reply' });
  });
});

describe('the usage', () => {
  async function usage(said: Parameters<typeof say>[1]): Promise<Usage | undefined> {
    double.reply('안녕하세요. Hello there!', said);
    const { end } = await hear(openOpenai(double.baseUrl), request('Hello, 세계'));
    return end?.type === 'end' ? end.usage : undefined;
  }

  test('is the server’s, with what it had cached', async () => {
    const told = { prompt_tokens: 100, completion_tokens: 40, prompt_tokens_details: { cached_tokens: 64 } };
    expect(await usage({ usage: told })).toMatchObject({
      prompt: 100,
      reused: 64,
      evaluated: 36,
      reply: 40,
      reasoning: 0,
      exact: true,
    });
  });

  test('counts reasoning apart, by length where the server does not say', async () => {
    const completion_tokens_details = { reasoning_tokens: 30 };
    const told = { prompt_tokens: 9, completion_tokens: 40, completion_tokens_details };
    expect(await usage({ usage: told })).toMatchObject({ reply: 10, reasoning: 30, exact: true });
    const shared = await usage({
      reasoning: ['x'.repeat(30)],
      usage: { completion_tokens: 40, completion_tokens_details: null },
    });
    expect(shared?.exact).toBe(false);
    expect(shared?.reasoning).toBeGreaterThan(5);
    expect((shared?.reply ?? 0) + (shared?.reasoning ?? 0)).toBe(40);
  });

  test('is estimated from bytes where the server says nothing that can be used', async () => {
    const estimated = { prompt: Math.ceil(13 / 3.35), reply: Math.ceil(29 / 3.35), exact: false };
    expect(await usage({ usage: false })).toMatchObject(estimated);
    expect(await usage({ usage: { prompt_tokens: 'many' } })).toMatchObject(estimated);
    expect(await usage({ usage: { prompt_tokens: 0, completion_tokens: 0 } })).toMatchObject(estimated);
  });

  test('says how long the prompt took and how long the reply', async () => {
    const timed = await usage({ firstDelayMs: 150, delayMs: 20 });
    expect(timed?.ms.prompt).toBeGreaterThanOrEqual(140);
    expect(timed?.ms.generate).toBeGreaterThanOrEqual(60);
    expect(timed?.ms.queue).toBe(0);
  });
});

/** How many bytes the body of the current answer has. */
async function rawLength({ baseUrl, chats }: LlmDouble): Promise<number> {
  const body = JSON.stringify(chats().at(-1));
  const response = await fetch(`${baseUrl}/chat/completions`, { method: 'POST', body });
  return (await response.arrayBuffer()).byteLength;
}
