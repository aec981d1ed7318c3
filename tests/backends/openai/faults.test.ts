import { afterEach, beforeEach, expect, test } from 'vitest';
import { BackendError } from '../../../src/errors.ts';
import { type Answer, say } from '../../llm-double/answer.ts';
import { faults } from '../../llm-double/faults.ts';
import { type LlmDouble, startLlmDouble } from '../../llm-double/llm-double.ts';
import { hear, openOpenai, request } from './open-openai.ts';

let double: LlmDouble;
beforeEach(async () => {
  double = await startLlmDouble();
});
afterEach(() => double.close());

const KEY = 'sk-live-0123456789abcdefghij';
const QUICK = { connectMs: 1_500, firstTokenMs: 1_500, stallMs: 800 };

async function fail(answer: Answer): Promise<{ error: BackendError; text: string }> {
  double.answer(answer);
  const backend = openOpenai(double.baseUrl, { key: KEY, timeouts: QUICK });
  const { error, text, end } = await hear(backend, request('Hello'));
  expect(error).toBeInstanceOf(BackendError);
  expect(end).toBeUndefined();
  await backend.close();
  return { error: error as BackendError, text };
}

test.each([
  ['a wrong key', faults.wrongKey(), 'rejected', /refused the key.*Incorrect API key.*check OPENAI_API_KEY/],
  ['a forbidden model', faults.forbidden(), 'rejected', /403 "You do not have access/],
  [
    'a model it does not have',
    faults.noSuchModel('double-1'),
    'rejected',
    /404 "model "double-1" not found.*check the backend's model/,
  ],
  ['a parameter it does not take', faults.badRequest(), 'rejected', /400 "Unsupported parameter: 'min_p'"/],
  ['a value out of range', faults.unprocessable(), 'rejected', /422 "temperature: Input should be/],
  ['an account without credit', faults.noCredit(), 'rejected', /exceeded your current quota/],
  ['too many requests', faults.rateLimited(), 'rate-limited', /asks to slow down/],
  ['a prompt that is too long', faults.tooLong(), 'too-long', /maximum context length is 4096.*contextTokens/],
  ['a prompt that is too long for a slot', faults.tooLongForSlot(), 'too-long', /exceeds the available context size/],
  ['an internal error', faults.broken(), 'unreachable', /500 "Internal server error".*server's log/],
  ['a gateway that reaches nothing', faults.badGateway(), 'unreachable', /502 "a web page"/],
  ['a model that is still loading', faults.loading(), 'busy', /503 "Loading model"/],
  ['a web page instead of a reply', faults.webPage(), 'broken-reply', /answered with a web page.*check baseUrl/],
  ['JSON that is no completion', faults.otherJson(), 'broken-reply', /no chat completion.*hello.*check baseUrl/],
  ['an error with status 200', faults.errorWithStatus200(), 'broken-reply', /sent an error.*Model crashed while loading/],
  ['a connection reset before it speaks', faults.reset(), 'unreachable', /broke the connection before it said anything/],
  ['silence', faults.hang(), 'unreachable', /said nothing for 1\.5 s.*time-outs/],
] as const)('%s becomes one clear sentence', async (_, answer, failure, sentence) => {
  const { error } = await fail(answer);
  expect(error.failure).toBe(failure);
  expect(error.message).toMatch(sentence);
  expect(error.message).toMatch(/^main: /);
  expect(error.message).toContain(double.baseUrl);
  expect(error.message).not.toContain(KEY);
  expect(error.message.split('\n')).toHaveLength(1);
});

test('a refused connection names the address and what to check', async () => {
  const { baseUrl } = double;
  const backend = openOpenai(baseUrl);
  await double.refuse();
  for (const error of [(await hear(backend, request('Hello'))).error, await backend.describe().catch((thrown) => thrown)]) {
    expect(error).toMatchObject({ failure: 'unreachable' });
    expect(String(error)).toMatch(
      /nothing answers at http:\/\/127\.0\.0\.1:\d+\/v1 \(ECONNREFUSED\): check that the server runs/,
    );
  }
  await double.accept();
  expect((await hear(backend, request('Hello'))).text).toBe('You said: Hello');
});

test('the seconds, the date and the milliseconds of retry-after are understood', async () => {
  expect((await fail(faults.rateLimited('7'))).error.retryAfterMs).toBe(7000);
  const date = new Date(Date.now() + 20_000).toUTCString();
  const until = (await fail(faults.rateLimited(date))).error.retryAfterMs;
  expect(until).toBeGreaterThan(15_000);
  expect(until).toBeLessThanOrEqual(20_000);
  const page = { status: 429, headers: { 'retry-after-ms': '350' }, body: '{}' };
  expect((await fail({ page })).error.retryAfterMs).toBe(350);
  expect((await fail(faults.rateLimited('soon'))).error.retryAfterMs).toBeUndefined();
});

test('a key that the server repeats is not in the sentence, whatever its shape', async () => {
  double.answer(faults.wrongKey('hunter2hunter2'));
  const { error } = await hear(openOpenai(double.baseUrl, { key: 'hunter2hunter2' }), request('Hello'));
  expect(String(error)).toMatch(/refused the key/);
  expect(String(error)).not.toContain('hunter2');
});

test('a key that is but a word is taken out only where it stands as a key', async () => {
  const said = async (key: string, message: string) => {
    double.answer({ page: { status: 400, body: JSON.stringify({ error: { message } }) } });
    return String((await hear(openOpenai(double.baseUrl, { key, model: 'm' }), request('Hello'))).error);
  };
  expect(await said('none', 'nonexistent field: none of them')).toContain('"nonexistent field: none of them"');
  expect(await said('sk', 'ask for a task')).toContain('"ask for a task"');
  for (const words of [
    'Bearer none is wrong',
    'Authorization: none',
    'x-api-key: "none"',
    'Incorrect API key provided: none.',
  ]) {
    const sentence = await said('none', words);
    expect(sentence).not.toMatch(/none/);
    expect(sentence).toContain('[api-key]');
  }
  expect(await said('hunter2hunter2', 'xhunter2hunter2x')).toContain('"x[api-key]x"');
});

test.each([
  ['the connection is reset', 'reset', /broke off in the middle: .*broke the connection/],
  ['the stream ends without a finish_reason and without [DONE]', 'end', /without saying that it was done/],
  ['nothing more comes', 'hang', /broke off in the middle: .*for 0\.8 s/],
  ['nothing but pings comes', 'ping-only', /broke off in the middle: .*for 0\.8 s/],
] as const)('when %s, what was said stays and the reply is broken', async (_, kind, sentence) => {
  const { error, text } = await fail(say(['It was ', 'a dark ', 'and stormy'], { fault: { after: 2, kind } }));
  expect(text).toBe('It was a dark ');
  expect(error.failure).toBe('broken-reply');
  expect(error.message).toMatch(sentence);
  expect(error.message).not.toMatch(/before it said anything|nothing answers|said nothing for|still loading/);
});

test('empty pieces are no words: a server that sends only those has fallen silent', async () => {
  const nothings = Array.from({ length: 200 }, () => '');
  const { error, text } = await fail(say(['It was', ...nothings], { delayMs: 20, honour: false }));
  expect(text).toBe('It was');
  expect(error.message).toMatch(/broke off in the middle: .*for 0\.8 s/);
  expect((await fail(say(nothings, { delayMs: 20, honour: false }))).error.failure).toBe('unreachable');
});

test('an error in the middle of the stream keeps what was said, and says what the server said', async () => {
  const fault = { after: 2, kind: 'error', error: { message: 'CUDA out of memory', code: 500 } } as const;
  const { error, text } = await fail(say(['It was ', 'a dark ', 'night'], { fault }));
  expect(text).toBe('It was a dark ');
  expect(error.failure).toBe('broken-reply');
  expect(error.message).toMatch(/broke off in the middle: .*CUDA out of memory/);
});

test('an error before the first word keeps its kind', async () => {
  const sent = (error: unknown) => say(['Never said'], { fault: { after: 0, kind: 'error', error } });
  expect((await fail(sent({ message: 'slow down', code: 429 }))).error.failure).toBe('rate-limited');
  expect((await fail(sent({ message: 'the request exceeds the available context size' }))).error.failure).toBe('too-long');
  expect((await fail(sent('no slot'))).error.message).toMatch(/sent an error instead of a reply: "no slot"/);
});

test('text that was held back as the beginning of a stop string is not lost when the stream breaks', async () => {
  double.reply(['Hello', ' Mi', 'na'], { honour: false, fault: { after: 2, kind: 'end' } });
  const { text, error } = await hear(openOpenai(double.baseUrl), request('Hello', { stop: [' Mina'] }));
  expect(text).toBe('Hello Mi');
  expect(error).toMatchObject({ failure: 'broken-reply' });
});

test('[DONE] without a finish_reason is a whole reply, and so is a finish_reason without [DONE]', async () => {
  double.reply('All is well.', { finishReason: null });
  const marked = await hear(openOpenai(double.baseUrl), request('Hello'));
  double.reply('All is well.', { done: false });
  const reasoned = await hear(openOpenai(double.baseUrl), request('Hello'));
  for (const { text, end } of [marked, reasoned]) {
    expect(text).toBe('All is well.');
    expect(end).toMatchObject({ reason: 'complete' });
  }
});

test('a connection that stays open after the finish_reason does not hold the reply up', async () => {
  double.script(() => say(['Done.', 'never sent'], { fault: { after: 1, kind: 'hang' } }));
  const broken = await hear(openOpenai(double.baseUrl, { timeouts: { stallMs: 200 } }), request('Hello'));
  expect(broken.error).toMatchObject({ failure: 'broken-reply' });
  const chunk = { choices: [{ delta: { content: 'Done.' }, finish_reason: 'stop' }] };
  double.answer({ open: `data: ${JSON.stringify(chunk)}\n\n` });
  const started = Date.now();
  const whole = await hear(openOpenai(double.baseUrl), request('Hello'));
  expect(whole.end).toMatchObject({ reason: 'complete' });
  expect(Date.now() - started).toBeLessThan(5000);
});

test.each([
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['content_filter', 'filtered'],
  ['stop', 'complete'],
  ['eos', 'complete'],
] as const)('a reply that ended by %s ends with reason %s', async (finishReason, reason) => {
  double.reply('As I was saying', { finishReason });
  expect((await hear(openOpenai(double.baseUrl), request('Hello'))).end).toMatchObject({ reason });
});

test.each([
  ['length', [], /spent its 300 tokens before it said anything: raise maxTokens/],
  ['length', ['Let me think', ' about it'], /spent its \d+ tokens on thinking and said nothing: raise maxTokens/],
  ['content_filter', [], /content filter .* left nothing/],
  ['stop', [], /said nothing \(finish_reason "stop"\)/],
] as const)('an empty reply that ended by %s (thinking: %j) says why', async (finishReason, reasoning, sentence) => {
  for (const tokens of [[], ['\n', '  ']]) {
    const { error } = await fail(say(tokens, { finishReason, reasoning }));
    expect(error.failure).toBe('broken-reply');
    expect(error.message).toMatch(sentence);
  }
});

test('a reply that the server gave up is broken', async () => {
  const { error, text } = await fail(say('Half a', { finishReason: 'insufficient_system_resource' }));
  expect(text).toBe('Half a');
  expect(error.message).toMatch(/gave up in the middle/);
});

test('the server sees an abort at once, and a reader who leaves as well', async () => {
  double.reply(
    Array.from({ length: 1000 }, () => 'and on '),
    { delayMs: 10, honour: false },
  );
  const backend = openOpenai(double.baseUrl);
  const stopping = new AbortController();
  let stoppedAt = 0;
  for await (const part of backend.reply(request('Hello'), stopping.signal)) {
    if (part.type === 'text' && stoppedAt === 0) {
      stopping.abort();
      stoppedAt = Date.now();
    }
  }
  await expect.poll(() => double.requests.at(-1)?.aborted).toBe(true);
  expect((double.requests.at(-1)?.abortedAt ?? 0) - stoppedAt).toBeLessThan(1_000);

  for await (const _ of backend.reply(request('Again'), new AbortController().signal)) {
    stoppedAt = Date.now();
    break;
  }
  await expect.poll(() => double.requests.at(-1)?.aborted).toBe(true);
  expect((double.requests.at(-1)?.abortedAt ?? 0) - stoppedAt).toBeLessThan(1_000);
});

test('an abort between the last word and the end still counts', async () => {
  double.reply('All at once.', { json: true });
  const stopping = new AbortController();
  const ends: string[] = [];
  for await (const part of openOpenai(double.baseUrl).reply(request('Hello'), stopping.signal)) {
    if (part.type === 'text') stopping.abort();
    if (part.type === 'end') ends.push(part.reason);
  }
  expect(ends).toEqual(['aborted']);
});

test('an abort while the server is silent ends the reply at once', async () => {
  double.answer(faults.hang());
  const stopping = new AbortController();
  setTimeout(() => stopping.abort(), 100);
  const started = Date.now();
  const { end, parts } = await hear(openOpenai(double.baseUrl), request('Hello'), stopping.signal);
  expect(end).toMatchObject({ reason: 'aborted' });
  expect(parts).toHaveLength(1);
  expect(Date.now() - started).toBeLessThan(1_500);
});

test('a reader who takes long between parts is not taken for a silent server', async () => {
  double.reply(['one ', 'two ', 'three'], { delayMs: 50 });
  const backend = openOpenai(double.baseUrl, { timeouts: { stallMs: 600 } });
  let text = '';
  for await (const part of backend.reply(request('Count'), new AbortController().signal)) {
    if (part.type === 'text') text += part.text;
    await new Promise((resolve) => setTimeout(resolve, 900));
  }
  expect(text).toBe('one two three');
});

test('closing ends what is being said', async () => {
  double.reply(
    Array.from({ length: 1000 }, () => 'and on '),
    { delayMs: 5, honour: false },
  );
  const backend = openOpenai(double.baseUrl);
  setTimeout(() => void backend.close(), 100);
  expect((await hear(backend, request('Hello'))).end).toMatchObject({ reason: 'aborted' });
  expect((await hear(backend, request('Hello'))).parts).toHaveLength(1);
});
