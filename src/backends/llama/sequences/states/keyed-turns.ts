/** Runs the tasks of one key one after the other, in the order in which they came; other keys do not wait. */
export class KeyedTurns {
  readonly #newest = new Map<string, Promise<unknown>>();

  isBusy(key: string): boolean {
    return this.#newest.has(key);
  }

  /** keys that have a task */
  get busyKeys(): number {
    return this.#newest.size;
  }

  async run<Result>(key: string, task: () => Promise<Result>): Promise<Result> {
    const before = this.#newest.get(key) ?? Promise.resolve();
    const mine = before.then(task, task);
    this.#newest.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#newest.get(key) === mine) this.#newest.delete(key);
    }
  }

  /** Waits for all tasks that are there now. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#newest.values());
  }
}
