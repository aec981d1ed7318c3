import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Report } from '../checks/check-promises.ts';
import { ApiError, refusals } from './api-error.ts';
import { Buckets, limitHeaders, tooManyRequests } from './buckets.ts';
import { type Fault, Faults } from './faults.ts';
import { type ReadBody, readBody, type UploadedFile } from './multipart.ts';
import type { Route } from './route.ts';

export type RecordedRequest = {
  method: string;
  /** the route's template, such as `/channels/:id/messages`; the path itself where no route fits */
  route: string;
  path: string;
  body: unknown;
  at: number;
  /** 0 until it is answered, and for ever when it never is */
  status: number;
};
type Reply = { status: number; headers?: Record<string, string>; body?: unknown };
type Call = {
  record: RecordedRequest;
  match: Match | undefined;
  read: ReadBody | ApiError;
  query: URLSearchParams;
  authorization: string | undefined;
};
type Match = { route: Route; parameters: Record<string, string> };

const BASE = '/api/v10';
const GLOBAL_LIMIT = { name: 'global', requests: 50, windowMs: 1000 };
const KEEP_ALIVE_MS = 120_000;
const LARGEST_FILE_BYTES = 10 * 1024 * 1024;
/** Refusals that say the request itself was wrong, whatever the world looked like. */
const WRONG_IN_ITSELF = new Set([50035, 50006, 50109, 40005, 40060, 10062]);

/** The HTTP side: addresses, tokens, limits, faults, records. What a route does is the routes' business. */
export class RestServer {
  readonly requests: RecordedRequest[] = [];
  readonly faults = new Faults();
  readonly http: Server;
  rateLimited = 0;
  latencyMs = 0;
  private readonly buckets = new Buckets();
  private readonly routes: { route: Route; pattern: RegExp }[];
  private readonly token: string;
  private readonly report: Report;

  constructor(options: { routes: readonly Route[]; token: string; report: Report }) {
    this.token = options.token;
    this.report = options.report;
    this.routes = options.routes.map((route) => ({ route, pattern: patternOf(route.template) }));
    // Longer than any client keeps an idle connection: none is closed just as the next request is sent.
    this.http = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      this.receive(request, response).catch((error: unknown) => {
        this.report(
          `the double itself failed at ${request.method} ${request.url}: ${error instanceof Error ? error.stack : error}`,
        );
        response.destroy();
      });
    });
  }

  /** Listens on loopback, at a free port unless one is told, and gives the port. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.http.once('error', reject);
      this.http.listen(port, '127.0.0.1', resolve);
    });
    const address: AddressInfo | string | null = this.http.address();
    if (address === null || typeof address === 'string') throw new Error('The double listens on no port.');
    return address.port;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.http.close(resolve));
    this.http.closeAllConnections();
    await closed;
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await this.read(request);
    const { record } = call;
    this.requests.push(record);
    const fault = this.faults.take(record.method, record.route, record.path);
    await this.travel();
    if (fault?.hang === 'before') return;
    if (fault?.cut === 'before') return cut(response);
    const reply = fault !== undefined && refuses(fault) ? faultReply(fault) : this.answer(call);
    if (fault?.hang === 'after') return;
    if (fault?.cut === 'after') return cut(response);
    await this.travel();
    record.status = reply.status;
    if (reply.status === 429) this.rateLimited += 1;
    send(response, reply);
  }

  /** Half of a request's latency: the way there or the way back. */
  private async travel(): Promise<void> {
    if (this.latencyMs > 0) await wait(this.latencyMs / 2);
  }

  private async read(request: IncomingMessage): Promise<Call> {
    const at = Date.now();
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://double');
    const path = pathname.startsWith(`${BASE}/`) ? pathname.slice(BASE.length) : undefined;
    const method = request.method ?? 'GET';
    const match = path === undefined ? undefined : this.match(method, path);
    const bytes = await collect(request);
    const read = await readBody(request.headers['content-type'], bytes).catch(refusalOf);
    const body = read instanceof ApiError ? bytes.toString('utf8') : read.body;
    const record = { method, route: match?.route.template ?? pathname, path: path ?? pathname, body, at, status: 0 };
    return { record, match, read, query, authorization: request.headers.authorization };
  }

  private answer({ record, match, read, query, authorization }: Call): Reply {
    const headers: Record<string, string> = {};
    try {
      if (match === undefined) throw this.unknownRoute(record);
      const refused = this.admit(match, authorization, headers);
      if (refused !== undefined) return refused;
      if (read instanceof ApiError) throw read;
      checkFiles(read.files);
      const { parameters, route } = match;
      return { ...route.serve({ method: record.method, path: record.path, query, parameters, ...read }), headers };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (WRONG_IN_ITSELF.has(error.code))
        this.report(`${record.method} ${record.path}: ${error.code} ${error.message} ${JSON.stringify(error.errors ?? '')}`);
      return { status: error.status, headers, body: error.body() };
    }
  }

  private unknownRoute(record: RecordedRequest): ApiError {
    this.report(`${record.method} ${record.path}: the double has no such route`);
    return refusals.noSuchRoute();
  }

  private admit(match: Match, authorization: string | undefined, headers: Record<string, string>): Reply | undefined {
    const { route, parameters } = match;
    if (!route.open) {
      if (authorization !== `Bot ${this.token}`) throw refusals.unauthorized();
      const overall = this.buckets.take('global', GLOBAL_LIMIT);
      if (!overall.allowed) return tooManyRequests('global', overall.resetAfterMs);
    }
    if (route.limit === undefined) return undefined;
    const take = this.buckets.take(`${route.limit.name} ${parameters.token ?? parameters.id ?? ''}`, route.limit);
    Object.assign(headers, limitHeaders(route.limit, take));
    if (take.allowed) return undefined;
    const refusal = tooManyRequests('user', take.resetAfterMs);
    return { ...refusal, headers: { ...headers, ...refusal.headers } };
  }

  private match(method: string, path: string): Match | undefined {
    for (const { route, pattern } of this.routes) {
      const found = route.method === method ? pattern.exec(path) : null;
      if (found !== null) return { route, parameters: decoded(found.groups ?? {}) };
    }
    return undefined;
  }
}

function refusalOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  throw error;
}

function decoded(groups: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
}

function checkFiles(files: readonly UploadedFile[]): void {
  if (files.some(({ size }) => size > LARGEST_FILE_BYTES)) throw refusals.tooLarge();
}

function refuses(fault: Fault): boolean {
  return fault.hang === undefined && fault.cut === undefined;
}

function faultReply(fault: Fault): Reply {
  const status = fault.status ?? 500;
  const reply = {
    status,
    headers: fault.headers ?? {},
    body: fault.body ?? { message: `${status}: ordered by the test`, code: 0 },
  };
  if (status !== 429) return reply;
  const refusal = tooManyRequests('user', 1000);
  return { status, headers: { ...refusal.headers, ...fault.headers }, body: fault.body ?? refusal.body };
}

async function collect(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function cut(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

function send(response: ServerResponse, reply: Reply): void {
  const type: Record<string, string> = reply.body === undefined ? {} : { 'content-type': 'application/json' };
  response.writeHead(reply.status, { ...type, ...reply.headers });
  response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
}
