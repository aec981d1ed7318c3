import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ConfigError, StoreError } from '../../src/errors.ts';
import { openStore } from '../../src/memory/open-store.ts';
import { openSessions } from '../../src/memory/session.ts';
import { createStoreCall, openTable } from '../../src/memory/table.ts';
import { collect, freshStore, storeOn, temporaryFolder } from './fixtures.ts';
import { memberTurn } from './turns.ts';

describe('a change of a value', () => {
  it('is made on what is stored now, and loses nothing that others change at once', async () => {
    const path = join(temporaryFolder(), 'troupe.db');
    const [here, there] = [await storeOn(path), await storeOn(path)];
    const count = (store: typeof here) => store.change('id', 's:1', (current = 0) => current + 1);
    const counted = await Promise.all(Array.from({ length: 100 }, (_, index) => count(index % 2 === 0 ? here : there)));
    expect(counted.sort((first, second) => first - second)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(await here.table('id').get('s:1')).toBe(100);
  });
});

describe('opening a store', () => {
  it('makes the folder and keeps what is written for the next time', async () => {
    const path = join(temporaryFolder(), 'deep', 'er', 'troupe.db');
    const store = await openStore(`sqlite:${path}`);
    await store.table('channel').set('c1', { sampling: {}, generation: 2 });
    await store.close();
    expect(await (await storeOn(path)).table('channel').get('c1')).toEqual({ sampling: {}, generation: 2 });
  });

  it('takes memory: and begins empty each time', async () => {
    const store = await openStore('memory:');
    await store.table('claim').set('a', 1);
    expect(await store.table('claim').get('a')).toBe(1);
    await store.close();
    const other = await openStore('memory:');
    expect(await other.table('claim').get('a')).toBeUndefined();
    await other.close();
  });

  it.each(['redis://localhost', 'sqlite:', 'data/troupe.db', ''])('says what is supported when asked for "%s"', async (url) => {
    const error = await openStore(url).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toMatch(/sqlite:<path>.*memory:/);
  });

  it('says in one sentence that a file is not a database, and leaves it as it is', async () => {
    const path = join(temporaryFolder(), 'notes.txt');
    writeFileSync(path, 'These are my notes. '.repeat(500));
    await expect(openStore(`sqlite:${path}`)).rejects.toThrow(/notes\.txt is not a SQLite database: name another file/);
    expect(readFileSync(path, 'utf8')).toBe('These are my notes. '.repeat(500));
  });

  it('says in one sentence that a folder cannot be made or a path is no file', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder.db'));
    await expect(openStore(`sqlite:${join(folder, 'file', 'troupe.db')}`)).rejects.toThrow(StoreError);
    await expect(openStore(`sqlite:${join(folder, 'file', 'troupe.db')}`)).rejects.toThrow(/folder .* cannot be made/);
    await expect(openStore(`sqlite:${join(folder, 'folder.db')}`)).rejects.toThrow(/folder\.db cannot be opened: check/);
  });

  it('refuses a file that a newer version wrote', async () => {
    const path = join(temporaryFolder(), 'troupe.db');
    await (await openStore(`sqlite:${path}`)).close();
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 9');
    database.close();
    await expect(openStore(`sqlite:${path}`)).rejects.toThrow(/newer version of Troupe \(store version 9\)/);
  });
});

describe('a store', () => {
  it('writes the documented keys, also where a key begins like its kind', async () => {
    const path = join(temporaryFolder(), 'troupe.db');
    const store = await storeOn(path);
    await openSessions(store).append('turn', memberTurn('id:1', 'hi', { author: { kind: 'member', id: 'a:b', name: 'A' } }));
    const rows = new DatabaseSync(path, { readOnly: true }).prepare('SELECT key FROM entry ORDER BY key').all();
    expect(rows.map((row) => row.key)).toEqual(['head:turn', 'id:turn:id:1', 'member:a%3Ab:turn:1', 'turn:turn:1']);
    expect(await store.table('turn').get('turn:1')).toMatchObject({ seq: 1 });
    expect(await store.table('turn').getMany(['turn:1', 'turn:2'])).toMatchObject([{ seq: 1 }, undefined]);
    expect(await store.table('turn').deleteMany(['turn:1'])).toBe(true);
    expect(await collect(store.keys('turn'))).toEqual([]);
  });

  it('lists the keys of one kind that begin with a prefix, over many pages', async () => {
    const store = await freshStore();
    const entries = Array.from({ length: 1_200 }, (_, index) => ({ key: `s:${1_000 + index}`, value: index }));
    await store.table('id').setMany([...entries, { key: 't:1', value: 1 }]);
    await store.table('member').set('s:1', 1);
    expect(await collect(store.keys('id', 's:'))).toEqual(entries.map((entry) => entry.key));
  });

  it('adds a key once until it expires', async () => {
    const store = await freshStore();
    expect(await store.addIfAbsent('claim', 'm1', { by: 'a' }, 30)).toBe(true);
    expect(await store.addIfAbsent('claim', 'm1', { by: 'b' }, 30)).toBe(false);
    expect(await store.table('claim').get('m1')).toEqual({ by: 'a' });
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(await store.table('claim').get('m1')).toBeUndefined();
    expect(await store.addIfAbsent('claim', 'm1', { by: 'c' })).toBe(true);
    expect(await store.table('claim').get('m1')).toEqual({ by: 'c' });
  });

  it('lets exactly one of two processes add a key, on a file that both make', async () => {
    const path = join(temporaryFolder(), 'troupe.db');
    const claimant = fileURLToPath(new URL('claim-many.ts', import.meta.url));
    const startAt = String(Date.now() + 1_500);
    const wins = await Promise.all(
      ['a', 'b'].map(async (name) => {
        const child = spawn(process.execPath, [claimant, path, name, startAt], { stdio: ['ignore', 'pipe', 'inherit'] });
        let output = '';
        child.stdout.on('data', (chunk) => {
          output += chunk;
        });
        const [code] = await once(child, 'close');
        expect(code).toBe(0);
        return output.split('\n').filter(Boolean);
      }),
    );
    const keys = Array.from({ length: 500 }, (_, index) => String(index)).sort();
    expect(wins.flat().sort()).toEqual(keys);
    const store = await storeOn(path);
    const holders = await store.table('claim').getMany(wins[0] ?? []);
    expect(holders.every((holder) => holder === 'a')).toBe(true);
  });

  it('refuses a kind of key that is not declared', async () => {
    const store = await freshStore();
    expect(() => store.table('diary' as 'turn')).toThrow(/declare it in src\/memory\/keys\.ts/);
    await expect(collect(store.keys('diary' as 'turn'))).rejects.toThrow(StoreError);
  });
});

describe('a store that fails', () => {
  it('throws from every verb once it is closed, and never answers as if it were empty', async () => {
    const store = await openStore('memory:');
    const sessions = openSessions(store);
    await store.close();
    const table = store.table('channel');
    const value = { sampling: {}, generation: 1 };
    const calls = [
      () => table.get('a'),
      () => table.getMany(['a']),
      () => table.set('a', value),
      () => table.setMany([{ key: 'a', value }]),
      () => table.delete('a'),
      () => table.deleteMany(['a']),
      () => store.addIfAbsent('claim', 'a', 1),
      () => store.revision(),
      () => store.compact(),
      () => collect(store.keys('turn')),
      () => sessions.recall('s'),
      () => sessions.append('s', memberTurn('1', 'hi')),
      () => sessions.list(),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow(StoreError);
  });

  it('says that a damaged file is damaged instead of forgetting the session', async () => {
    const path = join(temporaryFolder(), 'troupe.db');
    const store = await openStore(`sqlite:${path}`);
    const sessions = openSessions(store);
    for (let index = 0; index < 300; index += 1) await sessions.append('s', memberTurn(`${index}`, 'x'.repeat(200)));
    await store.close();
    const size = statSync(path).size;
    const file = openSync(path, 'r+');
    for (let page = 3; page * 4096 < size; page += 1) writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096);
    const failure = await openStore(`sqlite:${path}`)
      .then((damaged) =>
        openSessions(damaged)
          .recall('s')
          .finally(() => damaged.close()),
      )
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StoreError);
    expect(String(failure)).toMatch(/troupe\.db is damaged: put a backup in its place/);
  });

  it('throws for a value that is not JSON', async () => {
    const path = join(temporaryFolder(), 'troupe.db');
    const store = await storeOn(path);
    await store.table('turn').set('s:1', { ...memberTurn('1', 'hi'), seq: 1 });
    const database = new DatabaseSync(path);
    database.exec(`UPDATE entry SET value = '{"value":{"seq"'`);
    database.close();
    await expect(store.table('turn').get('s:1')).rejects.toThrow(StoreError);
    await expect(store.table('turn').getMany(['s:1'])).rejects.toThrow(StoreError);
  });

  it('gives up on an adapter that never answers', async () => {
    const never = () => new Promise<never>(() => undefined);
    const adapter = {
      opts: {},
      get: never,
      getMany: never,
      set: never,
      setMany: never,
      delete: never,
      deleteMany: never,
      clear: never,
    };
    const table = openTable<number>('id', adapter, createStoreCall({ deadlineMs: 30 }));
    await expect(table.get('a')).rejects.toThrow('The store could not read id:a within 30 ms: try again.');
    await expect(table.set('a', 1)).rejects.toThrow(StoreError);
    await expect(table.getMany(['a'])).rejects.toThrow(StoreError);
    await expect(table.deleteMany(['a'])).rejects.toThrow(StoreError);
  });

  it('takes a write that the adapter refused as a failure', async () => {
    const adapter = {
      opts: {},
      get: async () => undefined,
      set: async () => false,
      delete: async () => true,
      clear: async () => undefined,
    };
    const table = openTable<number>('id', adapter, createStoreCall({ deadlineMs: 1_000 }));
    await expect(table.set('a', 1)).rejects.toThrow('The store refused to write id:a.');
  });
});
