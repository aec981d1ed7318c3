// An OpenAI-shaped server on loopback, for the real clients of the project. What it says is scripted by the test.
import type { ServerResponse } from 'node:http';
import { type Answer, type ChatBody, type Handler, lastUserText, type Page, type SaidOptions, say } from './answer.ts';
import { type RecordedRequest, sendJson, sendPage, startLoopbackServer } from './loopback-server.ts';
import { writeAnswer } from './write-answer.ts';

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
  models?: readonly Record<string, unknown>[] | null | { page: Page };
  /** what GET /props answers, as llama-server does; left out, 404 */
  props?: Record<string, unknown>;
  port?: number;
};

/** The double. Until scripted it answers 'You said: ' and the last thing a user said. */
export async function startLlmDouble(options: LlmDoubleOptions = {}): Promise<LlmDouble> {
  let handler: Handler = (body) => say(`You said: ${lastUserText(body)}`);
  const server = await startLoopbackServer(respond, options.port);

  async function respond(recorded: RecordedRequest, response: ServerResponse): Promise<void> {
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

  const chats = () => server.requests.filter((request) => request.path === '/v1/chat/completions');
  return {
    ...server,
    baseUrl: `http://127.0.0.1:${server.port}/v1`,
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
  };
}

export function isChatBody(body: unknown): body is ChatBody {
  return typeof body === 'object' && body !== null && 'messages' in body && Array.isArray(body.messages) && 'model' in body;
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
