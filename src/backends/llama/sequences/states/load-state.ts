import { stat } from 'node:fs/promises';
import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { messageOf } from '../../../../errors.ts';
import { tokensOf } from './folder/admit-states.ts';
import { checksum } from './folder/state-file.ts';
import type { KeptState } from './folder/state-folder.ts';
import { RefusedStateError } from './saved-state.ts';

/**
 * In the key's turn: loads a state into an empty sequence, once everything about its file is found to be right: llama.cpp aborts the
 * process on one that is a byte short. Throws RefusedStateError and what node:fs throws; the sequence is empty then.
 */
export async function loadState(
  { sidecar, folder }: KeptState,
  sequence: LlamaContextSequence,
  mostTokens: number,
): Promise<void> {
  const file = folder.pathOf(sidecar.file);
  const tokens = await tokensOf(file, sidecar, mostTokens);
  const { crc, bytes } = await checksum(file);
  if (bytes !== sidecar.bytes || crc !== sidecar.crc32) throw new RefusedStateError('is damaged: its checksum is wrong');
  try {
    await sequence.loadStateFromFile(file, { acceptRisk: true });
  } catch (error) {
    if (sequence.disposed) throw error;
    await emptyCells(sequence, tokens);
    await stat(file);
    throw new RefusedStateError(`cannot be loaded (${messageOf(error)})`, { cause: error });
  }
  if (sequence.contextTokens.every((token, index) => token === tokens[index]) && sequence.nextTokenIndex === tokens.length)
    return;
  await sequence.clearHistory();
  throw new RefusedStateError('brought other tokens than its file holds');
}

/**
 * A load that fails halfway leaves cells behind in models with two caches, in a sequence that is empty to the library, which then has
 * nothing to clear. With one token in it there is.
 */
async function emptyCells(sequence: LlamaContextSequence, tokens: readonly Token[]): Promise<void> {
  await sequence.clearHistory();
  await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(0, 1));
  await sequence.clearHistory();
}
