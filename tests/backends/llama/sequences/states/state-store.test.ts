import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Token } from 'node-llama-cpp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { StateOwner } from '../../../../../src/backends/llama/sequences/states/state-store.ts';
import { createModelFiles, endlessModel } from '../../model-files.ts';
import {
  createPlace,
  filesOf,
  fill,
  generate,
  MIB,
  type OpenedStore,
  openScene,
  openStore,
  type Place,
  promptOf,
  type Scene,
  saved,
} from './scene.ts';

const files = createModelFiles();
let scene: Scene;
beforeAll(async () => {
  scene = await openScene(files.write('endless.gguf', endlessModel()));
});
afterAll(async () => {
  await scene.close();
  files.remove();
});

let place: Place;
const stores: OpenedStore[] = [];
const open = async (options: Parameters<typeof openStore>[1] = {}) => {
  const store = await openStore(place, options);
  stores.push(store);
  return store;
};
beforeEach(() => {
  place = createPlace();
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  place.remove();
});

const session = (name: string): StateOwner => ({ persona: 'rook', session: name });

/** Fills a sequence and saves it. */
async function keep(store: OpenedStore, owner: StateOwner, prompt: readonly Token[]) {
  await fill(scene.sequences[0]!, prompt);
  return await saved(store, scene.sequences[0]!, owner);
}

const sessionsIn = (store: OpenedStore) => store.all().map(({ owner }) => owner.session);
const statesIn = (folder: string) => filesOf(folder).filter(({ name }) => name.endsWith('.kv'));
const bytesIn = (folder: string) =>
  filesOf(folder).reduce((sum, { name, bytes }) => sum + (name === 'owner.json' ? 0 : bytes.length), 0);
/** What a state of 60 tokens takes, with its sidecar. */
const ROOM = 33_000;

test.each([undefined, 4 * MIB])(
  'a saved state goes on after a restart as the sequence would have, with %s bytes of memory',
  async (memoryBytes) => {
    const [first, second] = scene.sequences;
    const prompt = promptOf(100, 1);
    const store = await open({ memoryBytes });
    await fill(first!, prompt.slice(0, 90));
    const state = await store.save(first!, { owner: session('cafe'), kind: 'whole' });
    expect(state).toMatchObject({ owner: session('cafe'), kind: 'whole', tokens: prompt.slice(0, 90) });
    const expected = await generate(first!, prompt.slice(90));
    await store.close();

    const later = await open({ memoryBytes });
    expect(later.all()).toEqual([state]);
    expect(await later.load(second!, later.all()[0]!)).toBe(true);
    expect(second!.contextTokens).toEqual(prompt.slice(0, 90));
    expect(await generate(second!, prompt.slice(90))).toEqual(expected);
    expect([...store.warnings, ...later.warnings]).toEqual([]);
  },
);

test('a new state takes the place of the one its owner had of that kind, and of no other', async () => {
  const store = await open();
  const old = await keep(store, session('cafe'), promptOf(30, 1));
  await keep(store, { persona: 'rook' }, promptOf(20, 2));
  await keep(store, { persona: 'wren', session: 'cafe' }, promptOf(20, 3));
  const now = await keep(store, session('cafe'), promptOf(60, 4));
  expect(statesIn(place.disk)).toHaveLength(3);
  expect(store.all().map(({ tokens: { length } }) => length)).toEqual([60, 20, 20]);
  expect(await store.load(scene.sequences[1]!, old)).toBe(false);
  expect(await store.load(scene.sequences[1]!, now)).toBe(true);
  expect(store.warnings).toEqual([]);
});

test('a sequence that holds nothing has no state to save', async () => {
  const store = await open();
  const state = await keep(store, session('cafe'), promptOf(30, 1));
  await scene.sequences[0]!.clearHistory();
  expect(await store.save(scene.sequences[0]!, { owner: session('cafe'), kind: 'whole' })).toBeUndefined();
  expect(store.all()).toEqual([state]);
  expect(store.warnings).toEqual([]);
});

test('names of any form are kept as they are, in files that every system can name', async () => {
  const store = await open();
  const odd = ['../../outside', 'a/b\\c:d*e?', '카페 🎭', 'CON', '', 'x'.repeat(5000), '\ud800'].map(session);
  for (const owner of odd) await keep(store, owner, promptOf(5, 1));
  await store.close();
  const later = await open();
  expect(later.all().map(({ owner }) => owner)).toEqual(odd.toReversed());
  for (const { name } of filesOf(place.disk)) expect(name).toMatch(/^[a-z0-9.-]{9,60}$/);
});

describe('within its budgets, a store', () => {
  test('moves what was used longest ago from memory to the disk, and what was longest there goes', async () => {
    const store = await open({ memoryBytes: 3 * ROOM, diskBytes: 2 * ROOM });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await keep(store, session(name), promptOf(60, 1));
      expect(bytesIn(place.memory)).toBeLessThanOrEqual(3 * ROOM);
      expect(bytesIn(place.disk)).toBeLessThanOrEqual(2 * ROOM);
    }
    expect(sessionsIn(store)).toEqual(['f', 'e', 'd', 'c', 'b']);
    expect([statesIn(place.memory), statesIn(place.disk)].map(({ length }) => length)).toEqual([3, 2]);
    for (const state of store.all()) {
      expect(await store.load(scene.sequences[1]!, state)).toBe(true);
      expect(scene.sequences[1]!.contextTokens).toEqual(promptOf(60, 1));
    }
    expect(store.warnings).toEqual([]);
  });

  test('counts loading as use, and remembers it over a restart', async () => {
    const store = await open({ diskBytes: 3 * ROOM });
    const [a] = [await keep(store, session('a'), promptOf(60, 1)), await keep(store, session('b'), promptOf(60, 2))];
    await keep(store, session('c'), promptOf(60, 3));
    expect(await store.load(scene.sequences[1]!, a)).toBe(true);
    expect(sessionsIn(store)).toEqual(['a', 'c', 'b']);
    await store.close();
    const later = await open({ diskBytes: 3 * ROOM });
    expect(sessionsIn(later)).toEqual(['a', 'c', 'b']);
    await keep(later, session('d'), promptOf(60, 4));
    expect(sessionsIn(later)).toEqual(['d', 'a', 'c']);
  });

  test('puts a state that is too large for the memory on the disk', async () => {
    const store = await open({ memoryBytes: ROOM, diskBytes: MIB });
    await keep(store, session('small'), promptOf(40, 1));
    await keep(store, session('large'), promptOf(200, 2));
    expect([statesIn(place.memory), statesIn(place.disk)].map(({ length }) => length)).toEqual([1, 1]);
    expect(await store.load(scene.sequences[1]!, store.all()[0]!)).toBe(true);
    expect(store.warnings).toEqual([]);
  });

  test.each([
    ['the budgets are too small', { memoryBytes: 1000, diskBytes: 2000 }],
    ['both folders are turned off', { diskBytes: undefined }],
  ])('keeps nothing, and says so once, when %s', async (_why, budgets) => {
    const store = await openStore(place, { ...budgets, diskBytes: 'memoryBytes' in budgets ? 2000 : 0 });
    stores.push(store);
    await fill(scene.sequences[0]!, promptOf(60, 1));
    for (const name of ['a', 'b', 'c']) {
      expect(await store.save(scene.sequences[0]!, { owner: session(name), kind: 'whole' })).toBeUndefined();
    }
    expect(store.all()).toEqual([]);
    expect(store.warnings).toEqual([expect.stringContaining('a state cannot be saved')]);
    expect([...statesIn(place.memory), ...statesIn(place.disk)]).toEqual([]);
  });

  test('keeps the newest when the budget has become smaller since', async () => {
    const store = await open({ diskBytes: 3 * ROOM });
    for (const name of ['a', 'b', 'c']) await keep(store, session(name), promptOf(60, 1));
    await store.close();
    expect(sessionsIn(await open({ diskBytes: ROOM }))).toEqual(['c']);
    expect(statesIn(place.disk)).toHaveLength(1);
  });

  test('keeps its order and its budget when everything happens at once', async () => {
    const store = await open({ memoryBytes: 2 * ROOM, diskBytes: 3 * ROOM });
    const [first, second, third] = scene.sequences;
    await fill(first!, promptOf(60, 1));
    await fill(second!, promptOf(60, 2));
    const work: Promise<unknown>[] = [];
    for (let round = 0; round < 12; round += 1) {
      work.push(store.save(first!, { owner: session(`a${round % 5}`), kind: 'whole' }));
      work.push(store.save(second!, { owner: session(`b${round % 3}`), kind: 'whole' }));
      const state = store.all()[round % 4];
      if (state) work.push(store.load(third!, state));
      if (round % 4 === 3) work.push(store.forget('a1'));
    }
    await Promise.all(work);
    expect(bytesIn(place.memory)).toBeLessThanOrEqual(2 * ROOM);
    expect(bytesIn(place.disk)).toBeLessThanOrEqual(3 * ROOM);
    const names = store.all().map(({ id }) => id);
    expect(new Set([...statesIn(place.memory), ...statesIn(place.disk)].map(({ name }) => name))).toEqual(new Set(names));
    expect(names.length).toBeGreaterThan(0);
    for (const state of store.all()) expect(await store.load(third!, state)).toBe(true);
    expect(store.warnings).toEqual([]);
  });
});

test('saves that make room for each other do not wait for each other', async () => {
  const [small, large] = scene.sequences;
  await fill(small!, promptOf(60, 1));
  await fill(large!, promptOf(170, 2));
  for (const turns of [1, 2, 4]) {
    const store = await open({ memoryBytes: 3 * ROOM });
    for (const name of ['a', 'b', 'c']) await saved(store, small!, session(name));
    const work = [saved(store, large!, session(`large ${turns}`))];
    // By now it moves the first of them to the disk.
    for (let turn = 0; turn < turns; turn += 1) await nextTurn();
    for (const name of ['b', 'c']) work.push(saved(store, small!, session(name)));
    const states = await Promise.all(work);
    expect(store.all().map(({ id }) => id)).toEqual(expect.arrayContaining(states.map(({ id }) => id)));
    await store.close();
  }
});

describe('what cannot be written', () => {
  test('is said once, and the disk is taken instead of the memory', async () => {
    const store = await open({ memoryBytes: MIB });
    rmSync(place.memory, { recursive: true });
    writeFileSync(place.memory, 'a file where the folder was');
    await keep(store, session('a'), promptOf(30, 1));
    const b = await keep(store, session('b'), promptOf(30, 2));
    expect(statesIn(place.disk)).toHaveLength(2);
    expect(await store.load(scene.sequences[1]!, b)).toBe(true);
    expect(store.warnings).toEqual([expect.stringMatching(/^a state cannot be saved in .*memory: /)]);
    rmSync(place.memory);
  });

  test('keeps no store from opening', async () => {
    writeFileSync(place.disk, 'a file where the folder should be');
    const store = await open();
    await fill(scene.sequences[0]!, promptOf(30, 1));
    expect(await store.save(scene.sequences[0]!, { owner: session('a'), kind: 'whole' })).toBeUndefined();
    expect(store.warnings).toEqual([
      expect.stringMatching(/^no states can be saved in .*: check the rights of the folder$/),
      expect.stringContaining('a state cannot be saved'),
    ]);
  });
});

describe('closing', () => {
  test('moves what is in memory to the disk, most recently used first, and leaves nothing in memory', async () => {
    const store = await open({ memoryBytes: 4 * ROOM, diskBytes: 2 * ROOM });
    for (const name of ['a', 'b', 'c', 'd']) await keep(store, session(name), promptOf(60, 1));
    writeFileSync(path.join(place.memory, `${'0'.repeat(32)}-${'0'.repeat(16)}.kv`), 'stray');
    await store.close();
    expect(existsSync(place.memory)).toBe(false);
    const later = await open({ diskBytes: 2 * ROOM });
    expect(sessionsIn(later)).toEqual(['d', 'c']);
    for (const state of later.all()) expect(await later.load(scene.sequences[1]!, state)).toBe(true);
  });

  test('brings nothing back that another process has erased', async () => {
    const store = await open({ memoryBytes: MIB });
    const { id } = await keep(store, session('a'), promptOf(60, 1));
    rmSync(path.join(place.memory, `${id.slice(0, 32)}.json`));
    await store.close();
    expect(filesOf(place.disk)).toEqual([]);
    expect((await open()).all()).toEqual([]);
  });

  test('waits for what is being saved, and afterwards nothing is saved or loaded', async () => {
    const store = await open({ memoryBytes: MIB });
    const before = await keep(store, session('a'), promptOf(30, 1));
    const saving = store.save(scene.sequences[0]!, { owner: session('b'), kind: 'whole' });
    await Promise.all([store.close(), store.close()]);
    expect(await saving).toMatchObject({ owner: session('b') });
    expect(await store.save(scene.sequences[0]!, { owner: session('c'), kind: 'whole' })).toBeUndefined();
    expect(await store.load(scene.sequences[1]!, before)).toBe(false);
    expect(store.all()).toEqual([]);
    expect(sessionsIn(await open())).toEqual(['b', 'a']);
  });
});

test('only this user can look into the folders', { skip: process.platform === 'win32' }, async () => {
  await keep(await open({ memoryBytes: MIB }), session('a'), promptOf(30, 1));
  for (const folder of [place.memory, place.disk]) expect(statSync(folder).mode & 0o777).toBe(0o700);
});
