// What every double stands on: an HTTP server on loopback that keeps each request as it arrived.
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from './answer.ts';

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

export type LoopbackServer = {
  port: number;
  requests: RecordedRequest[];
  /** stop listening (connections are refused), and listen again on the same port */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  close(): Promise<void>;
};

type Respond = (recorded: RecordedRequest, response: ServerResponse) => Promise<void>;

/** @param port 0 takes a free one */
export async function startLoopbackServer(respond: Respond, port = 0): Promise<LoopbackServer> {
  const requests: RecordedRequest[] = [];
  const server = http.createServer((request, response) => {
    receive(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readBody(request);
    const recorded = record(request, response, text);
    requests.push(recorded);
    await respond(recorded, response);
  }

  const listening = await listen(server, port);
  return {
    port: listening,
    requests,
    refuse: () => stop(server),
    async accept() {
      await listen(server, listening);
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

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendPage(response, { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) });
}

export function sendPage(response: ServerResponse, page: Page): void {
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
