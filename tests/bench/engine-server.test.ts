import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createChat, firstMs, PERSONA } from '../../bench/engine/chat.ts';
import { serverAnswers } from '../../bench/engine/peer/ask-server.ts';
import type { Piece } from '../../src/chat.ts';
import { startLoopbackServer } from '../llm-double/loopback-server.ts';

/** As llama-server writes them (build de3ff81), without what is not read here. */
const EVENTS = [
  { index: 0, content: '', tokens: [], stop: false, tokens_predicted: 0, tokens_evaluated: 13 },
  { index: 0, content: ' 안녕', tokens: [927], stop: false, tokens_predicted: 1, tokens_evaluated: 13 },
  { index: 0, content: ' lule', tokens: [1261], stop: false, tokens_predicted: 2, tokens_evaluated: 13 },
  { index: 0, content: '', stop: true, tokens_predicted: 2, tokens_evaluated: 13, timings: { cache_n: 9, prompt_n: 4 } },
].map((event) => `data: ${JSON.stringify(event)}\n\n`);

const pieces: Piece[] = [
  { text: '<|im_start|>', control: true },
  { text: 'so', control: false },
];
const asked = {
  chat: createChat('test'),
  prepared: {
    rendered: { input: 'pieces', pieces } as const,
    sampling: { ...PERSONA.sampling, maxTokens: 7, stop: ['<|im_end|>'] },
  },
  seed: 5,
};

describe('asking llama-server', () => {
  it('sends the rendered text and the same dials, and reads texts, times and counts from a stream that is cut anywhere', async () => {
    const server = await startLoopbackServer(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(EVENTS[0]);
      await sleep(60);
      for (const byte of Buffer.from(EVENTS.slice(1).join(''))) response.write(Buffer.from([byte]));
      response.end();
    });
    const answer = serverAnswers(`http://127.0.0.1:${server.port}`);
    const heard = await answer(asked);
    expect(heard).toMatchObject({ text: '안녕 lule', tokens: { prompt: 13, evaluated: 4, reply: 2 } });
    expect(heard.heardAt).toHaveLength(2);
    expect(firstMs(heard)).toBeGreaterThanOrEqual(50); // an event without text is not the first token
    expect(server.requests[0]).toMatchObject({
      path: '/completion',
      body: {
        prompt: '<|im_start|>so',
        n_predict: 7,
        temperature: 0,
        seed: 5,
        stop: ['<|im_end|>'],
        cache_prompt: true,
        stream: true,
      },
    });
    await server.close();
  });

  it('fails where the server refuses, or breaks its reply off', async () => {
    let status = 503;
    const server = await startLoopbackServer(async (_request, response) => void response.writeHead(status).end(EVENTS[1]));
    const answer = serverAnswers(`http://127.0.0.1:${server.port}`);
    await expect(answer(asked)).rejects.toThrow('llama-server refused a completion (503)');
    status = 200;
    await expect(answer(asked)).rejects.toThrow('broke its reply off');
    await server.close();
  });
});
