import type { ReplyPart, ReplyRequest } from '../../chat.ts';
import type { BackendError } from '../../errors.ts';
import { roomForReply } from '../reasoning-budget.ts';
import { untilAborted } from '../until-aborted.ts';
import { createVoice, type Voice } from '../voice.ts';
import { mayThink } from './build-body.ts';
import type { TokenCounts } from './count-tokens.ts';
import type { Asked } from './flavours/flavour.ts';
import type { Facts, Known } from './learning/learn-facts.ts';
import { learnFiling, learnParting } from './learning/learn-filing.ts';
import { learnInTime } from './learning/learn-in-time.ts';
import { type Attempt, learnFromFailure, learnLimit, sawThought, trustsUnmarked } from './learning/learn-lessons.ts';
import type { Server } from './server.ts';
import { startMeter } from './stream/count-usage.ts';
import { readReply } from './stream/read-stream.ts';
import { type SilenceWatch, watchSilence } from './stream/watch-silence.ts';
import { translateError } from './translate-error.ts';

type Parts = AsyncGenerator<ReplyPart>;
export type Talk = { server: Server; facts: Facts; counts: TokenCounts };

/** What a template writes around one message, and what estimates are wrong by, when tokens are left for thoughts. */
const AROUND_A_MESSAGE = 8;
const ESTIMATES_ARE_OFF = 1.1;

/** Room for the thoughts of a model that thinks although it was told not to: a server cannot be told to stop only those. */
const UNASKED_THOUGHTS = 4096;

/**
 * One reply, asked for again as long as a refusal teaches how. Ends with an end part, with 'aborted' when the signal says so;
 * throws BackendError.
 */
export async function* speakReply(talk: Talk, request: ReplyRequest, signal: AbortSignal): Parts {
  const contents = contentsOf(request);
  let meter = startMeter(contents);
  try {
    for (;;) {
      const prepared = await untilAborted(() => prepare(talk, request, contents), signal);
      if (!prepared) break;
      meter = startMeter(contents);
      const attempt = begin(talk, { ...prepared, contents, meter, signal });
      const outcome = yield* attemptReply(talk, attempt, prepared.asked);
      if (outcome === 'ended') return;
      if (outcome === 'aborted') break;
    }
  } catch (error) {
    if (!signal.aborted) throw fallen(error, talk);
  }
  yield { type: 'end', reason: 'aborted', usage: meter.usage() };
}

async function* attemptReply(
  talk: Talk,
  attempt: Attempt,
  asked: Asked,
): AsyncGenerator<ReplyPart, 'ended' | 'aborted' | 'again'> {
  const doubtful: ReplyPart[] = [];
  const { signal } = attempt;
  // One for each attempt: what ended the one before must not end this one.
  const watch = watchSilence(signal, talk.server.settings.timeouts);
  try {
    for await (const part of listen(talk, attempt, { asked, watch })) {
      if (signal.aborted) return 'aborted';
      if (part.type === 'reasoning' && !sawThought(attempt)) doubtful.push(part);
      else yield* [...doubtful.splice(0), part];
      if (part.type === 'end') return 'ended';
    }
    return 'aborted';
  } catch (error) {
    if (signal.aborted) return 'aborted';
    learnParting(attempt);
    if (learnFromFailure(error, attempt)) return 'again';
    yield* doubtful;
    const failed = fallen(error, talk);
    await learnLimit(failed, attempt);
    throw failed;
  } finally {
    // A server that goes on would keep the next attempt waiting.
    watch.stop();
  }
}

function contentsOf({ rendered }: ReplyRequest): string[] {
  return rendered.input === 'messages'
    ? rendered.messages.map(({ content }) => content)
    : [rendered.pieces.map(({ text }) => text).join('')];
}

type Prepared = { asked: Asked; known: Known } & Pick<Attempt, 'leftRoom' | 'moreRoom'>;

async function prepare({ server, facts, counts }: Talk, request: ReplyRequest, contents: readonly string[]): Promise<Prepared> {
  const known = await facts.learn();
  const { served, habits } = known;
  const contextTokens = known.askedContextTokens();
  const prompt = counts.guess(known, contents) * ESTIMATES_ARE_OFF + contents.length * AROUND_A_MESSAGE;
  const leftRoom = request.thinking === 'off' && (served.thinking === 'always' || habits.thinks || habits.leavesRoom);
  const left = known.windowTokens() - prompt;
  const most = totalLimitOf(request, { known, leftRoom, left });
  const moreRoom = totalLimitOf(request, { known, leftRoom: true, left }) > most;
  const asked = { request, server, settings: server.settings, served, habits, contextTokens, totalLimit: most };
  return { known, asked, leftRoom, moreRoom };
}

type Room = Pick<Prepared, 'known' | 'leftRoom'> & {
  /** tokens of the context that the prompt leaves */
  left: number;
};

/**
 * Servers count thoughts in the tokens of a reply, so there must be room for both, as far as the context has it; else the thoughts
 * would spend what the reply needs.
 */
function totalLimitOf(request: ReplyRequest, { known, leftRoom, left }: Room): number {
  const { sampling, thinking } = request;
  const wanted = leftRoom
    ? sampling.maxTokens + UNASKED_THOUGHTS
    : roomForReply({ sampling, thinking, contextTokens: known.windowTokens() });
  return Math.max(sampling.maxTokens, Math.min(wanted, Math.floor(left)));
}

function begin(
  { server }: Talk,
  { known, asked, ...rest }: Prepared & Pick<Attempt, 'contents' | 'meter' | 'signal'>,
): Attempt {
  const { request } = asked;
  return { server, known, request, call: known.flavour.call(asked), voice: voiceFor(asked, known), ...rest };
}

/** A template that we do not see may open a thought, and then only its end comes in the text. */
function voiceFor(asked: Asked, { flavour, habits, served }: Known): Voice {
  const { rendered, sampling, thinking } = asked.request;
  if (rendered.input === 'pieces') return createVoice(sampling.stop, rendered.pieces);
  const mayBeOpened = mayThink(asked) && !flavour.sendsThoughtsApart(asked);
  const learned = habits.opening.get(thinking);
  const opened = learned ?? (mayBeOpened ? 'maybe' : 'no');
  const isLikely = opened === 'maybe' && (learned === 'maybe' || served.thinking === 'always');
  return createVoice(sampling.stop, [], { thoughtOpened: isLikely ? 'likely' : opened });
}

type Listening = { asked: Asked; watch: SilenceWatch };

async function* listen({ server, counts, facts }: Talk, attempt: Attempt, { asked, watch }: Listening): Parts {
  const { call, known, voice, meter, request } = attempt;
  const { place, fail } = server;
  const options = { signal: watch.signal, ...(call.headers ? { headers: call.headers } : {}) };
  const response = await watch.wait(() => server.open(call.address, call.body, options));
  const { totalLimit } = asked;
  const { maxTokens } = request.sampling;
  const { sendsTokens } = known.habits;
  const limits = {
    totalLimit,
    sendsTokens,
    isLimited: call.isLimited,
    ...(call.isLimited && totalLimit === maxTokens ? {} : { visibleLimit: maxTokens }),
  };
  const { reader, mayFileReplyAsThought } = known.flavour;
  const asReply = mayFileReplyAsThought?.(asked, call) ? { asReply: createVoice(request.sampling.stop) } : {};
  const reading = { place, fail, watch, voice, meter, reader, trustsUnmarked: () => trustsUnmarked(attempt, asked), ...limits };
  for await (const part of readReply(response, { ...reading, ...asReply })) {
    if (part.type === 'end') {
      await learnInTime(attempt, counts);
      learnFiling(attempt);
      if (known.served.unloaded) facts.forget();
    }
    yield part;
  }
}

function fallen(error: unknown, { server, facts }: Talk): BackendError {
  const failed = translateError(error, server.place);
  // A reply that broke or was empty says nothing about the server; any other failure may mean that it is another one now.
  if (failed.failure !== 'broken-reply') facts.forget();
  return failed;
}
