import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../../../made-model/random.ts';
import { createModelFiles, endlessModel } from '../../model-files.ts';
import { createPlace, filesOf, generate, openScene, openStore, type Place, promptOf, type Scene } from './scene.ts';

const ROUNDS = 6;
const LONGEST_LIFE_MS = 400;
const SAVER = path.join(import.meta.dirname, 'save-without-end.ts');
/** Room for a few of the states that are saved: each save moves another one to the disk, where the oldest goes. */
const BUDGETS = { memoryBytes: 150_000, diskBytes: 250_000 };

const files = createModelFiles();
const model = files.write('endless.gguf', endlessModel());
const place: Place = createPlace();
let scene: Scene;
beforeAll(async () => {
  scene = await openScene(model);
});
afterAll(async () => {
  await scene.close();
  place.remove();
  files.remove();
});

/** A process that saves states as fast as it can. Resolves when it has saved the first ones. */
async function startSaver(): Promise<ChildProcess> {
  const saver = spawn(process.execPath, [SAVER, model, JSON.stringify({ place, ...BUDGETS })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await Promise.race([once(saver.stdout!, 'data'), once(saver, 'exit')]);
  expect(String(said)).toContain('saving');
  return saver;
}

async function kill(saver: ChildProcess): Promise<void> {
  const ended = once(saver, 'exit');
  saver.kill('SIGKILL');
  await ended;
}

test('a process that is killed while it saves leaves good states and strays, and the strays are removed', {
  timeout: 300_000,
}, async () => {
  const random = createRandom(5);
  const [first, second] = scene.sequences;
  let strays = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const saver = await startSaver();
    await wait(random.uniform() * LONGEST_LIFE_MS);
    await kill(saver);
    const before = [...filesOf(place.memory), ...filesOf(place.disk)].length;
    const store = await openStore(place, BUDGETS);
    expect(store.warnings).toEqual([]);
    const states = store.all();
    expect(states.length).toBeGreaterThan(0);
    const after = [...filesOf(place.memory), ...filesOf(place.disk)].length;
    expect(after).toBe(2 * states.length + 2);
    strays += before - after;
    for (const state of states) expect(await store.load(first!, state)).toBe(true);
    const rest = promptOf(5, round + 1);
    await second!.clearHistory();
    expect(await generate(first!, rest)).toEqual(await generate(second!, [...(states.at(-1)?.tokens ?? []), ...rest]));
    expect(store.warnings).toEqual([]);
    await store.close();
  }
  // Else nothing was interrupted.
  expect(strays).toBeGreaterThan(0);
});

test('a second process keeps nothing in the folders of the first, and has them when that one is dead', {
  timeout: 120_000,
}, async () => {
  const saver = await startSaver();
  const store = await openStore(place, BUDGETS);
  expect(store.all()).toEqual([]);
  expect(store.warnings).toEqual(
    Array(2).fill(expect.stringContaining('another process keeps its saved states in this folder')),
  );
  expect(await store.save(scene.sequences[0]!, { owner: { persona: 'p', session: 's' }, kind: 'whole' })).toBeUndefined();
  await store.close();
  expect(saver.exitCode).toBeNull();
  await kill(saver);
  const later = await openStore(place, BUDGETS);
  expect(later.warnings).toEqual([]);
  expect(later.all().length).toBeGreaterThan(0);

  const beside = await openStore(place, BUDGETS);
  expect(beside.all()).toEqual([]);
  expect(beside.warnings).toHaveLength(2);
  await beside.close();
  for (const state of later.all()) expect(await later.load(scene.sequences[0]!, state)).toBe(true);
  await later.close();
});
