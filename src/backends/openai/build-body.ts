import type { OpenAI } from 'openai';
import type { Dial, ReplyRequest } from '../../chat.ts';
import { roomForReply } from '../reasoning-budget.ts';

export type Body = OpenAI.ChatCompletionCreateParamsStreaming;

export type Dialect = {
  model: string;
  /** api.openai.com refuses fields that it does not know */
  official: boolean;
  extraBody: Record<string, unknown>;
  /** of the model; left out where it need not be known, because nothing is thought */
  contextTokens?: number;
};

const EVERYWHERE: readonly Dial[] = ['temperature', 'maxTokens', 'topP', 'frequencyPenalty', 'presencePenalty', 'stop', 'seed'];
const ELSEWHERE: readonly Dial[] = ['topK', 'minP', 'repeatPenalty'];

/** OpenAI's API takes no more stop strings than this; we apply all of them ourselves in any case. */
const MOST_STOPS = 4;

export function honouredDials(official: boolean): readonly Dial[] {
  return official ? EVERYWHERE : [...EVERYWHERE, ...ELSEWHERE];
}

/**
 * The body of one streaming chat completion, with the request's dials exactly as they are; only `max_tokens`, in which servers count
 * reasoning as well, is larger by what may be thought, as far as the context has room for it.
 */
export function buildBody(request: ReplyRequest, { model, official, extraBody, contextTokens = 0 }: Dialect): Body {
  const { rendered, sampling, thinking } = request;
  if (rendered.input !== 'messages') throw new TypeError('An openai backend takes messages; this request holds pieces.');
  // A server would apply a stop string to the reasoning as well; with thinking on only we can apply it to the reply alone.
  const stop = thinking === 'off' ? sampling.stop.filter(Boolean).slice(0, MOST_STOPS) : [];
  return {
    ...extraBody,
    model,
    messages: rendered.messages.map(({ role, content }) => ({ role, content })),
    stream: true,
    stream_options: { include_usage: true },
    seed: request.seed,
    temperature: sampling.temperature,
    max_tokens: Math.max(sampling.maxTokens, roomForReply({ sampling, thinking, contextTokens })),
    top_p: sampling.topP,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    ...(stop.length > 0 ? { stop } : {}),
    ...(official ? {} : { top_k: sampling.topK, min_p: sampling.minP, repeat_penalty: sampling.repeatPenalty }),
  };
}
