import type { Sampling, Thinking } from '../chat.ts';

/**
 * Tokens that a model may think in, apart from `maxTokens`, which counts visible text. A model that thinks although it was told not
 * to is stopped soon; nothing is kept free for that.
 */
export const REASONING_TOKENS: Readonly<Record<Thinking, number>> = { off: 512, low: 1024, full: 8192 };

type Asked = { sampling: Sampling; thinking: Thinking; contextTokens: number };

/**
 * Tokens to keep free for a reply and the reasoning before it. A reply that may be longer than the model can hold leaves half of
 * the context to the prompt.
 */
export function roomForReply({ sampling: { maxTokens }, thinking, contextTokens }: Asked): number {
  const reasoning = thinking === 'off' ? 0 : REASONING_TOKENS[thinking];
  return Math.min(maxTokens + reasoning, Math.floor(contextTokens / 2));
}
