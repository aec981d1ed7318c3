// Servers that say that the reply is done and leave the connection open.
import type { ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import { type LoopbackServer, sendJson, startLoopbackServer } from '../../../llm-double/loopback-server.ts';
import { hear, openOpenai, request } from '../open-openai.ts';

let server: LoopbackServer;
let backend: Backend;
const timers: NodeJS.Timeout[] = [];
afterEach(async () => {
  for (const timer of timers.splice(0)) clearInterval(timer);
  await backend.close();
  await server.close();
});

const INSTRUCT = 'Qwen/Qwen3-4B-Instruct-2507';
const chats = () => server.requests.filter(({ path }) => path === '/v1/chat/completions');
const chunk = (delta: Record<string, unknown>, finish: string | null = null) =>
  `data: ${JSON.stringify({ choices: [{ delta, finish_reason: finish }] })}\n\n`;

/** The server writes each answer as told, and never ends it. */
async function open(answer: (response: ServerResponse, attempt: number) => void, pages: Record<string, unknown> = {}) {
  let attempt = 0;
  server = await startLoopbackServer(async ({ path }, response) => {
    if (path === '/v1/chat/completions') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      answer(response, attempt++);
    } else if (path in pages) sendJson(response, 200, pages[path]);
    else sendJson(response, 404, {});
  });
  backend = openOpenai(`http://127.0.0.1:${server.port}/v1`, { timeouts: { firstTokenMs: 20_000, stallMs: 20_000 } });
}

const CARDS = { '/v1/models': { data: [{ id: 'm' }] } };
const VLLM = {
  '/version': { version: '0.20.1' },
  '/v1/models': { data: [{ id: INSTRUCT, owned_by: 'vllm', max_model_len: 16_384 }] },
};

/** Writes again and again until the client goes away. */
function goOn(response: ServerResponse, text: string, ms: number): void {
  const timer = setInterval(() => response.write(text), ms);
  timers.push(timer);
  response.on('close', () => clearInterval(timer));
}

test.each([
  ['says so again and again', chunk({}, 'stop')],
  ['sends empty pieces', chunk({ content: '' })],
  ['goes on to speak', chunk({ content: ' And.' })],
])('a server that is done and %s is waited for no longer than its token counts', async (_, further) => {
  await open((response) => {
    response.write(chunk({ content: 'Hello.' }) + chunk({}, 'stop'));
    goOn(response, further, 300);
  }, CARDS);
  const since = performance.now();
  const { text, end, error } = await hear(backend, request('Hello'));
  expect({ text: text.slice(0, 6), error, reason: end?.type === 'end' && end.reason }).toEqual({
    text: 'Hello.',
    error: undefined,
    reason: 'complete',
  });
  expect(performance.now() - since).toBeLessThan(10_000);
});

test('an attempt that ended by waiting for counts leaves the next one all its time', async () => {
  await open((response, attempt) => {
    if (attempt === 0) response.write(chunk({ reasoning_content: 'Hmm, long' }) + chunk({}, 'length'));
    else response.write(`${chunk({ content: 'Hello.' })}${chunk({}, 'stop')}data: [DONE]\n\n`);
  }, CARDS);
  const { text, error } = await hear(backend, request('Hello'));
  expect({ text, error }).toEqual({ text: 'Hello.', error: undefined });
  expect(chats()).toHaveLength(2);
});

test('silence after the end is no failure: a reply that vLLM files as a thought is whole', async () => {
  await open((response) => {
    response.write(chunk({ reasoning_content: 'Hello there.' }) + chunk({}, 'stop'));
  }, VLLM);
  const { text, error } = await hear(backend, request('Hello'));
  expect({ text, error }).toEqual({ text: 'Hello there.', error: undefined });
  expect(chats()).toHaveLength(1);
});
