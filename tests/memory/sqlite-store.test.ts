import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { keyvIteratorTests, default as keyvTestSuite } from '@keyv/test-suite';
import { Keyv } from 'keyv';
import * as vitest from 'vitest';
import { afterAll, describe, expect, it } from 'vitest';
import { SqliteFile } from '../../src/memory/sqlite-file.ts';
import { SqliteStore } from '../../src/memory/sqlite-store.ts';
import { collect, temporaryFolder } from './fixtures.ts';

describe("Keyv's own test suite", () => {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-keyv-'));
  const file = new SqliteFile(join(folder, 'suite.db'));
  const store = () => new SqliteStore(file);
  afterAll(() => {
    file.database.close();
    rmSync(folder, { recursive: true });
  });
  keyvTestSuite(vitest, Keyv, store);
  keyvIteratorTests(vitest, Keyv, store);
});

function freshFile(): SqliteFile {
  return new SqliteFile(join(temporaryFolder(), 'entries.db'));
}

describe('the SQLite adapter', () => {
  it('clears its own namespace and nothing that only looks like it', async () => {
    const file = freshFile();
    const names = ['u_1', 'uX1', 'u_12', 'u%', 'u'];
    const keyvs = names.map((namespace) => new Keyv({ store: new SqliteStore(file), namespace }));
    for (const keyv of keyvs) await keyv.set('a', 1);
    await keyvs[0]?.clear();
    await keyvs[4]?.clear();
    expect(await Promise.all(keyvs.map((keyv) => keyv.get('a')))).toEqual([undefined, 1, 1, 1, undefined]);
    file.database.close();
  });

  it('walks more rows than a page holds, in order, each once', async () => {
    const file = freshFile();
    const store = new SqliteStore(file);
    const keys = Array.from({ length: 1_234 }, (_, index) => `n:${String(index).padStart(5, '0')}`);
    await store.setMany(keys.map((key) => ({ key, value: 'x' })));
    await store.setMany([
      { key: 'm:1', value: 'x' },
      { key: 'n;', value: 'x' },
    ]);
    expect((await collect(store.iterator('n'))).map(([key]) => key)).toEqual(keys);
    file.database.close();
  });

  it('finds keys in every script by their prefix', async () => {
    const file = freshFile();
    const store = new SqliteStore(file);
    const keys = ['가:1', '가:2', '각:1', '\u{10ffff}:1', '\ud7ff1', '\ue0001'];
    await store.setMany(keys.map((key) => ({ key, value: 'x' })));
    const under = async (prefix: string) => (await store.page(prefix)).map(([key]) => key);
    expect(await under('가:')).toEqual(['가:1', '가:2']);
    expect(await under('\u{10ffff}')).toEqual(['\u{10ffff}:1']);
    expect(await under('\ud7ff')).toEqual(['\ud7ff1']);
    expect((await under('')).length).toBe(keys.length);
    file.database.close();
  });

  it('removes expired rows from the file when something else is written with a time to live', async () => {
    const file = freshFile();
    const store = new SqliteStore(file);
    await store.set('old', 'x', 1);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect([await store.get('old'), await store.has('old'), await store.hasMany(['old'])]).toEqual([undefined, false, [false]]);
    await store.set('new', 'x', 60_000);
    expect(file.database.prepare('SELECT key FROM entry').all()).toEqual([{ key: 'new' }]);
    file.database.close();
  });

  it('writes many or none', async () => {
    const file = freshFile();
    const store = new SqliteStore(file);
    const broken = { key: 'b', value: null } as unknown as { key: string; value: string };
    await expect(store.setMany([{ key: 'a', value: 'x' }, broken])).rejects.toThrow();
    expect(await store.get('a')).toBeUndefined();
    file.database.close();
  });

  it('closes the file when the last adapter lets go, and not before', async () => {
    const file = freshFile();
    const [first, second] = [new SqliteStore(file), new SqliteStore(file)];
    await first.disconnect();
    await first.disconnect();
    expect(file.database.isOpen).toBe(true);
    await second.set('a', 'x');
    await second.disconnect();
    expect(file.database.isOpen).toBe(false);
    await expect(second.get('a')).rejects.toThrow();
  });

  it('keeps a write-ahead log and overwrites what is deleted', () => {
    const file = freshFile();
    const setting = (name: string) => Object.values(file.database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
    expect([setting('journal_mode'), setting('synchronous'), setting('secure_delete')]).toEqual(['wal', 1, 1]);
    expect(setting('busy_timeout')).toBe(5_000);
    file.database.close();
  });

  it("refuses another program's database and leaves it alone", () => {
    const path = join(temporaryFolder(), 'other.db');
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE theirs (a)');
    other.close();
    expect(() => new SqliteFile(path)).toThrow(/another program/);
    const tables = new DatabaseSync(path, { readOnly: true }).prepare('SELECT name FROM sqlite_schema').all();
    expect(tables).toEqual([{ name: 'theirs' }]);
  });
});
