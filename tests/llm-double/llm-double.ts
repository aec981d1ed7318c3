// An OpenAI-shaped server on loopback, for the real clients of the project. What it says is scripted by the test.
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, type ChatBody, type Handler, lastUserText, type SaidOptions, say } from './answer.ts';
import { writeAnswer } from './write-answer.ts';

/** One request as it arrived. Times are ms since the epoch. */
export type RecordedRequest = {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** the parsed JSON; undefined where there was none */
  body: unknown;
  at: number;
  /** the client went away before the answer was whole */
  aborted: boolean;
  abortedAt?: number;
  /** the answer was written to its end, or the client went away */
  finished: boolean;
};

export type LlmDouble = {
  /** 'http://127.0.0.1:PORT/v1' */
  baseUrl: string;
  port: number;
  requests: RecordedRequest[];
  /** the bodies of the chat requests so far, in order */
  chats(): ChatBody[];
  /** how many chat requests are being answered now */
  working(): number;
  /** every chat request from now on is answered by this */
  script(handler: Handler): void;
  /** every chat request from now on is answered so */
  reply(text: string | Iterable<string>, options?: SaidOptions): void;
  /** every chat request from now on gets this answer; see faults.ts */
  answer(answer: Answer): void;
  /** stop listening (connections are refused), and listen again on the same port */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  close(): Promise<void>;
};

export type LlmDoubleOptions = {
  /** entries of GET /v1/models (default: one named 'double-1'); null answers 404; an answer replaces the whole page */
  models?:
    | readonly Record<string, unknown>[]
    | null
    | { page: { status: number; headers?: Record<string, string>; body: string } };
  /** what GET /props answers, as llama-server does; left out, 404 */
  props?: Record<string, unknown>;
  port?: number;
};

/** The double. Until scripted it answers 'You said: ' and the last thing a user said. */
export async function startLlmDouble(options: LlmDoubleOptions = {}): Promise<LlmDouble> {
  const requests: RecordedRequest[] = [];
  let handler: Handler = (body) => say(`You said: ${lastUserText(body)}`);
  const server = http.createServer((request, response) => {
    receive(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readBody(request);
    const recorded = record(request, response, text);
    requests.push(recorded);
    const route = `${recorded.method} ${recorded.path}`;
    if (route === 'POST /v1/chat/completions') await chat(recorded, response);
    else if (route === 'GET /v1/models') sendModels(response, options.models);
    else if (route === 'GET /props' && options.props) sendJson(response, 200, options.props);
    else sendJson(response, 404, { error: { message: `no route ${route}` } });
  }

  async function chat(recorded: RecordedRequest, response: ServerResponse): Promise<void> {
    if (!isChatBody(recorded.body)) return sendJson(response, 400, { error: { message: 'the body is no chat request' } });
    const answer = await handler(recorded.body);
    if ('page' in answer) sendPage(response, answer.page);
    else if ('open' in answer) response.writeHead(200, { 'content-type': 'text/event-stream' }).write(answer.open);
    else if (!('silent' in answer)) await writeAnswer(response, recorded.body, answer);
    else if (answer.silent === 'reset') response.socket?.resetAndDestroy();
  }

  const port = await listen(server, options.port ?? 0);
  const chats = () => requests.filter((request) => request.path === '/v1/chat/completions');
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    port,
    requests,
    chats: () => chats().map((request) => request.body as ChatBody),
    working: () => chats().filter((request) => !request.finished).length,
    script(next) {
      handler = next;
    },
    reply(text, saidOptions) {
      handler = () => say(text, saidOptions);
    },
    answer(answer) {
      handler = () => answer;
    },
    refuse: () => stop(server),
    async accept() {
      await listen(server, port);
    },
    close: () => stop(server),
  };
}

function record(request: IncomingMessage, response: ServerResponse, text: string): RecordedRequest {
  const recorded: RecordedRequest = {
    method: request.method ?? '',
    path: (request.url ?? '').split('?')[0] ?? '',
    headers: request.headers,
    body: parse(text),
    at: Date.now(),
    aborted: false,
    finished: false,
  };
  response.on('close', () => {
    recorded.finished = true;
    if (response.writableFinished) return;
    recorded.aborted = true;
    recorded.abortedAt = Date.now();
  });
  return recorded;
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isChatBody(body: unknown): body is ChatBody {
  return typeof body === 'object' && body !== null && 'messages' in body && Array.isArray(body.messages) && 'model' in body;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

function sendModels(response: ServerResponse, models: LlmDoubleOptions['models']): void {
  if (models === null) {
    sendJson(response, 404, { error: { message: 'no models here' } });
  } else if (models && 'page' in models) {
    sendPage(response, models.page);
  } else {
    sendJson(response, 200, { object: 'list', data: models ?? [{ id: 'double-1', object: 'model', owned_by: 'tests' }] });
  }
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendPage(response, { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) });
}

function sendPage(response: ServerResponse, page: { status: number; headers?: Record<string, string>; body: string }): void {
  response.writeHead(page.status, page.headers);
  response.end(page.body);
}

function listen(server: http.Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function stop(server: http.Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
