import { OpenAI } from 'openai';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { say, tokenise } from './answer.ts';
import { faults } from './faults.ts';
import { type LlmDouble, startLlmDouble } from './llm-double.ts';

let double: LlmDouble;
let client: OpenAI;
beforeEach(async () => {
  double = await startLlmDouble();
  client = new OpenAI({ baseURL: double.baseUrl, apiKey: 'k', maxRetries: 0, logLevel: 'off' });
});
afterEach(() => double.close());

const asked = { model: 'double-1', messages: [{ role: 'user' as const, content: 'Good day' }] };

async function raw(body: Record<string, unknown>): Promise<string> {
  const response = await fetch(`${double.baseUrl}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ ...asked, ...body }),
  });
  return response.text();
}

async function stream(options: { max_tokens?: number; stop?: string[] } = {}) {
  const seen = { text: '', pieces: 0, finish: '', usage: undefined as OpenAI.CompletionUsage | undefined };
  const chunks = await client.chat.completions.create({
    ...asked,
    ...options,
    stream: true,
    stream_options: { include_usage: true },
  });
  for await (const chunk of chunks) {
    const choice = chunk.choices[0];
    if (choice?.delta.content) seen.pieces += 1;
    seen.text += choice?.delta.content ?? '';
    seen.finish = choice?.finish_reason ?? seen.finish;
    seen.usage = chunk.usage ?? seen.usage;
  }
  return seen;
}

describe('the language model double', () => {
  test('answers the real SDK, streamed and whole, with usage, and keeps what was asked', async () => {
    const streamed = await stream();
    expect(streamed).toMatchObject({ text: 'You said: Good day', finish: 'stop', usage: { prompt_tokens: 3 } });
    expect(streamed.pieces).toBe(tokenise('You said: Good day').length);
    const whole = await client.chat.completions.create(asked);
    expect(whole.choices[0]?.message.content).toBe('You said: Good day');
    expect(double.chats().map((chat) => chat.messages)).toEqual([asked.messages, asked.messages]);
    expect(double.requests[0]).toMatchObject({ method: 'POST', path: '/v1/chat/completions', aborted: false, finished: true });
    expect(double.requests[0]?.headers.authorization).toBe('Bearer k');
  });

  test('sends a usage chunk only when it was asked for one', async () => {
    expect(await raw({ stream: true })).not.toContain('usage');
    expect(await raw({ stream: true, stream_options: { include_usage: true } })).toContain('"usage"');
  });

  test('honours max_tokens and stop as a server does, unless told not to', async () => {
    double.reply(['one', ' two', ' three', ' four']);
    expect(await stream({ max_tokens: 2 })).toMatchObject({
      text: 'one two',
      finish: 'length',
      usage: { completion_tokens: 2 },
    });
    expect(await stream({ stop: ['ree'] })).toMatchObject({ text: 'one two th', finish: 'stop' });
    double.reply(['one', ' two', ' three', ' four'], { honour: false });
    expect(await stream({ max_tokens: 2, stop: ['two'] })).toMatchObject({ text: 'one two three four', finish: 'stop' });
  });

  test('answers by what was asked, models and unknown paths as well', async () => {
    double.script((body) => say(`${body.model} hears ${body.messages.length}`));
    expect((await stream()).text).toBe('double-1 hears 1');
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['double-1']);
    expect((await fetch(`http://127.0.0.1:${double.port}/v2/nothing`)).status).toBe(404);
    expect((await fetch(`${double.baseUrl}/chat/completions`, { method: 'POST', body: 'no JSON' })).status).toBe(400);
  });

  test('sees a client that goes away, and when', async () => {
    function* forever(): Generator<string> {
      for (;;) yield 'on and ';
    }
    double.reply(forever());
    const chunks = await client.chat.completions.create({ ...asked, stream: true });
    let heard = 0;
    for await (const _ of chunks) {
      heard += 1;
      if (heard === 5) break;
    }
    await expect.poll(() => double.requests[0]?.aborted).toBe(true);
    expect(double.requests[0]?.abortedAt).toBeGreaterThanOrEqual(double.requests[0]?.at ?? Number.NaN);
    expect(double.working()).toBe(0);
  });

  test('cuts the bytes where it is told, writes pings and other line ends', async () => {
    double.reply('가🦊', { bytes: { every: 1 }, pings: true, lineEnd: '\r\n' });
    const body = await raw({ stream: true });
    expect(body).toContain(': ping\r\n\r\ndata: {');
    expect(body.endsWith('data: [DONE]\r\n\r\n')).toBe(true);
    expect((await stream()).text).toBe('가🦊');
  });

  test('can leave out the finish_reason and the end mark, fail in the middle, and refuse as servers do', async () => {
    double.reply('Hi', { finishReason: null, done: false });
    expect(await raw({ stream: true })).not.toMatch(/\[DONE\]|"finish_reason":"/);
    double.reply(['a', 'b'], { fault: { after: 1, kind: 'error', error: { message: 'gone' } } });
    await expect(stream()).rejects.toThrow(/gone/);
    double.reply(['a', 'b'], { fault: { after: 1, kind: 'reset' } });
    await expect(stream()).rejects.toThrow();
    double.answer(faults.rateLimited('3'));
    await expect(stream()).rejects.toMatchObject({ status: 429 });
  });

  test('can refuse connections for a while', async () => {
    await double.refuse();
    await expect(stream()).rejects.toThrow(/Connection error/);
    await double.accept();
    expect((await stream()).text).toBe('You said: Good day');
  });
});
