import { setTimeout as wait } from 'node:timers/promises';
import type { LlamaContextSequence } from 'node-llama-cpp';
import { messageOf, TroupeError } from '../../../../errors.ts';
import type { Logger } from '../../../../log.ts';
import { admitStates, type Rules, removeStrays } from './folder/admit-states.ts';
import { keyOf } from './folder/sidecar.ts';
import { type KeptState, openStateFolder, type StateFolder } from './folder/state-folder.ts';
import { statesOfSessions } from './forgetting.ts';
import { KeptStates } from './kept-states.ts';
import { loadState } from './load-state.ts';
import { isMissing, isOutOfSpace, RefusedStateError, type SavedState } from './saved-state.ts';
import type { StatePlaces } from './state-places.ts';
import { type AboutState, writeState } from './write-state.ts';

export type { SavedState, StateKind, StateOwner } from './saved-state.ts';
export type { StatePlaces } from './state-places.ts';

/** Saved states of sequences, in files that outlive the process. */
export type StateStore = {
  /** Most recently used first. */
  all(): readonly SavedState[];
  /**
   * Replaces the owner's state of that kind. Undefined for an empty sequence, and (said once, not every time) when it cannot be kept:
   * no budget, disk full, no permission.
   */
  save(sequence: LlamaContextSequence, about: AboutState): Promise<SavedState | undefined>;
  /** False: refused (said in the log) and deleted, or gone; the sequence is empty then. */
  load(sequence: LlamaContextSequence, state: SavedState): Promise<boolean>;
  /**
   * Deletes every state of that session, and the shared states that may hold what was said there. Resolves when the bytes are gone;
   * throws TroupeError when they cannot be deleted.
   */
  forget(session: string): Promise<void>;
  /**
   * Moves what is in memory to the disk, most recently used first, as far as budget and some seconds go; nothing stays in memory.
   * Safe to call twice.
   */
  close(): Promise<void>;
};

type Options = {
  places: StatePlaces;
  /** of the model and its context, by `fingerprintOf`: states with another one are refused */
  fingerprint: string;
  /** what a sequence can hold */
  largestTokens: number;
  log: Logger;
};

const CLOSE_DEADLINE_MS = 4000;

/** Opens the folders, refuses and deletes what is damaged or foreign in them, and removes strays. A folder that fails is done without. */
export async function openStateStore({ places, log, ...rules }: Options): Promise<StateStore> {
  const opened = [
    places.memory && (await openStateFolder(places.memory, true, log)),
    places.disk && (await openStateFolder(places.disk, false, log)),
  ];
  const folders = opened.filter((folder) => folder !== undefined);
  const kept = new KeptStates(folders, log);
  await kept.admit((await Promise.all(folders.map((folder) => admitOrNone(folder, rules, log)))).flat());
  return new Store({ kept, folders, rules, log });
}

async function admitOrNone(folder: StateFolder, rules: Rules, log: Logger): Promise<KeptState[]> {
  return await admitStates(folder, rules, log).catch((error: unknown) => {
    log.warn({ folder: folder.path, error }, `the saved states in ${folder.path} cannot be read: ${messageOf(error)}`);
    return [];
  });
}

type Parts = { kept: KeptStates; folders: readonly StateFolder[]; rules: Rules; log: Logger };

class Store implements StateStore {
  readonly #kept: KeptStates;
  readonly #folders: readonly StateFolder[];
  readonly #rules: Rules;
  readonly #log: Logger;
  readonly #told = new Set<string>();
  #closing: Promise<void> | undefined;
  /** from now on nothing is saved, however long ago it began */
  #isOver = false;

  constructor({ kept, folders, rules, log }: Parts) {
    this.#kept = kept;
    this.#folders = folders;
    this.#rules = rules;
    this.#log = log;
  }

  all(): readonly SavedState[] {
    return this.#closing !== undefined ? [] : this.#kept.all().map(({ state }) => state);
  }

  async save(sequence: LlamaContextSequence, about: AboutState): Promise<SavedState | undefined> {
    if (this.#closing !== undefined) return undefined;
    const key = keyOf(about.owner, about.kind);
    return await this.#kept.turns.run(key, async () => {
      if (sequence.nextTokenIndex === 0) return undefined;
      for (const folder of this.#folders) {
        const state = await this.#saveIn(folder, sequence, about);
        if (state) return state;
      }
      // Of states that somebody is at work with none could make room, and that is over soon.
      const isAlone = this.#kept.turns.busyKeys === 1;
      if (isAlone && this.#told.size === 0) this.#tellOnce('a state cannot be saved: no folder for states has room for it');
      return undefined;
    });
  }

  async load(sequence: LlamaContextSequence, state: SavedState): Promise<boolean> {
    const key = keyOf(state.owner, state.kind);
    return await this.#kept.turns.run(key, async () => {
      // The library keeps checkpoints, and cells where a load fails, of what a sequence held before.
      await sequence.clearHistory();
      const kept = this.#kept.get(key);
      if (this.#closing !== undefined || kept?.state.id !== state.id) return false;
      try {
        await loadState(kept, sequence, this.#rules.largestTokens);
        await this.#kept.use(kept);
        return true;
      } catch (error) {
        if (sequence.disposed) throw error;
        await this.#refuse(kept, error);
        await sequence.clearHistory();
        return false;
      }
    });
  }

  async forget(session: string): Promise<void> {
    // What is being saved now may be the session's.
    await this.#kept.turns.settled();
    const states = this.#kept.all().map(({ key, sidecar }) => ({ key, ...sidecar }));
    const keys = statesOfSessions(states, new Set([session])).map(({ key }) => key);
    const outcomes = await Promise.allSettled(keys.map((key) => this.#deleteNow(key)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (!failed) return;
    const reason = messageOf(failed.reason);
    throw new TroupeError(`Saved states of a session cannot be deleted (${reason}): stop what reads them and try again.`, {
      cause: failed.reason,
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #saveIn(folder: StateFolder, sequence: LlamaContextSequence, about: AboutState): Promise<SavedState | undefined> {
    try {
      const kept = await writeState(folder, sequence, { about, kept: this.#kept, rules: this.#rules });
      if (!kept) return undefined;
      await this.#kept.put(kept);
      if (this.#isOver) await this.#kept.drop(kept);
      return kept.state;
    } catch (error) {
      this.#tellOnce(`a state cannot be saved in ${folder.path}: ${messageOf(error)}`, folder.path);
      // What others fill the disk with leaves less than the budget: the next state takes the place of the oldest ones.
      if (isOutOfSpace(error)) folder.budgetBytes = Math.min(folder.budgetBytes, folder.usedBytes);
      return undefined;
    }
  }

  async #refuse(kept: KeptState, error: unknown): Promise<void> {
    const { folder, sidecar } = kept;
    const about = { folder: folder.path, file: sidecar.file };
    // Another process may have erased it.
    if (isMissing(error)) this.#log.debug(about, 'a saved state is gone');
    else this.#log.warn(about, `a saved state is refused and deleted: it ${whyOf(error)}`);
    await this.#kept.drop(kept);
  }

  /** What is wrong with a place is so at every save. */
  #tellOnce(message: string, about = ''): void {
    if (this.#told.has(about)) return;
    this.#told.add(about);
    this.#log.warn(message);
  }

  async #deleteNow(key: string): Promise<void> {
    await this.#kept.turns.run(key, async () => {
      const kept = this.#kept.get(key);
      if (kept) await this.#kept.delete(kept);
    });
  }

  async #close(): Promise<void> {
    const deadline = Date.now() + CLOSE_DEADLINE_MS;
    await Promise.race([this.#kept.turns.settled(), wait(CLOSE_DEADLINE_MS, undefined, { ref: false })]);
    this.#isOver = true;
    const disk = this.#folders.find(({ isMemory }) => !isMemory);
    for (const kept of this.#kept.all().filter(({ folder }) => folder.isMemory)) {
      const moved = disk && Date.now() < deadline && (await this.#kept.move(kept, disk, deadline));
      if (!moved) await this.#kept.drop(kept);
    }
    for (const folder of this.#folders) await this.#leave(folder);
  }

  async #leave(folder: StateFolder): Promise<void> {
    try {
      await removeStrays(
        folder,
        this.#kept.all().filter((kept) => kept.folder === folder),
      );
      await folder.release();
    } catch (error) {
      this.#log.warn(
        { folder: folder.path, error },
        `the saved states in ${folder.path} cannot be tidied: ${messageOf(error)}`,
      );
    }
  }
}

function whyOf(error: unknown): string {
  return error instanceof RefusedStateError ? error.message : `cannot be read (${messageOf(error)})`;
}
