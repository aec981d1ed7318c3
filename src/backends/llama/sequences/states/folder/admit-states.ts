import { stat } from 'node:fs/promises';
import type { Token } from 'node-llama-cpp';
import { messageOf } from '../../../../../errors.ts';
import type { Logger } from '../../../../../log.ts';
import { isMissing, RefusedStateError } from '../saved-state.ts';
import { type FoundState, mapSome, readFolder } from './read-folder.ts';
import { type Sidecar, sidecarName } from './sidecar.ts';
import { hashTokens, readTokens } from './state-file.ts';
import type { KeptState, StateFolder } from './state-folder.ts';

export type Rules = { fingerprint: string; largestTokens: number };

type Judged = { kept: KeptState } | { foreign: true } | { file: string; problem: string };

/**
 * The states in a folder that can be used. What cannot is refused, once and aloud, and deleted, and so is what is left of states that
 * were never finished. Their checksums are left to who loads them. Throws what node:fs throws.
 */
export async function admitStates(folder: StateFolder, rules: Rules, log: Logger): Promise<KeptState[]> {
  const { states, names } = await readFolder(folder.path);
  const judged = await mapSome(states, (found) => judge(folder, found, rules));
  const kept = judged.flatMap((one) => ('kept' in one ? [one.kept] : []));
  const foreign = judged.filter((one) => 'foreign' in one).length;
  for (const one of judged) {
    if ('problem' in one)
      log.warn({ folder: folder.path, file: one.file }, `a saved state is refused and deleted: it ${one.problem}`);
  }
  if (foreign > 0) {
    log.warn(
      { folder: folder.path, states: foreign },
      'saved states of another model or other settings are refused and deleted',
    );
  }
  await deleteOthers(folder, names, kept);
  for (const { sizeBytes } of kept) folder.usedBytes += sizeBytes;
  return kept;
}

/** Deletes what was never finished, or was left. Throws what node:fs throws. */
export async function removeStrays(folder: StateFolder, kept: readonly KeptState[]): Promise<void> {
  const { names } = await readFolder(folder.path);
  await deleteOthers(folder, names, kept);
}

async function deleteOthers(folder: StateFolder, names: readonly string[], kept: readonly KeptState[]): Promise<void> {
  const wanted = new Set(kept.flatMap(({ key, sidecar }) => [sidecarName(key), sidecar.file]));
  await folder.delete(names.filter((name) => !wanted.has(name)));
}

async function judge(folder: StateFolder, { key, sidecar, sidecarBytes, usedAt }: FoundState, rules: Rules): Promise<Judged> {
  if (!sidecar) return { file: sidecarName(key), problem: 'has a damaged sidecar' };
  if (sidecar.fingerprint !== rules.fingerprint) return { foreign: true };
  const { owner, kind, file, bytes } = sidecar;
  try {
    const tokens = await tokensOf(folder.pathOf(file), sidecar, rules.largestTokens);
    const state = { id: file, owner, kind, tokens, bytes };
    return { kept: { key, state, sidecar, sizeBytes: bytes + sidecarBytes, folder, usedAt } };
  } catch (error) {
    if (error instanceof RefusedStateError) return { file, problem: error.message };
    return { file, problem: isMissing(error) ? 'has no file' : `cannot be read (${messageOf(error)})` };
  }
}

/** The tokens of a state, when its file is as its sidecar says. Throws RefusedStateError and what node:fs throws. */
export async function tokensOf(file: string, sidecar: Sidecar, mostTokens: number): Promise<Token[]> {
  const { size } = await stat(file);
  if (size !== sidecar.bytes) throw new RefusedStateError(`has ${size} bytes and was written with ${sidecar.bytes}`);
  const tokens = await readTokens(file, mostTokens);
  if (tokens.length !== sidecar.tokens || hashTokens(tokens) !== sidecar.tokensHash) {
    throw new RefusedStateError('holds other tokens than its sidecar says');
  }
  return tokens;
}
