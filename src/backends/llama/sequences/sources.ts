import type { Token } from 'node-llama-cpp';

/** A state that a prompt may go on from: evaluated tokens, in order. */
export type Source = { readonly tokens: readonly Token[] };

/** How many tokens both begin with. */
export function commonPrefix(one: readonly Token[], other: readonly Token[]): number {
  const most = Math.min(one.length, other.length);
  let at = 0;
  while (at < most && one[at] === other[at]) at += 1;
  return at;
}

/**
 * How many tokens of what it has read a model can take back: `any`; the `last` one, where a saved state lacks what slid out of the
 * window (see states/rewinding.ts); `none`, where all that was read is one recurrent state.
 */
export type Rewinding = 'any' | 'last' | 'none';

/**
 * How many tokens of the prompt a saved state saves. The prompt's last token is always evaluated: its logits choose the first token of
 * the reply.
 */
export function usableTokens({ tokens }: Source, prompt: readonly Token[], rewinding: Rewinding): number {
  const shared = Math.min(commonPrefix(tokens, prompt), prompt.length - 1);
  const lost = tokens.length - shared;
  return rewinding === 'any' || lost === 0 || (rewinding === 'last' && lost === 1) ? shared : 0;
}

/** The sources that save more than `atLeast` tokens, the best first; among equals the shortest, which loads fastest. */
export function rankSources<From extends Source>(
  sources: readonly From[],
  prompt: readonly Token[],
  { rewinding, atLeast }: { rewinding: Rewinding; atLeast: number },
): { source: From; usable: number }[] {
  return sources
    .map((source) => ({ source, usable: usableTokens(source, prompt, rewinding) }))
    .filter(({ usable }) => usable > atLeast)
    .sort((one, other) => other.usable - one.usable || one.source.tokens.length - other.source.tokens.length);
}
