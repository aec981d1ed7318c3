import type { EndReason, ReplyPart } from '../../../chat.ts';
import { estimateTokens } from '../../estimate-tokens.ts';
import type { Trust } from '../../thinking/read-unsure.ts';
import type { TextEnding } from '../../thinking/split-thinking.ts';
import type { SpokenPart, Voice } from '../../voice.ts';
import type { Reader } from '../flavours/flavour.ts';
import { type Fail, type Place, translateBreak, translateError, translateSentError } from '../translate-error.ts';
import { isBroken, isFiltered, isLength, isWhole as isWholeFinish } from './finish-reason.ts';
import { type Misfiling, NO_MISFILING, watchMisfiling } from './misfiled-reply.ts';
import type { Chunk } from './parse-chunk.ts';
import { createReplyLimits, type Limits, type ReplyLimits } from './reply-limits.ts';
import { SilenceError, type SilenceWatch } from './watch-silence.ts';

/** After the model has finished, only its token counts are still to come. */
const USAGE_WAIT_MS = 2000;
/** Servers count a little otherwise than we do: so far below its limit a reply may have met it. */
const COUNTS_DIFFER = 1.25;

export type ReplyReading = Limits & {
  place: Place;
  fail: Fail;
  watch: SilenceWatch;
  voice: Voice;
  reader: Reader;
  /** hears what came as reasoning, should it be the reply; left out where it must be a thought */
  asReply?: Voice;
  /** whether a text that its limit cut before any mark told it apart is the reply, once all has come; left out: it is a thought */
  trustsUnmarked?: () => Trust;
};

/** The parts of one answer of the server. Whatever ends it, all that was said comes first. */
export async function* readReply(response: Response, reading: ReplyReading): AsyncGenerator<ReplyPart> {
  const { voice, meter, asReply } = reading;
  const limits = createReplyLimits(reading);
  const misfiling = asReply ? watchMisfiling() : NO_MISFILING;
  const { failure, ended } = yield* hearAll(response, reading, { limits, misfiling });
  if (ended) meter.finish ??= ended;
  else if (isWholeFinish(meter.finish) && metLimit(reading)) meter.finish = 'length';
  const rest = voice.rest(endingOf(ended, reading));
  meter.heard(rest);
  const { parts, wasCut } = limits.cut(rest);
  yield* misfiling.pass(parts);
  const isWhole = failure === undefined && ended === undefined && meter.finish === 'stop' && !meter.finishAssumed;
  const filed = isWhole && !voice.spoke ? misfiling.reply() : undefined;
  if (filed && asReply) return yield* sayFiled(filed, { ...reading, voice: asReply }, limits);
  yield* misfiling.rest();
  const reason = ended ? ensureVisible(ended, ended, reading) : judgeEnd(failure, reading);
  yield { type: 'end', reason: wasCut ? 'length' : reason, usage: meter.usage() };
}

/** Only what the model itself ended is sure not to stand in the middle of a thought. */
function endingOf(ended: EndReason | undefined, { meter, trustsUnmarked }: ReplyReading): TextEnding {
  const isWhole = ended === undefined && isWholeFinish(meter.finish);
  return { cut: !isWhole, isReply: (isLength(ended ?? meter.finish) && trustsUnmarked?.()) || 'none' };
}

/**
 * Some servers say that a reply is whole, or say nothing, although it has all the tokens that they were asked for: then they have cut
 * it. Without their count only one that says nothing is doubted.
 */
function metLimit({ meter, totalLimit, isLimited = true }: ReplyReading): boolean {
  if (!isLimited) return false;
  const counted = meter.server?.completion_tokens ?? 0;
  if (counted > 0 || !meter.finishAssumed) return counted >= totalLimit;
  return Math.max(meter.pieces, estimateTokens(meter.came) * COUNTS_DIFFER) >= totalLimit;
}

type Heeded = { limits: ReplyLimits; misfiling: Misfiling };
type Outcome = { failure: unknown; ended: EndReason | undefined };

async function* hearAll(
  response: Response,
  reading: ReplyReading,
  { limits, misfiling }: Heeded,
): AsyncGenerator<SpokenPart, Outcome> {
  const { voice, watch, meter } = reading;
  const chunks = readChunks(response, reading);
  try {
    for (;;) {
      const next = await watch.wait(() => chunks.next());
      if (next.done) break;
      const parts = take(next.value, reading);
      misfiling.sent(next.value);
      yield* misfiling.pass(parts);
      if (voice.stoppedBy !== undefined) break;
      if (limits.isFull(parts) || limits.isOverrun(next.value)) return { failure: undefined, ended: 'length' };
    }
  } catch (failure) {
    const isOver = meter.finish !== undefined && failure instanceof SilenceError;
    return { failure: isOver ? undefined : failure, ended: undefined };
  }
  return { failure: undefined, ended: undefined };
}

/** Says what came as reasoning as the reply that it is, with its limit and its stop strings. */
function* sayFiled(pieces: readonly string[], reading: ReplyReading, limits: ReplyLimits): Generator<ReplyPart> {
  const { voice, meter } = reading;
  let full = false;
  meter.noThought();
  for (const text of pieces) {
    const parts = voice.hear({ text });
    meter.heard(parts);
    yield* parts;
    full = limits.isFull(parts);
    if (full || voice.stoppedBy !== undefined) break;
  }
  const rest = voice.rest({ cut: full });
  meter.heard(rest);
  yield* rest;
  yield { type: 'end', reason: full ? 'length' : judgeEnd(undefined, reading), usage: meter.usage() };
}

function take(said: Said, { voice, meter, watch }: ReplyReading): SpokenPart[] {
  hearProgress(said, meter.finish !== undefined, watch);
  meter.finishAssumed ||= said.isAssumed === true;
  meter.finish = said.finish ?? meter.finish;
  if (said.usage) meter.server = said.usage;
  meter.came += said.reasoning + said.text;
  meter.parted ||= meter.cameApart && said.text !== '';
  meter.cameApart ||= said.reasoning.trim() !== '';
  const parts = voice.hear(said);
  meter.heard(parts);
  return parts;
}

/** Once the server has said that it is done, whatever it still sends keeps nobody waiting any longer. */
function hearProgress({ text, reasoning, finish }: Said, wasFinished: boolean, watch: SilenceWatch): void {
  if (wasFinished) return;
  if (finish !== undefined) watch.heard(USAGE_WAIT_MS);
  else if (text !== '' || reasoning !== '') watch.heard();
}

type Said = Extract<Chunk, { kind: 'said' }>;

/** How it ended, or the error that it ended with. */
function judgeEnd(failure: unknown, reading: ReplyReading): EndReason {
  const { voice, meter, fail, place } = reading;
  const { finish } = meter;
  if (voice.stoppedBy !== undefined) return ensureVisible('complete', 'stop', reading);
  if (finish === undefined) {
    if (failure !== undefined) throw meter.came.trim() === '' ? translateError(failure, place) : translateBreak(failure, place);
    throw fail('broken-reply', `${place.baseUrl} ended the reply without saying that it was done: it may be cut short.`);
  }
  if (isLength(finish)) return ensureVisible('length', finish, reading);
  if (isFiltered(finish)) return ensureVisible('filtered', finish, reading);
  if (isBroken(finish)) {
    throw fail('broken-reply', `${place.baseUrl} gave up in the middle of the reply (finish_reason "${finish}").`);
  }
  return ensureVisible('complete', finish, reading);
}

function ensureVisible(reason: EndReason, finish: string, reading: ReplyReading): EndReason {
  const { fail, voice, totalLimit, place } = reading;
  if (voice.spoke) return reason;
  if (reason === 'filtered') throw fail('broken-reply', `the content filter of ${place.baseUrl} left nothing of the reply.`);
  if (reason === 'length') {
    throw fail('broken-reply', `the model spent its ${totalLimit} tokens ${howSpent(reading)}.`);
  }
  if (voice.stoppedBy !== undefined) {
    const stop = JSON.stringify(voice.stoppedBy);
    throw fail('broken-reply', `the reply began with ${stop}, which ends it: change the persona's stop, or its template.`);
  }
  throw fail('broken-reply', nothingSaid(finish, reading));
}

function howSpent({ meter, voice }: ReplyReading): string {
  if (meter.said.reasoning === '') return 'before it said anything: raise maxTokens';
  if (meter.cameApart || !voice.unmarked) return 'on thinking and said nothing: raise maxTokens';
  return 'and nothing in them tells a thought from the reply, so none of it is shown: try again, or raise maxTokens';
}

/** A server that parts thoughts from the reply takes all for thought where the mark between the two never comes. */
function nothingSaid(finish: string, { meter, place }: ReplyReading): string {
  const ending = `(finish_reason "${finish}")`;
  if (meter.said.reasoning === '') return `the model said nothing ${ending}: try again, or check its chat template.`;
  if (!meter.cameApart) return `the model only thought and said nothing ${ending}: try again, or check its chat template.`;
  const parser = 'start the server without a reasoning parser (--reasoning-parser of vLLM) if the model does not think';
  return `${place.baseUrl} sent a thought and no reply ${ending}: try again; where that goes on, ${parser}, or else with the one that fits it.`;
}

type Heard = Pick<ReplyReading, 'place' | 'fail' | 'reader'>;

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
      if (!finished) yield { kind: 'said', text: '', reasoning: '', finish: 'stop', usage: undefined, isAssumed: true };
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
