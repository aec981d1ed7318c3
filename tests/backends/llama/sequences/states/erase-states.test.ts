import { execFile } from 'node:child_process';
import { existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { eraseStates } from '../../../../../src/backends/llama/sequences/states/erase-states.ts';
import { memoryFolderOf } from '../../../../../src/backends/llama/sequences/states/state-places.ts';
import type { StateOwner } from '../../../../../src/backends/llama/sequences/states/state-store.ts';
import { createModelFiles, plainModel } from '../../model-files.ts';
import {
  createPlace,
  filesOf,
  fill,
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
  scene = await openScene(files.write('plain.gguf', plainModel()));
});
afterAll(async () => {
  await scene.close();
  files.remove();
});

const SOURCE = path.join(import.meta.dirname, '../../../../../src/backends/llama/sequences/states/erase-states.ts');
/** In memory there is room for two of the states. */
const BUDGETS = { memoryBytes: 45_000 };

let place: Place;
let dataFolder: string;
let store: OpenedStore;
beforeEach(async () => {
  const made = createPlace();
  dataFolder = path.dirname(made.disk);
  const memory = path.join((await memoryFolderOf(dataFolder)) ?? path.join(dataFolder, 'no memory here'), 'default');
  place = { ...made, memory, disk: path.join(made.disk, 'default') };
  store = await openStore(place, BUDGETS);
  for (const [index, owner] of OWNERS.entries()) {
    await fill(scene.sequences[0]!, promptOf(40, index + 1));
    await saved(store, scene.sequences[0]!, owner);
  }
});
afterEach(async () => {
  await store.close();
  rmSync(path.dirname(place.memory), { recursive: true, force: true });
  place.remove();
});

const OWNERS: StateOwner[] = [
  { persona: 'rook', session: 'cafe' },
  { persona: 'rook', session: 'library' },
  { persona: 'rook' },
  { persona: 'wren' },
  { persona: 'wren', session: 'cafe' },
];
const stateFiles = () =>
  [...filesOf(place.memory), ...filesOf(place.disk)].map(({ name }) => name).filter((name) => name !== 'owner.json');

test('erases the states of a session and the shared ones of its personas, under a store that lives', async () => {
  expect(stateFiles()).toHaveLength(10);
  expect(filesOf(place.disk).length).toBeGreaterThan(3);
  expect(await eraseStates(dataFolder, ['library'])).toBe(2);
  expect(stateFiles()).toHaveLength(6);
  const outcomes = new Map<StateOwner, boolean>();
  for (const state of store.all()) outcomes.set(state.owner, await store.load(scene.sequences[1]!, state));
  expect(OWNERS.map((owner) => [...outcomes].find(([of]) => JSON.stringify(of) === JSON.stringify(owner))?.[1])).toEqual([
    ...[true, false, false, true, true],
  ]);
  expect(scene.sequences[1]!.nextTokenIndex === 0 || outcomes.size === 5).toBe(true);
  expect(store.all()).toHaveLength(3);
  await fill(scene.sequences[0]!, promptOf(40, 9));
  await saved(store, scene.sequences[0]!, { persona: 'rook', session: 'library' });
  expect(store.warnings).toEqual([]);
  await store.close();
  store = await openStore(place, BUDGETS);
  expect(store.warnings).toEqual([]);
  expect(store.all()).toHaveLength(4);
});

test('erases everything, damaged and unfinished files as well, and nothing that is not a state', async () => {
  const key = '0'.repeat(32);
  for (const name of [`${key}.json`, `${key}-${'1'.repeat(16)}.kv`, `${key}-${'2'.repeat(16)}.tmp`]) {
    writeFileSync(path.join(place.disk, name), 'x');
  }
  writeFileSync(path.join(place.disk, '.gitkeep'), '');
  expect(await eraseStates(dataFolder, 'all')).toBe(6);
  expect(stateFiles()).toEqual(['.gitkeep']);
  expect(await eraseStates(dataFolder, 'all')).toBe(0);
});

test('erases whatever may be of a session: what nobody can read, and what is being written', async () => {
  const key = '0'.repeat(32);
  for (const name of [`${key}.json`, `${key}-${'1'.repeat(16)}.kv`]) writeFileSync(path.join(place.disk, name), 'x');
  expect(await eraseStates(dataFolder, ['library'])).toBe(3);
  expect(stateFiles()).toHaveLength(6);
  const saving = store.save(scene.sequences[0]!, { owner: { persona: 'rook', session: 'library' }, kind: 'whole' });
  await eraseStates(dataFolder, ['library']);
  await saving;
  expect(store.warnings.filter((warning) => !warning.startsWith('a state cannot be saved'))).toEqual([]);
});

test('finds what is in memory whatever way leads to the data folder', async () => {
  const way = path.join(place.root, 'another way');
  symlinkSync(dataFolder, way, 'junction');
  expect(await memoryFolderOf(way)).toBe(await memoryFolderOf(dataFolder));
  expect(await eraseStates(way, 'all')).toBe(5);
  expect(stateFiles()).toEqual([]);
});

test('has nothing to erase where there is no data folder, and makes none', async () => {
  const nowhere = path.join(place.root, 'nowhere');
  expect(await eraseStates(nowhere, ['cafe'])).toBe(0);
  expect(existsSync(nowhere)).toBe(false);
});

test('needs no engine', async () => {
  const script = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ resolve(specifier, context, next) { loaded.push(specifier); return next(specifier, context); } });
    const { eraseStates } = await import(${JSON.stringify(pathToFileURL(SOURCE).href)});
    const erased = await eraseStates(${JSON.stringify(dataFolder)}, ['cafe']);
    console.log(JSON.stringify({ erased, engine: loaded.filter((name) => /llama-cpp|state-store|state-folder/.test(name)), count: loaded.length }));
  `;
  const file = files.write('erase.mjs', script);
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 60_000 });
  expect(JSON.parse(stdout)).toEqual({ erased: 4, engine: [], count: expect.any(Number) });
  expect(JSON.parse(stdout).count).toBeGreaterThan(5);
});
