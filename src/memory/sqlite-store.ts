import { EventEmitter } from 'node:events';
import type { SqliteFile } from './sqlite-file.ts';

const PAGE_ROWS = 500;
/** In SQLite's order every blob stands behind every text. */
const BEHIND_ALL_TEXT = new Uint8Array(1);

/** A value is the string that Keyv serialised. `ttl` is in ms; left out or 0, the entry stays. */
type SqliteEntry = { key: string; value: string; ttl?: number | undefined };

/**
 * Keyv 5.6 storage adapter on Node's own SQLite. Keys arrive with their namespace in front. Every failure throws; nothing is
 * ever answered as if it were absent. One adapter for each Keyv, because Keyv writes its namespace into the adapter; all adapters
 * of a file share its connection.
 */
export class SqliteStore extends EventEmitter {
  /** Keyv asks for the dialect before it offers an iterator, and writes its own fields here. */
  readonly opts: Record<string, unknown> = { dialect: 'sqlite' };
  namespace: string | undefined;
  readonly #file: SqliteFile;
  #released = false;

  constructor(file: SqliteFile) {
    super();
    this.#file = file;
    file.hold();
  }

  async get(key: string): Promise<string | undefined> {
    return this.#read(key);
  }

  async getMany(keys: readonly string[]): Promise<(string | undefined)[]> {
    return this.#file.transaction('read', () => keys.map((key) => this.#read(key)));
  }

  async set(key: string, value: string, ttl?: number): Promise<boolean> {
    this.#write({ key, value, ttl });
    if (ttl) this.#purge();
    return true;
  }

  async setMany(entries: readonly SqliteEntry[]): Promise<boolean[]> {
    this.#file.transaction('write', () => {
      for (const entry of entries) this.#write(entry);
    });
    if (entries.some((entry) => entry.ttl)) this.#purge();
    return entries.map(() => true);
  }

  /** Stores the value unless a live one stands there. True for exactly one of many callers, in any number of processes. */
  async addIfAbsent(entry: SqliteEntry): Promise<boolean> {
    const expires = expiry(entry.ttl);
    return this.#file.statements.add.run(entry.key, entry.value, expires, Date.now()).changes === 1;
  }

  /** Puts what `to` makes of the stored value in its place and gives it; nobody writes in between, in any number of processes. */
  async change(key: string, to: (current: string | undefined) => string): Promise<string> {
    return this.#file.transaction('write', () => {
      const value = to(this.#read(key));
      this.#write({ key, value });
      return value;
    });
  }

  async delete(key: string): Promise<boolean> {
    return this.#file.statements.delete.run(key).changes === 1;
  }

  /** True when at least one of them was there. */
  async deleteMany(keys: readonly string[]): Promise<boolean> {
    return this.#file.transaction('write', () => {
      const deleted = keys.filter((key) => this.#file.statements.delete.run(key).changes === 1);
      return deleted.length > 0;
    });
  }

  /** Empties this namespace, or the whole file when there is none. */
  async clear(): Promise<void> {
    if (!this.namespace) {
      this.#file.statements.clearAll.run();
      return;
    }
    const prefix = `${this.namespace}:`;
    this.#file.statements.clearRange.run(prefix, endOfPrefix(prefix));
  }

  async has(key: string): Promise<boolean> {
    return this.#file.statements.has.get(key, Date.now()) !== undefined;
  }

  async hasMany(keys: readonly string[]): Promise<boolean[]> {
    const now = Date.now();
    return this.#file.transaction('read', () => keys.map((key) => this.#file.statements.has.get(key, now) !== undefined));
  }

  async *iterator(namespace?: string): AsyncGenerator<[string, string], void> {
    const prefix = namespace ? `${namespace}:` : '';
    let rows = await this.page(prefix);
    while (rows.length > 0) {
      yield* rows;
      rows = await this.page(prefix, rows.at(-1)?.[0]);
    }
    this.#purge();
  }

  /** The next live rows whose key begins with `prefix`, in the order of their keys, from the first one behind `after`. */
  async page(prefix: string, after?: string): Promise<[string, string][]> {
    const { firstPage, nextPage } = this.#file.statements;
    const statement = after === undefined ? firstPage : nextPage;
    const rows = statement.all(after ?? prefix, endOfPrefix(prefix), Date.now(), PAGE_ROWS);
    return rows.map((row) => [textOf(row.key), textOf(row.value)]);
  }

  async disconnect(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    this.#file.release();
  }

  #read(key: string): string | undefined {
    const row = this.#file.statements.get.get(key);
    if (row === undefined) return undefined;
    const expires = row.expires;
    return typeof expires === 'number' && expires <= Date.now() ? undefined : textOf(row.value);
  }

  #write({ key, value, ttl }: SqliteEntry): void {
    this.#file.statements.set.run(key, value, expiry(ttl));
  }

  /** Nobody else removes what has expired, and the index makes it cheap while there is nothing to do. */
  #purge(): void {
    this.#file.statements.purge.run(Date.now());
  }
}

function expiry(ttl: number | undefined): number | null {
  return ttl ? Date.now() + ttl : null;
}

function textOf(column: unknown): string {
  if (typeof column !== 'string') throw new TypeError(`a row of the store holds ${typeof column} where text belongs`);
  return column;
}

/**
 * The first string behind all that begin with `prefix`, in SQLite's order (UTF-8 bytes, which is the order of code points). A
 * range instead of LIKE, because `_` and `%` are letters here like any other.
 */
function endOfPrefix(prefix: string): string | Uint8Array {
  const points = Array.from(prefix, (letter) => letter.codePointAt(0) ?? 0);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const next = last === 0xd7ff ? 0xe000 : last + 1;
    if (next <= 0x10ffff) return String.fromCodePoint(...points, next);
  }
  return BEHIND_ALL_TEXT;
}
