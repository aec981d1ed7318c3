import { type LlamaModel, type SequenceEvaluateOptions, type Token, TokenBias } from 'node-llama-cpp';
import type { ReplyRequest, Sampling } from '../../../chat.ts';
import type { Tokeniser } from '../tokens/tokenise-pieces.ts';

/** Penalties look back this far; the library copies the window for every token. */
const PENALTY_WINDOW_TOKENS = 512;

/** Below it is what llama.cpp's floats call 0. */
const LEAST_PROBABILITY = 1e-37;

/** What the dials need to know of the reply that is made, besides their own values. */
export type Making = {
  model: LlamaModel;
  tokeniser: Pick<Tokeniser, 'content'>;
  /** the tokens of the visible reply so far; filled in as it grows */
  said: readonly Token[];
  /** whether what comes now is a thought */
  isThinking(): boolean;
};

/** What the library is told of a request. */
export function evaluateOptions(request: ReplyRequest, making: Making): SequenceEvaluateOptions {
  return {
    ...samplerOptions(request, making),
    // The end of a turn inside of a thought need not be the end of the reply.
    yieldEogToken: true,
  };
}

export type SamplerOptions = Pick<
  SequenceEvaluateOptions,
  'temperature' | 'topK' | 'topP' | 'minP' | 'seed' | 'repeatPenalty' | 'dryRepeatPenalty' | 'xtc' | 'tokenBias'
>;

/**
 * The dials as the library has them, read anew for each token. They work in this order, whatever is off left out: biases, penalties, DRY,
 * top-k, top-p, min-p, XTC, temperature; at temperature 0 biases, penalties, DRY, XTC, and the likeliest of what is left.
 * AddonSampler::rebuildChainIfNeeded in node_modules/node-llama-cpp/llama/addon/AddonSampler.cpp
 */
export function samplerOptions({ sampling, seed }: Pick<ReplyRequest, 'sampling' | 'seed'>, making: Making): SamplerOptions {
  const { temperature, topK, topP, minP, dry, xtc, logitBias } = sampling;
  return {
    ...{ temperature, topK, topP, minP, seed: seed >>> 0 },
    repeatPenalty: penalties(sampling, making.said),
    ...(dry && dry.multiplier > 0 ? { dryRepeatPenalty: dryPenalty(dry, sampling, making) } : {}),
    ...(xtc && xtc.probability > 0 ? { xtc: excludeTop(xtc, making) } : {}),
    ...(logitBias ? { tokenBias: biases(logitBias, making) } : {}),
  };
}

/**
 * The visible reply's own tokens alone: a persona may say again what stands in the history or in its thoughts, and marks that come
 * more than once must not become unlikely.
 */
function penalties(sampling: Sampling, said: readonly Token[]): NonNullable<SequenceEvaluateOptions['repeatPenalty']> {
  return {
    punishTokens: () => said.slice(-PENALTY_WINDOW_TOKENS),
    maxPunishTokens: PENALTY_WINDOW_TOKENS,
    penalty: sampling.repeatPenalty,
    frequencyPenalty: sampling.frequencyPenalty,
    presencePenalty: sampling.presencePenalty,
  };
}

/**
 * llama.cpp counts the tokens that were chosen while it was on, so that it is off in a thought and forgets then. To look back over all is
 * to look back as far as the reply may be long: the library's own word for all of it (null, passed on as -1) turns it off.
 */
function dryPenalty(
  { multiplier, base, allowedLength, range, breakers }: NonNullable<Sampling['dry']>,
  { maxTokens }: Sampling,
  { isThinking }: Making,
): NonNullable<SequenceEvaluateOptions['dryRepeatPenalty']> {
  return {
    get strength() {
      return isThinking() ? 0 : multiplier;
    },
    ...{ base, allowedLength, lastTokens: range === 0 ? maxTokens : range },
    sequenceBreakers: [...breakers],
  };
}

/** A thought is left as it is: without its likeliest tokens it might never end. */
function excludeTop(
  { probability, threshold }: NonNullable<Sampling['xtc']>,
  { isThinking }: Making,
): NonNullable<SequenceEvaluateOptions['xtc']> {
  return {
    get probability() {
      return isThinking() ? 0 : probability;
    },
    // With 0 the one that stays would be a token that a bias rules out.
    threshold: Math.max(threshold, LEAST_PROBABILITY),
  };
}

/**
 * Each token of a text gets its bias, each time that it stands in one, as llama-server does it:
 * https://github.com/ggml-org/llama.cpp/blob/master/tools/server/server-schema.cpp, logit_bias
 */
function biases(logitBias: NonNullable<Sampling['logitBias']>, { model, tokeniser }: Making): TokenBias {
  const sums = new Map<Token, number>();
  for (const [text, bias] of Object.entries(logitBias)) {
    for (const token of tokeniser.content(text)) {
      sums.set(token, (sums.get(token) ?? 0) + (bias === false ? Number.NEGATIVE_INFINITY : bias));
    }
  }
  const tokenBias = TokenBias.for(model);
  for (const [token, logit] of sums) tokenBias.set(token, { logit });
  return tokenBias;
}
