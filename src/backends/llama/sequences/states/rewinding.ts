import type { LlamaContextSequence } from 'node-llama-cpp';

/**
 * Whether a sequence that is cut back to its first `tokens` tokens still holds all that the next one looks at. In a model with a sliding
 * window it may not, and then the library cuts without a word and the replies are wrong: what slid out of the window is gone from the
 * cache after a while, and from a saved state always, also where `swaFullCache` keeps it otherwise (llama_kv_cache::state_write leaves
 * out masked cells). The next token looks at as many tokens as the window has, itself among them.
 */
export function canRewindTo(sequence: LlamaContextSequence, tokens: number): boolean {
  const { swaSize } = sequence.model.fileInsights;
  if (swaSize === undefined || tokens === 0 || tokens >= sequence.nextTokenIndex) return true;
  const firstCell = sequence.stateCellsStartIndex;
  return firstCell <= 0 || tokens >= firstCell + swaSize - 1;
}
