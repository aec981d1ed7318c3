import type { OpenAI } from 'openai';
import type { ChatMessage, ReplyPart, ReplyRequest, Usage } from '../../chat.ts';
import type { BackendError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Backend } from '../backend.ts';
import { estimateTokens } from '../estimate-tokens.ts';
import { untilAborted } from '../until-aborted.ts';
import { createVoice } from '../voice.ts';
import { type Body, buildBody, type Dialect } from './build-body.ts';
import { noUsage, startMeter } from './count-usage.ts';
import { createFacts, type Facts } from './learn-facts.ts';
import { type Reading, readReply } from './read-stream.ts';
import { OPENAI_URL, type OpenaiSettings } from './settings.ts';
import { createFail, type Place, translateError } from './translate-error.ts';
import { watchSilence } from './watch-silence.ts';

type OpenaiSurroundings = { log: Logger; readSecret: (environmentVariable: string) => string | undefined };

type Parts = AsyncGenerator<ReplyPart>;

/** A local server takes any key; the SDK insists on one. */
const PLACEHOLDER_KEY = 'no-key';

/** A backend that speaks to an OpenAI-compatible server by streaming chat completions. */
export function createOpenaiBackend(name: string, settings: OpenaiSettings, { log, readSecret }: OpenaiSurroundings): Backend {
  const baseUrl = settings.baseUrl.replace(/\/+$/, '');
  const official = new URL(baseUrl).host === new URL(OPENAI_URL).host;
  const secret = readSecret(settings.apiKeyEnv)?.trim() || undefined;
  const place: Place = { backend: name, baseUrl, apiKeyEnv: settings.apiKeyEnv, secret };
  const fail = createFail(place);
  const closing = new AbortController();
  const openClient = clientOpener(settings, baseUrl, secret ?? PLACEHOLDER_KEY);
  const facts = createFacts({ settings, baseUrl, official, ask, fail, log: log.child({ backend: name }) });
  const requireKey = () => {
    if (official && !secret) throw fail('rejected', keyIsMissing(place));
  };

  async function ask(address: string): Promise<unknown> {
    const { connectMs } = settings.timeouts;
    const patience = AbortSignal.timeout(connectMs);
    const signal = AbortSignal.any([patience, closing.signal]);
    try {
      return await (await openClient()).get<unknown>(address, { signal });
    } catch (error) {
      if (closing.signal.aborted) throw fail('unreachable', 'it was closed before the server answered.', { cause: error });
      if (!patience.aborted) throw translateError(error, place);
      const sentence = `${address} did not answer within ${connectMs} ms: check that the server runs and that baseUrl is right.`;
      throw fail('unreachable', sentence, { cause: error });
    }
  }

  function fallen(error: unknown): BackendError {
    const failed = translateError(error, place);
    // A reply that broke or was empty says nothing about the server; any other failure may mean that it is another one now.
    if (failed.failure !== 'broken-reply') facts.forget();
    return failed;
  }

  async function* speak(request: ReplyRequest, messages: readonly ChatMessage[], signal: AbortSignal): Parts {
    const meter = startMeter(messages);
    const watch = watchSilence(signal, settings.timeouts);
    try {
      requireKey();
      const body = await untilAborted(() => makeBody(request, facts, { official, extraBody: settings.extraBody }), signal);
      for await (const part of askChat(await openClient(), body, { request, place, fail, watch, meter })) {
        if (signal.aborted) break;
        yield part;
        if (part.type === 'end') return;
      }
    } catch (error) {
      if (!signal.aborted) throw fallen(error);
    } finally {
      watch.stop();
    }
    yield abortedEnd(meter.usage());
  }

  return {
    name,
    async describe() {
      requireKey();
      return facts.describe();
    },
    async *reply(request, signal) {
      const { rendered } = request;
      if (rendered.input !== 'messages') throw new TypeError('An openai backend takes messages; this request holds pieces.');
      const stopping = AbortSignal.any([signal, closing.signal]);
      if (stopping.aborted) yield abortedEnd(noUsage());
      else yield* speak(request, rendered.messages, stopping);
    },
    async countTokens(texts) {
      return { counts: texts.map(estimateTokens), exact: false };
    },
    async close() {
      closing.abort();
    },
  };
}

async function makeBody(request: ReplyRequest, facts: Facts, dialect: Omit<Dialect, 'model'>): Promise<Body> {
  const model = await facts.model();
  if (request.thinking === 'off') return buildBody(request, { ...dialect, model });
  const { contextTokens } = await facts.describe();
  return buildBody(request, { ...dialect, model, contextTokens });
}

type Asked = Omit<Reading, 'voice' | 'maxTokens'> & { request: ReplyRequest };

/** Nothing without a body: the reader has left while it was made. */
async function* askChat({ chat }: OpenAI, body: Body | undefined, { request: { sampling }, ...asked }: Asked): Parts {
  if (!body) return;
  const { watch } = asked;
  const response = await watch.wait(() => chat.completions.create(body, { signal: watch.signal }).asResponse());
  const maxTokens = body.max_tokens ?? sampling.maxTokens;
  yield* readReply(response, { ...asked, voice: createVoice(sampling.stop), maxTokens });
}

/** The SDK is loaded when it is first needed: who runs models in the program never waits for it. */
function clientOpener(settings: OpenaiSettings, baseURL: string, apiKey: string): () => Promise<OpenAI> {
  let client: Promise<OpenAI> | undefined;
  return () => {
    client ??= createClient(settings, baseURL, apiKey);
    return client;
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
  });
}

function keyIsMissing({ baseUrl, apiKeyEnv }: Place): string {
  return `${baseUrl} needs a key: set ${apiKeyEnv} in the environment or in .env.`;
}

function abortedEnd(usage: Usage): ReplyPart {
  return { type: 'end', reason: 'aborted', usage };
}
