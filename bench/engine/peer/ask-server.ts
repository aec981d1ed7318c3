import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import type { Sampling } from '../../../src/chat.ts';
import { type Answerer, piecesOf } from '../chat.ts';

/** What llama-server sends of a streamed completion, as far as it matters here; the last event has the counts. */
type Event = {
  content?: string;
  stop?: boolean;
  /** of the whole prompt, and of the reply */
  tokens_evaluated?: number;
  tokens_predicted?: number;
  /** `prompt_n`: tokens of the prompt that were evaluated and not cached */
  timings?: { prompt_n?: number };
};

/**
 * Asks a llama-server to go on with the same rendered text, with the same dials. Each time over a new connection: it closes those
 * that are idle for some seconds, and would do so under a request.
 */
export function serverAnswers(url: string): Answerer {
  return async ({ prepared, seed }) => {
    const prompt = piecesOf(prepared).map(({ text }) => text);
    const body = JSON.stringify({ ...bodyOf(prepared.sampling, seed), prompt: prompt.join('') });
    const askedAt = performance.now();
    const heardAt: number[] = [];
    let text = '';
    let last: Event = {};
    for await (const event of events(await post(`${url}/completion`, body))) {
      if (event.content) heardAt.push(performance.now());
      text += event.content ?? '';
      last = event;
    }
    if (!last.stop) throw new Error('llama-server broke its reply off.');
    const { tokens_evaluated = 0, tokens_predicted = 0, timings } = last;
    const tokens = { prompt: tokens_evaluated, evaluated: timings?.prompt_n ?? 0, reply: tokens_predicted };
    return { text: text.trim(), askedAt, heardAt, tokens };
  };
}

/** Its own samplers that we have not are switched off. */
function bodyOf({ temperature, maxTokens, topP, topK, minP, stop }: Sampling, seed: number): Record<string, unknown> {
  return {
    ...{ stream: true, cache_prompt: true, n_predict: maxTokens, seed },
    ...{ temperature, top_p: topP, top_k: topK, min_p: minP, repeat_penalty: 1, stop },
    samplers: ['top_k', 'top_p', 'min_p', 'temperature'],
  };
}

async function post(url: string, body: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const asking = request(url, { method: 'POST', agent: false, headers }, resolve);
  asking.on('error', reject);
  asking.end(body);
  const response = await promise;
  if (response.statusCode === 200) return response;
  let complaint = '';
  for await (const data of response) complaint += String(data);
  throw new Error(`llama-server refused a completion (${response.statusCode}): ${complaint}`);
}

async function* events(response: IncomingMessage): AsyncGenerator<Event> {
  for await (const line of createInterface({ input: response })) {
    if (!line.startsWith('data: ')) continue;
    if (line === 'data: [DONE]') return;
    const event: Event = JSON.parse(line.slice('data: '.length));
    yield event;
  }
}
