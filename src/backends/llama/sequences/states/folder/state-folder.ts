import { chmod, lstat, mkdir, rename, rmdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../../../../errors.ts';
import type { Logger } from '../../../../../log.ts';
import type { SavedState } from '../saved-state.ts';
import type { StatePlace } from '../state-places.ts';
import { type Claim, claimFolder } from './folder-owner.ts';
import { deleteFiles } from './read-folder.ts';
import { encodeSidecar, newUnfinishedName, type Sidecar, sidecarName } from './sidecar.ts';

/** A state that is in a folder now. */
export type KeptState = {
  readonly key: string;
  readonly state: SavedState;
  readonly sidecar: Sidecar;
  /** of the state's file and its sidecar */
  readonly sizeBytes: number;
  readonly folder: StateFolder;
  /** ms since the epoch, different for each state */
  usedAt: number;
};

/** A folder of states that belongs to this process. What is in it is the store's business. */
export class StateFolder {
  readonly path: string;
  budgetBytes: number;
  readonly isMemory: boolean;
  /** what the states in it take, and what is set aside for those that are being written */
  usedBytes = 0;
  readonly #claim: Extract<Claim, { owned: true }>;

  constructor({ folder, budgetBytes }: StatePlace, isMemory: boolean, claim: Extract<Claim, { owned: true }>) {
    this.path = folder;
    this.budgetBytes = budgetBytes;
    this.isMemory = isMemory;
    this.#claim = claim;
  }

  pathOf(name: string): string {
    return path.join(this.path, name);
  }

  /** With this a state is there: whoever finds its file without a sidecar takes it for a stray. Throws what node:fs throws. */
  async writeSidecar(key: string, sidecar: Sidecar, usedAt: number): Promise<void> {
    const unfinished = newUnfinishedName(key);
    try {
      await writeFile(this.pathOf(unfinished), encodeSidecar(sidecar), { mode: 0o600 });
      await setTime(this.pathOf(unfinished), usedAt);
      await rename(this.pathOf(unfinished), this.pathOf(sidecarName(key)));
    } catch (error) {
      await deleteFiles(this.path, [unfinished]);
      throw error;
    }
  }

  /** Writes down when a state was used. Throws what node:fs throws, ENOENT when the state is gone. */
  async touch({ key }: KeptState, usedAt: number): Promise<void> {
    await setTime(this.pathOf(sidecarName(key)), usedAt);
  }

  /** Throws what node:fs throws. */
  async delete(names: readonly string[]): Promise<void> {
    await deleteFiles(this.path, names);
  }

  /** Makes sure that it is there and nobody else can look into it. Throws what node:fs throws. */
  async make(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
  }

  /** Others may have it now. One in memory is removed, where nothing is left in it. */
  async release(): Promise<void> {
    await this.#claim.release();
    if (!this.isMemory) return;
    for (const folder of [this.path, path.dirname(this.path)]) await rmdir(folder).catch(() => undefined);
  }
}

async function setTime(file: string, ms: number): Promise<void> {
  await utimes(file, ms / 1000, ms / 1000);
}

/** Undefined, and said in the log, when it cannot be used. */
export async function openStateFolder(place: StatePlace, isMemory: boolean, log: Logger): Promise<StateFolder | undefined> {
  const { folder } = place;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (isMemory) await makePrivate(folder);
    const claim = await claimFolder(folder);
    if (claim.owned) return new StateFolder(place, isMemory, claim);
    log.warn({ folder, pid: claim.pid }, 'another process keeps its saved states in this folder: this one keeps none there');
  } catch (error) {
    log.warn({ folder, error }, `no states can be saved in ${folder} (${messageOf(error)}): check the rights of the folder`);
  }
  return undefined;
}

/** Everybody can make folders in shared memory: one that somebody else has made for us is not used. */
async function makePrivate(folder: string): Promise<void> {
  const found = await lstat(folder);
  const user = process.getuid?.() ?? found.uid;
  if (!found.isDirectory() || found.uid !== user) throw new Error('it belongs to somebody else');
  if ((found.mode & 0o077) !== 0) await chmod(folder, 0o700);
}
