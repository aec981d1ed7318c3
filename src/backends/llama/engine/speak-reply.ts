import type { EndReason, Piece, ReplyPart, ReplyRequest, Usage } from '../../../chat.ts';
import { BackendError, type BackendFailure, messageOf } from '../../../errors.ts';
import { createVoice, type SpokenPart } from '../../voice.ts';
import { generate } from './generate.ts';
import type { Engine } from './open-engine.ts';

export type Fail = (failure: BackendFailure, message: string, cause?: unknown) => BackendError;

export type Asked = {
  engine: Engine;
  fail: Fail;
  request: ReplyRequest;
  signal: AbortSignal;
};

/** One reply on a sequence of its own, as the contract of backends has it. */
export async function* speakReply(asked: Asked): AsyncGenerator<ReplyPart> {
  const ms = { queue: 0, prompt: 0, generate: 0 };
  const usage: Usage = { prompt: 0, reused: 0, evaluated: 0, reply: 0, reasoning: 0, exact: true, ms };
  const reason = yield* speak(asked, usage);
  yield { type: 'end', reason, usage };
}

async function* speak({ engine, fail, request, signal }: Asked, usage: Usage): AsyncGenerator<SpokenPart, EndReason> {
  const askedAt = performance.now();
  const pieces = piecesOf(request, fail);
  const owner = { session: request.session, persona: request.persona };
  const prompt = engine.tokeniser.prompt(pieces, engine.sequences.script(owner));
  usage.prompt = prompt.tokens.length;
  refuseUnfit(usage.prompt, engine.contextTokens, fail);
  const held = await engine.sequences.take({ owner, prompt, signal }).catch((error: unknown) => {
    throw fail('broken-reply', `llama.cpp failed while it prepared the answer (${messageOf(error)}): try again.`, error);
  });
  usage.ms.queue = Math.round(performance.now() - askedAt);
  if (!held) return 'aborted';
  if (held === 'full') throw fail('busy', tooBusy(engine));
  let how: 'broken' | undefined;
  try {
    const voice = createVoice(request.sampling.stop, pieces);
    const end = yield* generate({ engine, held, prompt: prompt.tokens, request, voice, usage, signal });
    if (end === 'aborted') return end;
    yield* voice.rest({ cut: end === 'length' });
    if (!voice.spoke) throw fail('broken-reply', emptyReply(end, usage));
    return end;
  } catch (error) {
    if (error instanceof BackendError) throw error;
    how = 'broken';
    if (signal.aborted) return 'aborted';
    throw fail('broken-reply', `llama.cpp failed while it answered (${messageOf(error)}): try again.`, error);
  } finally {
    await held.release(how);
  }
}

export function tooBusy({ sequences }: Engine): string {
  const { total, waiting } = sequences;
  return `${total} replies are being made and ${waiting} wait for their turn, which is as many as may: try again in a moment.`;
}

function piecesOf({ rendered }: ReplyRequest, fail: Fail): readonly Piece[] {
  if (rendered.input === 'pieces') return rendered.pieces;
  throw fail('rejected', 'llama.cpp takes a rendered prompt, and this request holds chat messages: render it with a template.');
}

export function refuseUnfit(promptTokens: number, contextTokens: number, fail: Fail): void {
  if (promptTokens === 0) throw fail('rejected', 'The prompt is empty: there is nothing to answer.');
  if (promptTokens < contextTokens) return;
  const advice = 'shorten it, or set a larger contextSize';
  throw fail('too-long', `The prompt has ${promptTokens} tokens and the context holds ${contextTokens}: ${advice}.`);
}

function emptyReply(end: EndReason, { reply, reasoning }: Usage): string {
  if (reasoning > reply) {
    return `The model thought for ${reasoning} tokens and said nothing: ask again, set thinking to off, or raise contextSize.`;
  }
  const why = end === 'length' ? `its ${reply + reasoning} tokens show nothing` : 'it ended at once';
  return `The model said nothing (${why}): ask again, or raise maxTokens.`;
}
