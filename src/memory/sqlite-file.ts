import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { messageOf, StoreError } from '../errors.ts';

/** 'TRUP': tells our files from another program's SQLite database. */
const APPLICATION_ID = 0x54525550;
const SCHEMA_VERSION = 1;
const BUSY_TIMEOUT_MS = 5_000;

const LIVE = '(expires IS NULL OR expires > ?)';
const STATEMENTS = {
  get: 'SELECT value, expires FROM entry WHERE key = ?',
  set: `INSERT INTO entry (key, value, expires) VALUES (?, ?, ?)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires`,
  add: `INSERT INTO entry (key, value, expires) VALUES (?, ?, ?)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = excluded.expires WHERE entry.expires <= ?`,
  has: `SELECT 1 FROM entry WHERE key = ? AND ${LIVE}`,
  delete: 'DELETE FROM entry WHERE key = ?',
  clearAll: 'DELETE FROM entry',
  clearRange: 'DELETE FROM entry WHERE key >= ? AND key < ?',
  firstPage: `SELECT key, value FROM entry WHERE key >= ? AND key < ? AND ${LIVE} ORDER BY key LIMIT ?`,
  nextPage: `SELECT key, value FROM entry WHERE key > ? AND key < ? AND ${LIVE} ORDER BY key LIMIT ?`,
  purge: 'DELETE FROM entry WHERE expires <= ?',
  dataVersion: 'PRAGMA data_version',
  truncateWal: 'PRAGMA wal_checkpoint(TRUNCATE)',
} as const;
type Statements = Readonly<Record<keyof typeof STATEMENTS, StatementSync>>;

/**
 * One open SQLite database that several adapters share: each holds it, and it closes when the last lets go.
 * Throws what `node:sqlite` throws; `explainSqlite` puts that into a sentence.
 */
export class SqliteFile {
  readonly path: string;
  readonly database: DatabaseSync;
  readonly statements: Statements;
  #holders = 0;

  /** `path` is a file, or `:memory:`. */
  constructor(path: string) {
    this.path = path;
    this.database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    try {
      prepareDatabase(this.database, path);
      this.statements = prepareStatements(this.database);
      this.statements.purge.run(Date.now());
    } catch (error) {
      this.database.close();
      throw error;
    }
  }

  hold(): void {
    this.#holders += 1;
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders <= 0 && this.database.isOpen) this.database.close();
  }

  /** All or nothing. Readers inside see one state of the database. */
  transaction<Result>(kind: 'read' | 'write', work: () => Result): Result {
    this.database.exec(kind === 'write' ? 'BEGIN IMMEDIATE' : 'BEGIN');
    try {
      const result = work();
      this.database.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Leaves nothing of deleted rows in the file or its log. Takes as long as the file is large. */
  compact(): void {
    this.database.exec('VACUUM');
    if (this.statements.truncateWal.get()?.busy !== 0) {
      throw new StoreError(
        `${this.path} is being read by another process, so what was erased is still in its log: stop that process and try again.`,
      );
    }
  }
}

function prepareDatabase(database: DatabaseSync, path: string): void {
  const tables = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.count;
  const application = database.prepare('PRAGMA application_id').get()?.application_id;
  const version = database.prepare('PRAGMA user_version').get()?.user_version;
  if (tables !== 0 && application !== APPLICATION_ID) {
    throw new StoreError(`${path} is the database of another program: give the store a file of its own.`);
  }
  if (typeof version === 'number' && version > SCHEMA_VERSION) {
    throw new StoreError(`${path} was written by a newer version of Troupe (store version ${version}): use that version.`);
  }
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA secure_delete = ON;
    BEGIN IMMEDIATE;
    PRAGMA application_id = ${APPLICATION_ID};
    PRAGMA user_version = ${SCHEMA_VERSION};
    CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires INTEGER) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS entry_expires ON entry (expires) WHERE expires IS NOT NULL;
    COMMIT;
  `);
}

function prepareStatements(database: DatabaseSync): Statements {
  const prepare = (name: keyof typeof STATEMENTS) => database.prepare(STATEMENTS[name]);
  return {
    get: prepare('get'),
    set: prepare('set'),
    add: prepare('add'),
    has: prepare('has'),
    delete: prepare('delete'),
    clearAll: prepare('clearAll'),
    clearRange: prepare('clearRange'),
    firstPage: prepare('firstPage'),
    nextPage: prepare('nextPage'),
    purge: prepare('purge'),
    dataVersion: prepare('dataVersion'),
    truncateWal: prepare('truncateWal'),
  };
}

/** SQLite's primary result codes (sqlite.org/rescode.html) that an operator can act on. */
const ADVICE: ReadonlyMap<number, string> = new Map([
  [5, 'is locked by another process that does not let go: stop that process and try again'],
  [8, 'cannot be written: check the rights of the file and its folder'],
  [10, 'cannot be read or written: check the disk'],
  [11, 'is damaged: put a backup in its place, or move it away to start with an empty store'],
  [13, 'cannot grow because the disk is full: make room'],
  [14, 'cannot be opened: check that it is a file and that its folder can be written'],
  [26, 'is not a SQLite database: name another file, or move this one away'],
]);

/** The SQLite result code of an error, without its extension; undefined for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

/** SQLite's codes for a path where no database is or can be: it cannot be opened, it is something else. */
const MISPLACED: readonly (number | undefined)[] = [14, 26];

/** Whether a file that could not be opened is the wrong one, so that only another path helps. */
export function isMisplaced(error: unknown): boolean {
  return error instanceof StoreError || MISPLACED.includes(sqliteCode(error));
}

/** One sentence: which file, what is wrong with it, what to do. */
export function explainSqlite(path: string, error: unknown): string {
  if (error instanceof StoreError) return error.message;
  const advice = ADVICE.get(sqliteCode(error) ?? -1);
  return advice ? `${path} ${advice} (${messageOf(error)}).` : `${path} failed: ${messageOf(error)}.`;
}
