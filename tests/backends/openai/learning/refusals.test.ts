// What a server refuses is left out, asked again without it, remembered, and said: to people and in the log, once.
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import { hear, type OpenSettings, openOpenai, request } from '../open-openai.ts';
import { type PageServer, startPageServer, stream } from '../page-server.ts';

type Body = Record<string, unknown>;
type Judge = (body: Body) => { message: string; param?: string } | undefined;

let server: PageServer;
let backend: Backend;
let logged: string[];
afterEach(async () => {
  await backend.close();
  await server.close();
});

async function open(judge: Judge, settings: OpenSettings = {}): Promise<void> {
  server = await startPageServer({
    'POST /v1/chat/completions': (body) => {
      const error = judge(body);
      return error ? { status: 400, json: { error } } : stream('Hello there.');
    },
  });
  logged = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(JSON.parse(line).msg) });
  backend = openOpenai(server.baseUrl, { flavour: 'generic', model: 'm', contextTokens: 8192, log, ...settings });
}
const sent = () => server.bodies('/v1/chat/completions');
const refusing = (...fields: string[]): Judge => {
  return (body) => {
    const field = fields.find((name) => name in body);
    return field === undefined ? undefined : { message: `Unsupported parameter: '${field}'`, param: field };
  };
};

describe('a setting that a server refuses', () => {
  test('is left out, the request goes again once for each, and the next one goes without them at once', async () => {
    await open(refusing('top_k', 'min_p', 'repeat_penalty'));
    expect((await hear(backend, request('Hello'))).text).toBe('Hello there.');
    expect(sent()).toHaveLength(4);
    expect((await hear(backend, request('Hello'))).text).toBe('Hello there.');
    expect(sent()).toHaveLength(5);
    expect(sent().at(-1)).toMatchObject({ temperature: 0.85, top_p: 0.92, seed: 42 });
    for (const field of ['top_k', 'min_p', 'repeat_penalty']) expect(sent().at(-1)).not.toHaveProperty(field);
  });

  test('is honoured no more, and people get one sentence for each', async () => {
    await open(refusing('top_k', 'presence_penalty'));
    expect((await backend.describe()).notices).toBeUndefined();
    for (let round = 0; round < 3; round++) await hear(backend, request('Hello'));
    const { honours, notices } = await backend.describe();
    expect(honours).not.toContain('topK');
    expect(honours).not.toContain('presencePenalty');
    expect(honours).toContain('minP');
    expect([...(notices ?? [])].sort()).toEqual([
      'The server of backend main refuses presence_penalty for m: the setting presencePenalty has no effect there.',
      'The server of backend main refuses top_k for m: the setting topK has no effect there.',
    ]);
    expect([...logged].sort()).toEqual([...(notices ?? [])].sort());
  });

  test('stays known after the server was away', async () => {
    await open(refusing('top_k'));
    await hear(backend, request('Hello'));
    await server.refuse();
    await hear(backend, request('Hello'));
    await server.accept();
    await hear(backend, request('Hello'));
    expect(sent()).toHaveLength(3);
    expect((await backend.describe()).honours).not.toContain('topK');
  });

  test('that has another name is sent under that, and nobody is bothered', async () => {
    await open(refusing('max_tokens'));
    expect((await hear(backend, request('Hello'))).error).toBeUndefined();
    expect(sent().at(-1)).toMatchObject({ max_completion_tokens: 300 });
    const { honours, notices } = await backend.describe();
    expect(honours).toContain('maxTokens');
    expect(notices).toBeUndefined();
  });

  test('under both of its names is left out, and the reply is ended by us', async () => {
    server = await startPageServer({});
    await server.close();
    const words = Array.from({ length: 400 }, () => 'word ');
    const events = words.map((content) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`).join('');
    const judge = refusing('max_tokens', 'max_completion_tokens');
    server = await startPageServer({
      'POST /v1/chat/completions': (body) => {
        const error = judge(body);
        return error ? { status: 400, json: { error } } : { type: 'text/event-stream', text: `${events}data: [DONE]\n\n` };
      },
    });
    backend = openOpenai(server.baseUrl, { flavour: 'generic', model: 'm', contextTokens: 8192 });
    const { text, end } = await hear(backend, request('Hello', { maxTokens: 40 }));
    expect(end).toMatchObject({ reason: 'length' });
    expect(text.split(' ').length).toBeGreaterThan(20);
    expect(text.split(' ').length).toBeLessThan(80);
    expect((await backend.describe()).honours).not.toContain('maxTokens');
  });

  test('for its value alone is left out with that value only', async () => {
    const message = 'temperature: Input should be less than or equal to 2';
    await open(({ temperature }) => (Number(temperature) > 2 ? { message } : undefined));
    expect((await hear(backend, request('Hello', { temperature: 3 }))).error).toBeUndefined();
    expect(sent().at(-1)).not.toHaveProperty('temperature');
    await hear(backend, request('Hello', { temperature: 1.5 }));
    expect(sent().at(-1)).toMatchObject({ temperature: 1.5 });
    const { honours, notices } = await backend.describe();
    expect(honours).toContain('temperature');
    expect(notices).toEqual([expect.stringMatching(/refuses temperature 3 for m: its own value counts instead/)]);
  });

  test('about thinking is asked for in the words that the server names, else left out and said', async () => {
    await open(({ reasoning_effort: effort }) =>
      effort === undefined || effort === 'low' || effort === 'high'
        ? undefined
        : { message: `'reasoning_effort' does not support '${effort}'. Supported values are: 'low' and 'high'.` },
    );
    await hear(backend, request('Hello', {}, { thinking: 'low' }));
    await backend.close();
    backend = openOpenai(server.baseUrl, { flavour: 'generic', model: 'qwen3-8b', contextTokens: 8192 });
    await hear(backend, request('Hello'));
    expect(
      sent()
        .slice(-2)
        .map(({ reasoning_effort }) => reasoning_effort),
    ).toEqual(['none', 'low']);
    expect((await backend.describe()).notices).toBeUndefined();
  });

  test('and that the operator wrote stays, and the error says what it is', async () => {
    await open(refusing('top_a'), { extraBody: { top_a: 0.2 } });
    const { error } = await hear(backend, request('Hello'));
    expect(String(error)).toMatch(/400 "Unsupported parameter: 'top_a'"/);
    expect(sent()).toHaveLength(1);
  });

  test('again and again without an end ends: what was left out is not left out a second time', async () => {
    await open(() => ({ message: "Unsupported parameter: 'top_k'", param: 'top_k' }));
    expect((await hear(backend, request('Hello'))).error).toMatchObject({ failure: 'rejected' });
    expect(sent()).toHaveLength(2);
  });
});
