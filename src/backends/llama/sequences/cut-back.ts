import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { commonPrefix, type Rewinding } from './sources.ts';
import { canRewindTo } from './states/rewinding.ts';

/** How far a model can go back in a saved state. */
export function rewindingOf(sequence: LlamaContextSequence | undefined): Rewinding {
  const { isRecurrent, isHybrid, swaSize } = sequence?.model.fileInsights ?? {};
  if (isRecurrent || isHybrid) return 'none';
  return swaSize === undefined ? 'any' : 'last';
}

/** How many tokens of the prompt need not be evaluated in a sequence as it is now. */
export function keptTokens(sequence: LlamaContextSequence, prompt: readonly Token[]): number {
  const shared = Math.min(commonPrefix(sequence.contextTokens, prompt), prompt.length - 1);
  if (!canRewindTo(sequence, shared)) return 0;
  const evaluatedAgain = sequence.getRestoreToPrefixIndexEvaluationSize(shared); // -1: nothing has to be taken back
  return shared - Math.max(0, evaluatedAgain);
}

/**
 * Takes from a sequence what is not the beginning of the prompt, and what of that beginning it does not really hold any more. The
 * prompt's last token goes as well: it is evaluated for its logits. A model that cannot rewind is put back to its last checkpoint
 * before, where it has one.
 */
export async function cutBack(sequence: LlamaContextSequence, prompt: readonly Token[]): Promise<void> {
  const shared = Math.min(commonPrefix(sequence.contextTokens, prompt), prompt.length - 1);
  if (canRewindTo(sequence, shared)) return await sequence.adaptStateToTokens([...prompt.slice(0, shared)], false);
  // The library goes back to a checkpoint only where it sees that cells are missing.
  const held = sequence.needsCheckpoints ? Math.min(shared, Math.max(0, sequence.stateCellsStartIndex)) : 0;
  await sequence.adaptStateToTokens([...prompt.slice(0, held)], false);
}
