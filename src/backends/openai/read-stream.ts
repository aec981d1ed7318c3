import type { EndReason, ReplyPart } from '../../chat.ts';
import type { Voice } from '../voice.ts';
import type { Meter } from './count-usage.ts';
import { type Chunk, parseChunk } from './parse-chunk.ts';
import { readEvents } from './read-events.ts';
import { type Fail, type Place, translateBreak, translateError, translateSentError } from './translate-error.ts';
import type { SilenceWatch } from './watch-silence.ts';

/** After the model has finished, only its token counts are still to come. */
const USAGE_WAIT_MS = 2000;

export type Reading = { place: Place; fail: Fail; watch: SilenceWatch; voice: Voice; meter: Meter; maxTokens: number };

/** The parts of one answer of the server. Whatever ends it, all that was said comes first. */
export async function* readReply(response: Response, reading: Reading): AsyncGenerator<ReplyPart> {
  const { voice, meter, watch } = reading;
  let finish: string | undefined;
  let failure: unknown;
  const chunks = readChunks(response, reading);
  try {
    for (;;) {
      const next = await watch.wait(() => chunks.next());
      if (next.done) break;
      finish = next.value.finish ?? finish;
      if (next.value.usage) meter.server = next.value.usage;
      const parts = voice.hear(next.value);
      meter.heard(parts);
      if (parts.length > 0) watch.heard();
      if (next.value.finish !== undefined) watch.heard(USAGE_WAIT_MS);
      yield* parts;
      if (voice.stoppedBy !== undefined) break;
    }
  } catch (error) {
    failure = error;
  }
  const rest = voice.rest();
  meter.heard(rest);
  yield* rest;
  const reason = judgeEnd(finish, failure, reading);
  yield { type: 'end', reason, usage: meter.usage() };
}

type Said = Extract<Chunk, { kind: 'said' }>;

/** How it ended, or the error that it ended with. */
function judgeEnd(finish: string | undefined, failure: unknown, reading: Reading): EndReason {
  const { voice, meter, fail, place } = reading;
  if (voice.stoppedBy !== undefined) return ensureVisible('complete', 'stop', reading);
  if (finish === undefined) {
    if (failure !== undefined) throw meter.said.text === '' ? translateError(failure, place) : translateBreak(failure, place);
    throw fail('broken-reply', `${place.baseUrl} ended the reply without saying that it was done: it may be cut short.`);
  }
  if (finish === 'length' || finish === 'max_tokens') return ensureVisible('length', finish, reading);
  if (finish === 'content_filter') return ensureVisible('filtered', finish, reading);
  if (['error', 'abort', 'insufficient_system_resource'].includes(finish)) {
    throw fail('broken-reply', `${place.baseUrl} gave up in the middle of the reply (finish_reason "${finish}").`);
  }
  return ensureVisible('complete', finish, reading);
}

function ensureVisible(reason: EndReason, finish: string, { fail, meter, voice, maxTokens, place }: Reading): EndReason {
  if (voice.spoke) return reason;
  if (voice.stoppedBy !== undefined) {
    const stop = JSON.stringify(voice.stoppedBy);
    throw fail(
      'broken-reply',
      `the reply began with the stop string ${stop}, so that nothing was left: change the persona's stop.`,
    );
  }
  if (reason === 'filtered') throw fail('broken-reply', `the content filter of ${place.baseUrl} left nothing of the reply.`);
  if (reason === 'length') {
    const how = meter.said.reasoning === '' ? 'before it said anything' : 'on thinking and said nothing';
    throw fail('broken-reply', `the model spent its ${maxTokens} tokens ${how}: raise maxTokens.`);
  }
  throw fail('broken-reply', `the model said nothing (finish_reason "${finish}"): try again, or check its chat template.`);
}

/** Ends only after the protocol's end mark, or else without a `finish`. */
async function* readChunks(response: Response, { place, fail }: Reading): AsyncGenerator<Said> {
  const type = response.headers.get('content-type') ?? '';
  if (/json|html/i.test(type) || !response.body) {
    yield readWhole(await response.text(), type, { place, fail });
    return;
  }
  let seen = 0;
  let finished = false;
  for await (const data of readEvents(response.body)) {
    seen += 1;
    if (data === '[DONE]') {
      if (!finished) yield { kind: 'said', text: '', reasoning: '', finish: 'stop', usage: undefined };
      return;
    }
    const said = accept(data, { place, fail });
    finished ||= said.finish !== undefined;
    yield said;
  }
  if (seen === 0)
    throw fail('broken-reply', `${place.baseUrl} answered with nothing that is a chat completion: check baseUrl.`);
}

function readWhole(body: string, type: string, { place, fail }: Pick<Reading, 'place' | 'fail'>): Said {
  if (!/json/i.test(type)) {
    const what = /html/i.test(type) ? 'a web page' : 'nothing';
    throw fail('broken-reply', `${place.baseUrl} answered with ${what}, no chat completion: check baseUrl and its /v1.`);
  }
  return accept(body, { place, fail });
}

function accept(data: string, { place, fail }: Pick<Reading, 'place' | 'fail'>): Said {
  const chunk = parseChunk(data);
  if (chunk.kind === 'error') throw translateSentError(chunk.error, place);
  if (chunk.kind === 'said') return chunk;
  const beginning = JSON.stringify(data.slice(0, 80).toWellFormed());
  throw fail('broken-reply', `${place.baseUrl} sent something that is no chat completion (${beginning}): check baseUrl.`);
}
