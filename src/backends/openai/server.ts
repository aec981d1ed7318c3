import type { OpenAI } from 'openai';
import { BackendError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { plainErrors } from './plain-errors.ts';
import type { OpenaiSettings } from './settings.ts';
import { createFail, type Fail, type Place, translateError } from './translate-error.ts';

/** A local server takes any key; the SDK insists on one. */
const PLACEHOLDER_KEY = 'no-key';

/** One server as the settings name it, and the ways to talk to it. */
export type Server = {
  settings: OpenaiSettings;
  /** address of the API, usually with its /v1, without a slash at its end */
  baseUrl: string;
  /** the same without /v1: servers keep pages of their own there */
  rootUrl: string;
  place: Place;
  fail: Fail;
  log: Logger;
  /** GET a JSON document by its address. Throws BackendError. */
  ask(address: string): Promise<unknown>;
  /** POST a question about the server itself, and get JSON. Throws BackendError. */
  tell(address: string, body: Body): Promise<unknown>;
  /** Begins a reply. Throws what the SDK throws. */
  open(address: string, body: Body, options: { signal: AbortSignal; headers?: Headers }): Promise<Response>;
  /** Ends every question that is under way; none can be asked any more. */
  close(): void;
  /** aborts when the server is closed */
  readonly closing: AbortSignal;
};
export type Body = Readonly<Record<string, unknown>>;
type Headers = Readonly<Record<string, string>>;

type ServerSurroundings = { name: string; log: Logger; secret: string | undefined };

/** Connects to nothing yet. */
export function createServer(settings: OpenaiSettings, { name, log, secret }: ServerSurroundings): Server {
  const baseUrl = settings.baseUrl.replace(/\/+$/, '');
  const place: Place = { backend: name, baseUrl, apiKeyEnv: settings.apiKeyEnv, secret };
  const fail = createFail(place);
  const closing = new AbortController();
  let client: Promise<OpenAI> | undefined;

  /** The SDK is loaded when it is first needed: who runs models in the program never waits for it. */
  function openClient(): Promise<OpenAI> {
    client ??= createClient(settings, baseUrl, secret ?? PLACEHOLDER_KEY);
    return client;
  }
  async function question(address: string, put: (client: OpenAI, signal: AbortSignal) => Promise<unknown>): Promise<unknown> {
    const { connectMs } = settings.timeouts;
    const patience = AbortSignal.timeout(connectMs);
    try {
      return await put(await openClient(), AbortSignal.any([patience, closing.signal]));
    } catch (error) {
      if (closing.signal.aborted) throw fail('unreachable', 'it was closed before the server answered.', { cause: error });
      if (!patience.aborted) throw translateError(error, place);
      const sentence = `${address} did not answer within ${connectMs} ms: check that the server runs and that baseUrl is right.`;
      throw fail('unreachable', sentence, { cause: error });
    }
  }
  return {
    settings,
    baseUrl,
    rootUrl: baseUrl.replace(/\/v1$/, ''),
    place,
    fail,
    log,
    closing: closing.signal,
    ask: (address) => question(address, (sdk, signal) => sdk.get(address, { signal })),
    tell: (address, body) => question(address, (sdk, signal) => sdk.post(address, { body, signal })),
    async open(address, body, options) {
      const sdk = await openClient();
      return sdk.post(address, { body, stream: true, ...options }).asResponse();
    },
    close: () => closing.abort(),
  };
}

async function createClient(settings: OpenaiSettings, baseURL: string, apiKey: string): Promise<OpenAI> {
  const { OpenAI: Client } = await import('openai');
  return new Client({
    baseURL,
    apiKey,
    // What is left out here the SDK would read from the environment, for whatever server this is.
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
    defaultHeaders: settings.headers,
    maxRetries: 0,
    logLevel: 'off',
    fetch: plainErrors(fetch),
  });
}

/** HTTP status of the answer that a question failed with; undefined when there was no answer at all. */
export function statusOf(error: unknown): number | undefined {
  const cause = error instanceof BackendError ? error.cause : error;
  return typeof cause === 'object' && cause !== null && 'status' in cause && typeof cause.status === 'number'
    ? cause.status
    : undefined;
}

/**
 * A page that only some servers have: undefined where it is not here, or something else is. Throws BackendError where nothing answers,
 * or where the server cannot answer just now, which tells nothing of the page.
 */
export async function askPage(server: Server, address: string): Promise<unknown> {
  try {
    return await server.ask(address);
  } catch (error) {
    const status = statusOf(error);
    const wasAnswered = status === undefined ? cause(error) instanceof SyntaxError : !isPassing(status);
    if (!wasAnswered) throw error;
    server.log.debug({ error }, 'a page that some servers have is not here');
    return undefined;
  }
}

/** It may go better in a while. 501 is for good: a server says so of a page that it was started without. */
function isPassing(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

function cause(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
