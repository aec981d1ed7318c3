import type { SequenceEvaluateOptions, Token } from 'node-llama-cpp';
import type { ReplyRequest, Sampling } from '../../../chat.ts';

/** Penalties look back this far; the library copies the window for every token. */
const PENALTY_WINDOW_TOKENS = 512;

/**
 * What the library is told of a request.
 * @param said the tokens of the visible reply so far; filled in as it grows
 */
export function evaluateOptions({ sampling, seed }: ReplyRequest, said: readonly Token[]): SequenceEvaluateOptions {
  const { temperature, topK, topP, minP } = sampling;
  return {
    temperature,
    topK,
    topP,
    minP,
    seed: seed >>> 0,
    repeatPenalty: penalties(sampling, said),
    // The end of a turn inside of a thought need not be the end of the reply.
    yieldEogToken: true,
    contextShift: {
      strategy: () => {
        throw new Error('The context is full, and it is never shifted.');
      },
    },
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
