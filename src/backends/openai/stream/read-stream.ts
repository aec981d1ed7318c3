import type { EndReason, ReplyPart } from '../../../chat.ts';
import { estimateTokens } from '../../estimate-tokens.ts';
import type { SpokenPart, Voice } from '../../voice.ts';
import type { Reader } from '../flavours/flavour.ts';
import { type Fail, type Place, translateBreak, translateError, translateSentError } from '../translate-error.ts';
import type { Meter } from './count-usage.ts';
import type { Chunk } from './parse-chunk.ts';
import type { SilenceWatch } from './watch-silence.ts';

/** After the model has finished, only its token counts are still to come. */
const USAGE_WAIT_MS = 2000;

export type Reading = {
  place: Place;
  fail: Fail;
  watch: SilenceWatch;
  voice: Voice;
  meter: Meter;
  reader: Reader;
  /** tokens that the server was asked for at most, thinking included */
  mostTokens: number;
  /** tokens of visible text to listen to; left out where the server was told that very number */
  mostVisible?: number;
};

/** The parts of one answer of the server. Whatever ends it, all that was said comes first. */
export async function* readReply(response: Response, reading: Reading): AsyncGenerator<ReplyPart> {
  const { voice, meter, watch } = reading;
  let failure: unknown;
  let ended: EndReason | undefined;
  const isFull = fullness(reading);
  const chunks = readChunks(response, reading);
  try {
    for (;;) {
      const next = await watch.wait(() => chunks.next());
      if (next.done) break;
      const parts = take(next.value, reading);
      yield* parts;
      if (isFull(parts)) ended = 'length';
      if (voice.stoppedBy !== undefined || ended) break;
    }
  } catch (error) {
    failure = error;
  }
  const rest = voice.rest({ cut: ended !== undefined || meter.finish === undefined || isLength(meter.finish) });
  meter.heard(rest);
  yield* rest;
  const reason = ended ?? judgeEnd(failure, reading);
  yield { type: 'end', reason, usage: meter.usage() };
}

function take(said: Said, { voice, meter, watch }: Reading): SpokenPart[] {
  meter.finish = said.finish ?? meter.finish;
  if (said.usage) meter.server = said.usage;
  const parts = voice.hear(said);
  meter.heard(parts);
  if (said.text !== '' || said.reasoning !== '') watch.heard();
  if (said.finish !== undefined) watch.heard(USAGE_WAIT_MS);
  return parts;
}

/**
 * Whether enough was said. Each piece that a server sends holds a token or more, so as many pieces as tokens are enough, unless it
 * sends letters; a text far longer than its tokens can be is enough in any case.
 */
function fullness({ mostVisible, meter }: Reading): (parts: readonly SpokenPart[]) => boolean {
  let pieces = 0;
  return (parts) => {
    if (mostVisible === undefined) return false;
    if (parts.some(({ type }) => type === 'text')) pieces += 1;
    const guess = estimateTokens(meter.said.text);
    return guess >= mostVisible && (pieces >= mostVisible || guess >= 2 * mostVisible);
  };
}

type Said = Extract<Chunk, { kind: 'said' }>;

/** How it ended, or the error that it ended with. */
function judgeEnd(failure: unknown, reading: Reading): EndReason {
  const { voice, meter, fail, place } = reading;
  const { finish } = meter;
  if (voice.stoppedBy !== undefined) return ensureVisible('complete', 'stop', reading);
  if (finish === undefined) {
    if (failure !== undefined) throw meter.said.text === '' ? translateError(failure, place) : translateBreak(failure, place);
    throw fail('broken-reply', `${place.baseUrl} ended the reply without saying that it was done: it may be cut short.`);
  }
  if (isLength(finish)) return ensureVisible('length', finish, reading);
  if (finish === 'content_filter') return ensureVisible('filtered', finish, reading);
  if (['error', 'abort', 'insufficient_system_resource'].includes(finish)) {
    throw fail('broken-reply', `${place.baseUrl} gave up in the middle of the reply (finish_reason "${finish}").`);
  }
  return ensureVisible('complete', finish, reading);
}

function isLength(finish: string): boolean {
  return finish === 'length' || finish === 'max_tokens';
}

function ensureVisible(reason: EndReason, finish: string, { fail, meter, voice, mostTokens, place }: Reading): EndReason {
  if (voice.spoke) return reason;
  if (reason === 'filtered') throw fail('broken-reply', `the content filter of ${place.baseUrl} left nothing of the reply.`);
  if (reason === 'length') {
    const how = meter.said.reasoning === '' ? 'before it said anything' : 'on thinking and said nothing';
    throw fail('broken-reply', `the model spent its ${mostTokens} tokens ${how}: raise maxTokens.`);
  }
  if (voice.stoppedBy !== undefined) {
    const stop = JSON.stringify(voice.stoppedBy);
    throw fail('broken-reply', `the reply began with ${stop}, which ends it: change the persona's stop, or its template.`);
  }
  const only = meter.said.reasoning === '' ? 'said nothing' : 'only thought and said nothing';
  throw fail('broken-reply', `the model ${only} (finish_reason "${finish}"): try again, or check its chat template.`);
}

type Heard = Pick<Reading, 'place' | 'fail' | 'reader'>;

/** Ends only after the protocol's end mark, or else without a `finish`. */
async function* readChunks(response: Response, heard: Heard): AsyncGenerator<Said> {
  const { place, fail, reader } = heard;
  const type = response.headers.get('content-type') ?? '';
  if (/\bjson\b|html/i.test(type) || !response.body) {
    yield readWhole(await response.text(), type, heard);
    return;
  }
  let seen = 0;
  let finished = false;
  for await (const data of reader.texts(response.body)) {
    seen += 1;
    if (data === '[DONE]') {
      if (!finished) yield { kind: 'said', text: '', reasoning: '', finish: 'stop', usage: undefined };
      return;
    }
    const said = accept(data, heard);
    finished ||= said.finish !== undefined;
    yield said;
  }
  if (seen === 0)
    throw fail('broken-reply', `${place.baseUrl} answered with nothing that is a chat completion: check baseUrl.`);
}

function readWhole(body: string, type: string, heard: Heard): Said {
  const { place, fail } = heard;
  if (!/json/i.test(type)) {
    const what = /html/i.test(type) ? 'a web page' : 'nothing';
    throw fail('broken-reply', `${place.baseUrl} answered with ${what}, no chat completion: check baseUrl and its /v1.`);
  }
  return accept(body, heard);
}

function accept(data: string, { place, fail, reader }: Heard): Said {
  const chunk = reader.parse(data);
  if (chunk.kind === 'error') throw translateSentError(chunk.error, place);
  if (chunk.kind === 'said') return chunk;
  const beginning = JSON.stringify(data.slice(0, 80).toWellFormed());
  throw fail('broken-reply', `${place.baseUrl} sent something that is no chat completion (${beginning}): check baseUrl.`);
}
