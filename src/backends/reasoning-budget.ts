import type { Sampling, Thinking } from '../chat.ts';

/**
 * Tokens that a model may think in, apart from `maxTokens`, which counts visible text. A model that thinks although it was told not
 * to is brought to its reply soon; nothing is kept free for that.
 */
export const REASONING_TOKENS: Readonly<Record<Thinking, number>> = { off: 128, low: 1024, full: 8192 };

/** What ends a thought and begins the reply is never longer. */
const CLOSING_TOKENS = 16;

type Asked = { sampling: Sampling; thinking: Thinking; contextTokens: number };

/**
 * Tokens to keep free for a reply and the reasoning before it. A reply that may be longer than the model can hold leaves half of
 * the context to the prompt.
 */
export function roomForReply({ sampling: { maxTokens }, thinking, contextTokens }: Asked): number {
  const reasoning = thinking === 'off' ? 0 : REASONING_TOKENS[thinking];
  return Math.min(maxTokens + reasoning, Math.floor(contextTokens / 2));
}

type Left = {
  thinking: Thinking;
  /** tokens of visible text that were asked for */
  maxTokens: number;
  /** tokens that the prompt leaves in the context */
  room: number;
};

/** Tokens after which a thought must end, so that the reply has the room it was promised, or half of what there is. */
export function reasoningBudget({ thinking, maxTokens, room }: Left): number {
  return Math.min(REASONING_TOKENS[thinking], Math.max(room - maxTokens - CLOSING_TOKENS, Math.floor(room / 2)));
}
