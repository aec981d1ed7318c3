import { APIConnectionError, APIError, APIUserAbortError } from 'openai';
import { BackendError, type BackendFailure, messageOf } from '../../errors.ts';
import { redact } from '../../log.ts';
import { SilenceError } from './stream/watch-silence.ts';

/** Where a failure happened, as far as its sentence names it. */
export type Place = { backend: string; baseUrl: string; apiKeyEnv: string; secret: string | undefined };
type FailOptions = { cause?: unknown; retryAfterMs?: number };
export type Fail = (failure: BackendFailure, sentence: string, options?: FailOptions) => BackendError;

const LONGEST_QUOTE = 300;

/** Codes of servers and their wordings when a prompt does not fit. */
const TOO_LONG =
  /context[_ ](length|size|window)|maximum context|exceeds? the (available )?context|prompt is too long|too many tokens/i;

/** A shorter key is a word that people made up for a server that takes any, such as "none": it may be part of any sentence. */
const SHORTEST_SECRET = 8;
/** What stands before a key where it can be nothing else: in a header, or in what a server says of the key that it was sent. */
const BEFORE_A_KEY = /\b(?:bearer|authorization|(?:x-)?api[-_ ]?key(?: provided)?)(?:["']?\s*[:=]\s*|\s+)["']?/;

/** Makes the errors of one backend; no sentence of them shows its key. */
export function createFail({ backend, secret }: Place): Fail {
  return (failure, sentence, options = {}) =>
    new BackendError(backend, failure, redact(secret ? withoutKey(sentence, secret) : sentence), options);
}

function withoutKey(sentence: string, key: string): string {
  if (key.length >= SHORTEST_SECRET) return sentence.replaceAll(key, '[api-key]');
  const named = new RegExp(`(${BEFORE_A_KEY.source})${RegExp.escape(key)}(?![\\w-])`, 'gi');
  return sentence.replace(named, '$1[api-key]');
}

/** Any error of a request as BackendError: what the server said, in its own words, or why it could not be reached. */
export function translateError(error: unknown, place: Place): BackendError {
  if (error instanceof BackendError) return error;
  const fail = createFail(place);
  if (error instanceof APIError && error.status !== undefined) return translateStatus(error, error.status, place);
  if (error instanceof SilenceError) return fail('unreachable', silenceSentence(error.ms, place.baseUrl), { cause: error });
  const code = codeOf(error);
  if (error instanceof APIConnectionError || error instanceof APIUserAbortError || code !== undefined) {
    return fail('unreachable', unreachableSentence(code ?? messageOf(error), place.baseUrl), { cause: error });
  }
  return fail('unreachable', `the request to ${place.baseUrl} failed: ${messageOf(error)}`, { cause: error });
}

/** The error of a reply of which something was said already. */
export function translateBreak(error: unknown, place: Place): BackendError {
  return createFail(place)('broken-reply', `the reply broke off in the middle: ${breakSentence(error, place)}`, {
    cause: error,
  });
}

/** A server that has spoken was reached: what is said of one that was not would mislead. */
function breakSentence(error: unknown, place: Place): string {
  const { baseUrl, backend } = place;
  if (error instanceof SilenceError) {
    return `${baseUrl} said nothing more for ${seconds(error.ms)} s: look into the server's log, or raise stallMs of the backend.`;
  }
  const answered = error instanceof BackendError || (error instanceof APIError && error.status !== undefined);
  const code = answered ? undefined : codeOf(error);
  if (code !== undefined) return `${baseUrl} broke the connection (${code}): look into the server's log.`;
  return translateError(error, place).message.slice(`${backend}: `.length);
}

/** An `{"error": ...}` that came where a completion was expected: with status 200, or in the middle of a stream. */
export function translateSentError(sent: unknown, place: Place): BackendError {
  const words = wordsOf(sent);
  const sentCode = typeof sent === 'object' && sent !== null && 'code' in sent ? sent.code : undefined;
  const status = typeof sentCode === 'number' && sentCode >= 400 && sentCode < 600 ? sentCode : undefined;
  const cause = new Error(words);
  if (TOO_LONG.test(`${words} ${String(sentCode)}`))
    return createFail(place)('too-long', tooLongSentence(words, place), { cause });
  const failure = status === undefined ? 'broken-reply' : failureOf(status);
  return createFail(place)(failure, `${place.baseUrl} sent an error instead of a reply: ${quote(words)}.`, { cause });
}

function translateStatus(error: APIError, status: number, place: Place): BackendError {
  const fail = createFail(place);
  const words = wordsOf(error.error ?? error.message);
  const options = { cause: error };
  if (status === 413 || ([400, 422, 500].includes(status) && TOO_LONG.test(`${words} ${error.code} ${error.type}`))) {
    return fail('too-long', tooLongSentence(words, place), options);
  }
  if (status === 429 && error.code === 'insufficient_quota') {
    return fail('rejected', `${place.baseUrl} will not answer for this account: ${quote(words)}.`, options);
  }
  const retryAfterMs = retryAfter(error.headers);
  return fail(failureOf(status), statusSentence(status, words, place), {
    ...options,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function failureOf(status: number): BackendFailure {
  if (status === 429) return 'rate-limited';
  if (status === 503 || status === 529) return 'busy';
  return status >= 500 || status === 408 ? 'unreachable' : 'rejected';
}

function statusSentence(status: number, words: string, { baseUrl, apiKeyEnv }: Place): string {
  const said = `${status} ${quote(words)}`;
  if (status === 401 || status === 403) return `${baseUrl} refused the key (${said}): check ${apiKeyEnv}.`;
  if (status === 404) return `${baseUrl} does not have what was asked for (${said}): check the backend's model and baseUrl.`;
  if (status === 429) return `${baseUrl} asks to slow down (${said}): wait a little.`;
  if (status === 503 || status === 529) return `${baseUrl} is busy (${said}): wait until it is ready.`;
  if (status >= 500 || status === 408) return `${baseUrl} failed (${said}): look into the server's log.`;
  return `${baseUrl} refused the request (${said}).`;
}

function tooLongSentence(words: string, { baseUrl }: Place): string {
  return `the prompt is longer than ${baseUrl} takes (${quote(words)}): set the backend's contextTokens to what the server really has.`;
}

function unreachableSentence(reason: string, baseUrl: string): string {
  if (reason === 'ENOTFOUND' || reason === 'EAI_AGAIN') {
    return `the host of ${baseUrl} is not known (${reason}): check baseUrl and the network.`;
  }
  if (reason === 'ECONNRESET' || reason === 'UND_ERR_SOCKET') {
    return `${baseUrl} broke the connection before it said anything (${reason}): look into the server's log.`;
  }
  return `nothing answers at ${baseUrl} (${reason}): check that the server runs and that baseUrl is right.`;
}

function silenceSentence(ms: number, baseUrl: string): string {
  const hint = 'is the model still loading, or is the prompt very long? Raise the time-outs of the backend';
  return `${baseUrl} said nothing for ${seconds(ms)} s: ${hint}.`;
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}

/** The code of the deepest cause that has one, such as ECONNREFUSED. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const own = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  return codeOf(inner) ?? own;
}

/** What the server itself said, as one line. */
function wordsOf(sent: unknown): string {
  if (typeof sent === 'string') return /<(!doctype|html)/i.test(sent) ? 'a web page' : sent;
  if (typeof sent === 'object' && sent !== null && 'message' in sent && typeof sent.message === 'string')
    return wordsOf(sent.message);
  return JSON.stringify(sent) ?? 'nothing';
}

function quote(words: string): string {
  const line = words.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  return `"${line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE).toWellFormed()}…` : line}"`;
}

/** ms from `retry-after-ms`, or from `retry-after` in seconds or as a date. */
function retryAfter(headers: Headers | undefined): number | undefined {
  const ms = Number.parseFloat(headers?.get('retry-after-ms') ?? '');
  if (ms >= 0) return ms;
  const text = headers?.get('retry-after') ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const until = Date.parse(text) - Date.now();
  return Number.isNaN(until) ? undefined : Math.max(0, until);
}
