// A server on loopback that has just the pages a test gives it, for shapes that the doubles of the flavours do not have.
import { type LoopbackServer, sendJson, sendPage, startLoopbackServer } from '../../llm-double/loopback-server.ts';

type Answer =
  | { status?: number; json: unknown }
  /** `open`: it is never ended */
  | { status?: number; type: string; text: string; open?: true }
  /** it never comes */
  | 'silence';
/** By 'METHOD /path'; an address that is not here answers 404. */
export type Pages = Readonly<Record<string, Answer | ((body: Record<string, unknown>, query: string) => Answer)>>;

export type PageServer = LoopbackServer & {
  baseUrl: string;
  /** the bodies that came to this address, in order */
  bodies(path: string): Record<string, unknown>[];
};

export async function startPageServer(pages: Pages): Promise<PageServer> {
  const server = await startLoopbackServer(async (request, response) => {
    const page = pages[`${request.method} ${request.path}`];
    const answer =
      typeof page === 'function' ? page((request.body ?? {}) as Record<string, unknown>, queryOf(response.req.url)) : page;
    if (answer === 'silence') return;
    if (!answer) sendJson(response, 404, { error: { message: `no ${request.path}` } });
    else if ('json' in answer) sendJson(response, answer.status ?? 200, answer.json);
    else if (answer.open) response.writeHead(200, { 'content-type': answer.type }).write(answer.text);
    else sendPage(response, { status: answer.status ?? 200, headers: { 'content-type': answer.type }, body: answer.text });
  });
  return {
    ...server,
    baseUrl: `http://127.0.0.1:${server.port}/v1`,
    bodies: (path) =>
      server.requests.filter((request) => request.path === path).map(({ body }) => body as Record<string, unknown>),
  };
}

function queryOf(url = ''): string {
  return url.split('?')[1] ?? '';
}

/** A whole chat completion as an event stream. */
export function stream(text: string, usage: Record<string, unknown> = {}) {
  const frame = { id: 'c', object: 'chat.completion.chunk', created: 1 };
  const events = [
    { ...frame, choices: [{ delta: { content: text } }] },
    { ...frame, choices: [{ delta: {}, finish_reason: 'stop' }] },
    { ...frame, choices: [], usage: { prompt_tokens: 5, completion_tokens: 2, ...usage } },
  ];
  const lines = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  return { type: 'text/event-stream', text: `${lines}data: [DONE]\n\n` } satisfies Answer;
}

/** The same as Ollama's native API writes it. */
export function lines(message: Record<string, unknown>, counts: Record<string, unknown> = {}): Answer {
  const said = { model: 'm', message: { role: 'assistant', content: '', ...message }, done: false };
  const done = { model: 'm', message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', ...counts };
  return { type: 'application/x-ndjson', text: `${JSON.stringify(said)}\n${JSON.stringify(done)}\n` };
}
