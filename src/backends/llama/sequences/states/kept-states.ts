import type { Logger } from '../../../../log.ts';
import { sidecarName } from './folder/sidecar.ts';
import { copyUntil } from './folder/state-file.ts';
import type { KeptState, StateFolder } from './folder/state-folder.ts';
import { KeyedTurns } from './keyed-turns.ts';
import { isMissing } from './saved-state.ts';

export type Size = { tokens: number; bytes: number };

/** The state that room is made for: only those used longer ago go for it. */
type Incoming = Pick<KeptState, 'key' | 'usedAt'>;

/**
 * All states in all folders, within their budgets: what was used longest ago moves to the next folder, and from the last one it goes.
 * Everything that is done to the files of one key is done in the key's turn.
 */
export class KeptStates {
  readonly turns = new KeyedTurns();
  readonly #roomTurns = new KeyedTurns();
  /** in the order of their last use */
  readonly #byKey = new Map<string, KeptState>();
  readonly #folders: readonly StateFolder[];
  readonly #log: Logger;
  #lastTick = 0;
  /** How large the state was that was written last, kept or not. */
  lastWritten: Size | undefined;

  /** @param folders the first is tried first; what does not fit there any more moves to the next */
  constructor(folders: readonly StateFolder[], log: Logger) {
    this.#folders = folders;
    this.#log = log;
  }

  /** Most recently used first. */
  all(): KeptState[] {
    return [...this.#byKey.values()].reverse();
  }

  get(key: string): KeptState | undefined {
    return this.#byKey.get(key);
  }

  /** Of the state that is most similar in length to one of so many tokens. */
  nearestSize(tokens: number): Size | undefined {
    const sizes = this.all().map(({ state, sizeBytes }): Size => ({ tokens: state.tokens.length, bytes: sizeBytes }));
    if (this.lastWritten) sizes.push(this.lastWritten);
    const distance = (size: Size) => Math.abs(size.tokens - tokens);
    const [first, ...rest] = sizes;
    return rest.reduce((best, size) => (best && distance(best) <= distance(size) ? best : size), first);
  }

  /** The time, in ms since the epoch, later than that of every use before. */
  tick(): number {
    this.#lastTick = Math.max(Date.now(), this.#lastTick + 1);
    return this.#lastTick;
  }

  /** Takes in states that are in their folders already; of two with one key, the one used last. */
  async admit(states: readonly KeptState[]): Promise<void> {
    for (const kept of states.toSorted((one, other) => one.usedAt - other.usedAt)) {
      this.#lastTick = Math.max(this.#lastTick, kept.usedAt);
      await this.put(kept);
    }
    const newest = { key: '', usedAt: Number.POSITIVE_INFINITY };
    for (const folder of this.#folders) await this.reserve(folder, 0, newest);
  }

  /** In the key's turn: a state that is complete and has its room takes the place of the one before. */
  async put(kept: KeptState): Promise<void> {
    const old = this.#byKey.get(kept.key);
    if (old && old.usedAt < kept.usedAt) this.#byKey.delete(kept.key);
    this.#byKey.set(kept.key, kept);
    if (!old) return;
    old.folder.usedBytes -= old.sizeBytes;
    // In the same folder they have the same sidecar.
    const names = old.folder === kept.folder ? [] : [sidecarName(old.key)];
    await old.folder.delete([...names, old.sidecar.file]).catch((error: unknown) => this.#complain(old, error));
  }

  /** In the key's turn: it was used now. Throws what node:fs throws, ENOENT when it is gone. */
  async use(kept: KeptState): Promise<void> {
    kept.usedAt = this.tick();
    this.#byKey.delete(kept.key);
    this.#byKey.set(kept.key, kept);
    await kept.folder.touch(kept, kept.usedAt);
  }

  /** In the key's turn. Throws what node:fs throws when its files cannot be deleted. */
  async delete(kept: KeptState): Promise<void> {
    await kept.folder.delete([sidecarName(kept.key), kept.sidecar.file]);
    if (this.#byKey.get(kept.key) !== kept) return;
    this.#byKey.delete(kept.key);
    kept.folder.usedBytes -= kept.sizeBytes;
  }

  /** In the key's turn: as `delete`, but files that cannot be deleted stay, counted and in nobody's way, which is said. */
  async drop(kept: KeptState): Promise<void> {
    try {
      await this.delete(kept);
    } catch (error) {
      if (this.#byKey.get(kept.key) === kept) this.#byKey.delete(kept.key);
      this.#complain(kept, error);
    }
  }

  /** Sets room aside in a folder, making it where that is possible; false when it is not. */
  async reserve(folder: StateFolder, bytes: number, incoming: Incoming): Promise<boolean> {
    return await this.#roomTurns.run(folder.path, async () => {
      const missing = () => folder.usedBytes + bytes - folder.budgetBytes;
      const evictable = this.#evictable(folder, incoming);
      if (evictable.reduce((room, { sizeBytes }) => room + sizeBytes, 0) < missing()) return false;
      for (const kept of evictable) {
        if (missing() <= 0) break;
        if (kept.key === incoming.key) await this.drop(kept);
        // Whoever began something with it meanwhile may be waiting for room here.
        else if (!this.turns.isBusy(kept.key)) await this.turns.run(kept.key, () => this.#evict(kept));
      }
      if (missing() > 0) return false;
      folder.usedBytes += bytes;
      return true;
    });
  }

  /**
   * In the key's turn: moves a state to another folder, where that has room or can make it by the deadline (ms since the epoch); false
   * when it stays where it is.
   */
  async move(kept: KeptState, target: StateFolder, deadline = Number.POSITIVE_INFINITY): Promise<boolean> {
    if (!(await this.reserve(target, kept.sizeBytes, kept))) return false;
    const { key, sidecar, folder, usedAt } = kept;
    try {
      await target.make();
      if (await copyUntil(deadline, folder.pathOf(sidecar.file), target.pathOf(sidecar.file))) {
        await target.writeSidecar(key, sidecar, usedAt);
        // Only what is still there: another process may have erased it meanwhile, and then its copy must go as well.
        await folder.touch(kept, usedAt);
        await this.put({ ...kept, folder: target });
        return true;
      }
    } catch (error) {
      this.#complain(kept, error);
    }
    target.usedBytes -= kept.sizeBytes;
    await target.delete([sidecarName(key), sidecar.file]).catch((error: unknown) => this.#complain(kept, error));
    return false;
  }

  /** The state that the incoming one replaces, then those used longest ago; none that somebody does something with. */
  #evictable(folder: StateFolder, { key, usedAt }: Incoming): KeptState[] {
    const here = this.all().filter((kept) => kept.folder === folder);
    const others = here.filter((kept) => kept.key !== key && kept.usedAt < usedAt && !this.turns.isBusy(kept.key));
    return [...here.filter((kept) => kept.key === key), ...others.reverse()];
  }

  async #evict(kept: KeptState): Promise<void> {
    const next = this.#folders[this.#folders.indexOf(kept.folder) + 1];
    if (this.#byKey.get(kept.key) !== kept) return;
    if (!next || !(await this.move(kept, next))) await this.drop(kept);
  }

  /** Files that another process has erased are no failure. */
  #complain({ folder, sidecar }: KeptState, error: unknown): void {
    const level = isMissing(error) ? 'debug' : 'warn';
    this.#log[level]({ error, folder: folder.path, file: sidecar.file }, 'a saved state could not be moved or deleted');
  }
}
