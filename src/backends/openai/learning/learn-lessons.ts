import type { Dial, ReplyRequest } from '../../../chat.ts';
import { BackendError } from '../../../errors.ts';
import type { Trust } from '../../thinking/read-unsure.ts';
import type { Voice } from '../../voice.ts';
import { mayThink, takenName } from '../build-body.ts';
import type { TokenCounts } from '../count-tokens.ts';
import type { Asked, Call, ThinkingKind } from '../flavours/flavour.ts';
import type { Server } from '../server.ts';
import type { Meter } from '../stream/count-usage.ts';
import { isLength, isWhole } from '../stream/finish-reason.ts';
import { confirmCut } from './confirm-cut.ts';
import type { Known } from './learn-facts.ts';
import { CONTEXT } from './model-habits.ts';
import { readLimit } from './read-limit.ts';
import { readRefusal } from './read-refusal.ts';

/** No prompt can be made for less. */
const SMALLEST_CONTEXT = 512;
/** A prompt that was reckoned to fit and did not: from now on prompts are so much shorter. */
const SHORTER = 0.8;
/** A count this far below what was reckoned is worth a question to the server's tokeniser. */
const SUSPICIOUS = 0.97;
/** Hardly any thought before a reply of a few lines is so long. Less than is left for one, because estimates are off. */
const LONG_TEXT = 3000;

/** One attempt at a reply, as far as it came. */
export type Attempt = {
  server: Server;
  known: Known;
  request: ReplyRequest;
  /** the contents of the prompt */
  contents: readonly string[];
  call: Call;
  /** aborts when nobody waits for the reply any more */
  signal: AbortSignal;
  meter: Meter;
  voice: Voice;
  /** tokens were left for thoughts that nobody had asked for, as far as the context has them */
  leftRoom: boolean;
  /** the next would be given more tokens than this one, were room left for thoughts */
  moreRoom: boolean;
};

/**
 * What a failed attempt teaches. True when the same request may go better now: a refused setting will be left out, or room will be
 * left for thoughts that nobody had asked for.
 */
export function learnFromFailure(error: unknown, attempt: Attempt): boolean {
  const { meter, request, leftRoom, moreRoom } = attempt;
  if (meter.said.text.trim() !== '') return false;
  if (learnRefusal(error, attempt)) return true;
  const isBlank = error instanceof BackendError && error.failure === 'broken-reply' && mayHaveThought(meter);
  if (!isBlank) return false;
  const thought = sawThought(attempt);
  // A server that only ended its stream may have met its limit; what broke off or was filtered goes no better with more room.
  const ranOut = isLength(meter.finish) || meter.finishAssumed;
  if (thought) learnThinking(attempt);
  else if (request.thinking === 'off' && ranOut) learnUnmarked(attempt);
  if (request.thinking !== 'off' || leftRoom) return false;
  return (ranOut && moreRoom) || (thought && isWhole(meter.finish));
}

/** A text was cut before any mark told whether it was a thought or the reply. */
function learnUnmarked({ known: { habits }, meter, leftRoom }: Attempt): void {
  habits.leavesRoom = true;
  const { reasoning, reply } = meter.usage();
  if (leftRoom && reasoning + reply >= LONG_TEXT) habits.writesOn = true;
}

/**
 * Whether such a text is the reply all the same: the model was told not to think and has not been seen to do so then. Sure where the
 * server counted that it did not; likely where it names that it can be told, or where the model is known to write on and on and its
 * switch to work. That it wrote on shows nothing by itself: so do thoughts.
 */
export function trustsUnmarked({ known, request, meter, call }: Attempt, asked: Asked): Trust {
  const { habits, served, flavour } = known;
  if (request.thinking !== 'off' || served.thinking === 'always') return 'none';
  if (habits.thinksAnyway || habits.opening.get('off') === 'maybe' || mayHaveThought(meter)) return 'none';
  if (flavour.tookOff?.(asked, meter.server)) return countedThoughts(meter) === 0 ? 'sure' : 'likely';
  return habits.writesOn && flavour.isSwitchedOff?.(asked, call) ? 'likely' : 'none';
}

function mayHaveThought(meter: Meter): boolean {
  return meter.said.reasoning !== '' || (countedThoughts(meter) ?? 0) > 0;
}

/** undefined where the server does not say */
function countedThoughts({ server }: Meter): number | undefined {
  return server?.completion_tokens_details?.reasoning_tokens ?? undefined;
}

/**
 * Whether what was said shows a thought: a mark in the text, a field of its own, or a prompt of ours that opened it. A text that
 * was cut before any mark came is taken for a thought as long as the prompt is not known, but may have been the reply.
 */
export function sawThought({ voice, request, meter }: Attempt): boolean {
  return voice.showedOpening !== undefined || request.rendered.input === 'pieces' || (countedThoughts(meter) ?? 0) > 0;
}

function learnRefusal(error: unknown, { known, call, server, request }: Attempt): boolean {
  const refusal = readRefusal(error, call.optional);
  if (!refusal) return false;
  const { habits } = known;
  const { field, onlyValue } = refusal;
  const sent = call.body[field];
  const words = refusal.words.filter((word) => !JSON.stringify(sent).includes(`"${word}"`));
  if (words.length > 0 && habits.efforts === undefined) {
    habits.efforts = words;
    return true;
  }
  if (habits.refuses(field, onlyValue ? sent : undefined)) return false;
  habits.refuse(field, onlyValue ? sent : undefined);
  const isRenamed = !onlyValue && takenName(field, habits) !== undefined;
  if (isRenamed) return true;
  const sentence = refusalSentence(field, onlyValue ? sent : undefined, { known, server, request });
  if (habits.notice(`field ${field}`, sentence)) server.log.warn({ field }, sentence);
  return true;
}

type Scene = Pick<Attempt, 'known' | 'server' | 'request'>;

function refusalSentence(field: string, value: unknown, { known: { served }, server }: Scene): string {
  const what = `${serverOf(server)} refuses ${field}${value === undefined ? '' : ` ${JSON.stringify(value)}`} for ${served.name}`;
  if (value !== undefined) return `${what}: its own value counts instead.`;
  const dials = Object.entries({ ...served.thinkingDials, ...served.dials }) as [Dial, string][];
  const dial = dials.find(([, name]) => name === field)?.[0];
  if (dial) return `${what}: the setting ${dial} has no effect there.`;
  if (field === 'stream_options') return `${what}: the tokens of its replies are estimated.`;
  return /think|reasoning|template/.test(field)
    ? `${what}: whether it thinks before it answers is not ours to say.`
    : `${what}: it is left out.`;
}

/** What a reply teaches that came to its end. To be called before anybody is told that it ended. */
export async function learnFromReply(attempt: Attempt, counts: TokenCounts): Promise<void> {
  const { meter, known, request } = attempt;
  if (meter.said.reasoning !== '' || meter.usage().reasoning > 0) learnThinking(attempt);
  learnOpening(attempt);
  if (request.thinking === 'off') known.habits.leavesRoom = false;
  await learnCut(attempt, counts);
}

/** Whether the text of a reply may begin inside of a thought. */
function learnOpening(attempt: Attempt): void {
  const { meter, voice, known, request } = attempt;
  const { opening } = known.habits;
  const { thinking } = request;
  if (voice.showedOpening === false) {
    known.habits.thinks = true;
    opening.set(thinking, 'maybe');
  } else if (meter.cameApart) {
    // Started anew, the server may send all as one text. What it sends apart ends the holding back, so that this costs nothing.
    if (opening.get(thinking) === 'no') opening.delete(thinking);
  } else if (voice.showedOpening || (isWhole(meter.finish) && !mayBeThought(attempt))) {
    // A reply that was cut, filtered or given up may have been a thought in which no mark had come yet.
    opening.set(thinking, 'no');
  }
}

/** A stop string of the server may have ended the thought of a model that thinks, unless the server counts thoughts by themselves. */
function mayBeThought({ known: { habits, served }, request, meter }: Attempt): boolean {
  if (mayHaveThought(meter)) return false;
  return served.thinking === 'always' || (request.thinking === 'off' ? habits.thinksAnyway : habits.thinks);
}

function learnThinking({ known, request, server }: Attempt): void {
  const { habits, served } = known;
  const wasTold = mayThink({ request, served, habits });
  habits.thinks = true;
  if (request.thinking !== 'off' || !wasTold) return;
  habits.thinksAnyway = true;
  const why: Readonly<Record<ThinkingKind, string>> = {
    none: 'although it was told not to',
    switchable: 'although it was told not to',
    always: 'and cannot be told not to',
  };
  const sentence = `${served.name} of backend ${server.place.backend} thinks before it answers ${why[served.thinking]}: its replies take longer.`;
  if (habits.notice('thinking', sentence)) server.log.info(sentence);
}

async function learnCut(attempt: Attempt, counts: TokenCounts): Promise<void> {
  const { server, known, request, contents, meter } = attempt;
  const { told, cached } = promptTokens(meter);
  const { flavour, cuts, habits, served } = known;
  let exact: number | undefined;
  if (flavour.tokenise && told > 0 && told < SUSPICIOUS * counts.guess(known, contents)) {
    const counted = await counts.count(contents);
    if (counted.exact) exact = counted.counts.reduce((sum, tokens) => sum + tokens, 0);
  }
  const { session } = request;
  const cut = cuts.judge({ session, texts: contents, told, cached, ...(exact === undefined ? {} : { exact }) });
  if (!cut || (!cut.sure && (exact !== undefined || !(await mayBeCut(attempt, told))))) return;
  habits.contextTokens = Math.min(cut.tokens, known.contextTokens());
  const what = `${serverOf(server)} read only ${told} tokens of a longer prompt and said nothing of it`;
  const sentence = `${what}: prompts for ${served.name} are kept to ${habits.contextTokens} tokens from now on; give it a larger context there if it can have one.`;
  habits.notice(CONTEXT, sentence);
  server.log.warn({ told, contextTokens: habits.contextTokens }, sentence);
}

/** A server that has told how much it takes would have to have lied, unless the model was loaded anew since. */
async function mayBeCut(attempt: Attempt, told: number): Promise<boolean> {
  const { known } = attempt;
  const { contextLimit, unloaded } = known.served;
  const isOpen = (contextLimit === undefined || unloaded === true) && told < known.contextTokens();
  return isOpen && confirmCut({ ...attempt, told });
}

/** Some servers count what was in their cache apart; where it is more than the rest, that is sure. */
function promptTokens({ server }: Meter): { told: number; cached: number } {
  const cached = server?.prompt_tokens_details?.cached_tokens ?? 0;
  const counted = server?.prompt_tokens ?? 0;
  return cached > counted ? { told: counted + cached, cached: 0 } : { told: counted, cached };
}

/**
 * A prompt that did not fit although it was reckoned to: the next one is made shorter. Where the server really takes less, it is made
 * for that; else the prompt had more tokens than was estimated, and estimates are higher from now on.
 */
export async function learnLimit(error: BackendError, { server, known, contents }: Attempt): Promise<void> {
  if (error.failure !== 'too-long') return;
  const { habits, cuts, flavour, served } = known;
  const now = known.contextTokens();
  const limit = readLimit(error) ?? (await flavour.loadedContext?.(server, served.name));
  const takesLess = limit !== undefined && limit < now;
  const what = `${serverOf(server)} found a prompt too long for ${served.name} that was made for ${now} tokens`;
  if (!takesLess && !flavour.tokenise && cuts.exceeded(contents, now)) {
    const percent = Math.round((cuts.tokensPerEstimate() - 1) * 100);
    server.log.warn({ percent }, `${what}: estimates of its tokens are ${percent} % higher from now on.`);
    return;
  }
  habits.contextTokens = Math.max(SMALLEST_CONTEXT, takesLess ? limit : Math.floor(now * SHORTER));
  const sentence = `${what}: prompts are made for ${habits.contextTokens} from now on.`;
  habits.notice(CONTEXT, sentence);
  server.log.warn({ contextTokens: habits.contextTokens }, sentence);
}

/** Without its address: people read this in their channels. */
function serverOf({ place }: Server): string {
  return `The server of backend ${place.backend}`;
}
