import type { LlamaContextSequence } from 'node-llama-cpp';
import type { Rules } from './folder/admit-states.ts';
import { encodeSidecar, keyOf, newStateName, type Sidecar } from './folder/sidecar.ts';
import { checksum, hashTokens, readTokens } from './folder/state-file.ts';
import type { KeptState, StateFolder } from './folder/state-folder.ts';
import type { KeptStates } from './kept-states.ts';
import type { StateKind, StateOwner } from './saved-state.ts';

/** What is to be known of a state that is saved. */
export type AboutState = {
  owner: StateOwner;
  kind: StateKind;
  /** for a shared state, the session that it was made in: forgetting that session deletes it */
  from?: string;
};

type Surroundings = { about: AboutState; kept: KeptStates; rules: Rules };

/**
 * In the key's turn: saves a sequence in a folder, where room can be made for it; undefined where not. Its sidecar comes last, so that
 * a process which ends in between leaves a stray. Throws what llama.cpp and node:fs throw, and leaves nothing then.
 */
export async function writeState(
  folder: StateFolder,
  sequence: LlamaContextSequence,
  { about, kept, rules }: Surroundings,
): Promise<KeptState | undefined> {
  const key = keyOf(about.owner, about.kind);
  const incoming = { key, usedAt: kept.tick() };
  let reserved = expectedBytes(kept, sequence.nextTokenIndex);
  if (!(await kept.reserve(folder, reserved, incoming))) return undefined;
  const file = newStateName(key);
  let isKept = false;
  try {
    await folder.make();
    const { fileSize } = await sequence.saveStateToFile(folder.pathOf(file));
    const { sidecar, state } = await describe(folder.pathOf(file), { about, file, fileSize, rules, lastUse: incoming.usedAt });
    const sizeBytes = state.bytes + Buffer.byteLength(encodeSidecar(sidecar));
    kept.lastWritten = { tokens: state.tokens.length, bytes: sizeBytes };
    if (sizeBytes > reserved && !(await kept.reserve(folder, sizeBytes - reserved, incoming))) return undefined;
    folder.usedBytes -= Math.max(0, reserved - sizeBytes);
    reserved = sizeBytes;
    const usedAt = kept.tick();
    await folder.writeSidecar(key, sidecar, usedAt);
    isKept = true;
    return { key, state, sidecar, sizeBytes, folder, usedAt };
  } finally {
    if (!isKept) {
      folder.usedBytes -= reserved;
      await folder.delete([file]);
    }
  }
}

/** What the library will write is known when it is written: until then, what a state of similar length says. */
function expectedBytes(kept: KeptStates, tokens: number): number {
  const nearest = kept.nearestSize(tokens);
  return nearest ? Math.ceil(nearest.bytes * Math.max(1, tokens / nearest.tokens)) : 0;
}

/** `fileSize` is what the library says that it has written. */
type Written = { about: AboutState; file: string; fileSize: number; rules: Rules; lastUse: number };

async function describe(path: string, written: Written): Promise<Pick<KeptState, 'sidecar' | 'state'>> {
  const { about, file, fileSize, rules, lastUse } = written;
  const { owner, kind, from } = about;
  const { crc, bytes } = await checksum(path);
  // The library does not notice when the last bytes find no room on the disk.
  if (bytes !== fileSize) throw new Error(`there was space for ${bytes} bytes of ${fileSize}`);
  const tokens = await readTokens(path, rules.largestTokens);
  const sidecar: Sidecar = {
    version: 1,
    fingerprint: rules.fingerprint,
    // Whatever else the caller's object holds is nothing for a file.
    owner: { persona: owner.persona, ...(owner.session === undefined ? {} : { session: owner.session }) },
    ...{ kind, file, bytes, crc32: crc, tokens: tokens.length, tokensHash: hashTokens(tokens) },
    ...(from === undefined ? {} : { from }),
    lastUse,
  };
  return { sidecar, state: { id: file, owner: sidecar.owner, kind, tokens, bytes } };
}
