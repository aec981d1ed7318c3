import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setImmediate as letOthersRun, setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, messageOf, StoreError } from '../errors.ts';
import { KEY_KINDS, type TableName, type TableValues } from './keys.ts';
import { explainSqlite, isMisplaced, SqliteFile, sqliteCode } from './sqlite-file.ts';
import { SqliteStore } from './sqlite-store.ts';
import { createStoreCall, deserialise, openTable, type StoreCall, serialise, type Table } from './table.ts';

const DEADLINE_MS = 2_000;
const OPEN_DEADLINE_MS = 5_000;
const BUSY = 5;

/** All that is remembered. Every method throws StoreError when the store fails, and never answers as if it were empty. */
export type Store = {
  readonly url: string;
  table<Name extends TableName>(name: Name): Table<TableValues[Name]>;
  /** True for exactly one caller, in any number of processes, until `ttlMs` has passed; left out, for ever. */
  addIfAbsent<Name extends TableName>(table: Name, key: string, value: TableValues[Name], ttlMs?: number): Promise<boolean>;
  /** Puts what `to` makes of the stored value in its place and gives it; nobody writes in between, in any number of processes. */
  change<Name extends TableName>(
    table: Name,
    key: string,
    to: (current: TableValues[Name] | undefined) => TableValues[Name],
  ): Promise<TableValues[Name]>;
  /** The keys of a kind that begin with `prefix`, in order, without the name of the kind. */
  keys(table: TableName, prefix?: string): AsyncIterable<string>;
  /** Changes when another process has written: what was cached before is stale. */
  revision(): Promise<number>;
  /** Leaves nothing of deleted values on the disk, and names the files to look in. Takes as long as the store is large. */
  compact(): Promise<readonly string[]>;
  close(): Promise<void>;
};

export type OpenStoreOptions = { /** for each call, ms */ deadlineMs?: number };

/**
 * `sqlite:<path>` (from the working directory; its folder is made) or `memory:` (gone at exit).
 * Throws ConfigError for another address and StoreError when the file cannot be used.
 */
export async function openStore(url: string, { deadlineMs = DEADLINE_MS }: OpenStoreOptions = {}): Promise<Store> {
  const path = pathOf(url);
  const file = await openFile(path);
  const adapters: SqliteStore[] = [];
  const openAdapter = () => {
    const adapter = new SqliteStore(file);
    adapters.push(adapter);
    return adapter;
  };
  const call = createStoreCall({ deadlineMs, explain: (error) => explainSqlite(path, error) });
  const tables = openTables(openAdapter, call);
  const shared = openAdapter();
  return {
    url,
    table: (name) => {
      if (!Object.hasOwn(tables, name))
        throw new StoreError(`The store has no table ${name}: declare it in src/memory/keys.ts.`);
      return tables[name];
    },
    addIfAbsent: (table, key, value, ttlMs) =>
      call(`add ${table}:${key}`, () =>
        shared.addIfAbsent({ key: `${table}:${key}`, value: serialise(value, ttlMs), ttl: ttlMs }),
      ),
    change: (table, key, to) =>
      call(`change ${table}:${key}`, async () =>
        deserialise(
          await shared.change(`${table}:${key}`, (raw) => serialise(to(raw === undefined ? undefined : deserialise(raw)))),
        ),
      ),
    keys: (table, prefix = '') => listKeys({ shared, call }, table, prefix),
    revision: () => call('tell whether it changed', async () => Number(file.statements.dataVersion.get()?.data_version)),
    compact: () => compact(file),
    close: async () => {
      await Promise.all(adapters.map((adapter) => adapter.disconnect()));
    },
  };
}

function pathOf(url: string): string {
  if (url === 'memory:') return ':memory:';
  const path = url.startsWith('sqlite:') ? url.slice('sqlite:'.length).replace(/^\/\//, '') : '';
  if (path !== '') return resolve(path);
  const message = `"${url}" is not a store that Troupe can open: write sqlite:<path>, such as sqlite:data/troupe.db, or memory: to forget everything at exit.`;
  throw new ConfigError([{ file: 'STORE_URL', message }]);
}

async function openFile(path: string): Promise<SqliteFile> {
  if (path !== ':memory:') await makeStoreFolder(dirname(path));
  const givesUpAt = performance.now() + OPEN_DEADLINE_MS;
  for (;;) {
    try {
      return new SqliteFile(path);
    } catch (error) {
      // While another process makes the same new file, SQLite says busy at once instead of waiting.
      if (sqliteCode(error) !== BUSY || performance.now() > givesUpAt) {
        throw new StoreError(explainSqlite(path, error), { cause: error, misplaced: isMisplaced(error) });
      }
      await sleep(25);
    }
  }
}

async function makeStoreFolder(folder: string): Promise<void> {
  try {
    await makeFolders(folder);
  } catch (error) {
    const message = `The store's folder ${folder} cannot be made: ${messageOf(error)}. Name another with STORE_URL or TROUPE_DATA.`;
    throw new StoreError(message, { cause: error, misplaced: true });
  }
}

/** One by one: Node's own recursion never ends under /proc, where a folder cannot be made in one that is there. */
async function makeFolders(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) await makeFolders(parent);
  try {
    await mkdir(folder);
  } catch (error) {
    if (!(await isFolder(folder))) throw error; // another process may have been first
  }
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

type Tables = { readonly [Name in TableName]: Table<TableValues[Name]> };

function openTables(openAdapter: () => SqliteStore, call: StoreCall): Tables {
  const open = <Name extends TableName>(name: Name) => openTable<TableValues[Name]>(name, openAdapter(), call);
  return {
    head: open('head'),
    turn: open('turn'),
    id: open('id'),
    member: open('member'),
    record: open('record'),
    persona: open('persona'),
    channel: open('channel'),
    claim: open('claim'),
  };
}

type Shared = { shared: SqliteStore; call: StoreCall };

async function* listKeys({ shared, call }: Shared, table: TableName, prefix: string): AsyncGenerator<string, void> {
  if (!Object.hasOwn(KEY_KINDS, table))
    throw new StoreError(`The store has no table ${table}: declare it in src/memory/keys.ts.`);
  const start = `${table}:${prefix}`;
  const what = `list the keys of ${table}`;
  let rows = await call(what, () => shared.page(start));
  while (rows.length > 0) {
    for (const [key] of rows) yield key.slice(table.length + 1);
    // SQLite answers at once, so that a long walk would keep everything else waiting.
    await letOthersRun();
    const last = rows.at(-1)?.[0];
    rows = await call(what, () => shared.page(start, last));
  }
}

async function compact(file: SqliteFile): Promise<readonly string[]> {
  try {
    file.compact();
  } catch (error) {
    throw new StoreError(explainSqlite(file.path, error), { cause: error });
  }
  return file.path === ':memory:' ? [] : [file.path, `${file.path}-wal`, `${file.path}-shm`];
}
