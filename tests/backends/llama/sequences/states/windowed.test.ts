import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import type { Token } from 'node-llama-cpp';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { encodeSidecar, keyOf, type Sidecar } from '../../../../../src/backends/llama/sequences/states/folder/sidecar.ts';
import { canRewindTo } from '../../../../../src/backends/llama/sequences/states/rewinding.ts';
import { createModelFiles } from '../../model-files.ts';
import {
  createPlace,
  fill,
  generate,
  type OpenedStore,
  openScene,
  openStore,
  type Place,
  promptOf,
  type Scene,
  saved,
} from './scene.ts';
import { windowedModel } from './windowed-model.ts';

const OWNER = { persona: 'rook', session: 'cafe' };

const files = createModelFiles();
let scene: Scene;
beforeAll(async () => {
  scene = await openScene(files.write('windowed.gguf', windowedModel(32)));
});
afterAll(async () => {
  await scene.close();
  files.remove();
});

let place: Place;
let store: OpenedStore;
beforeEach(async () => {
  place = createPlace();
  store = await openStore(place);
});
afterEach(async () => {
  await store.close();
  place.remove();
});

test('a state of a model with a sliding window goes on where it ended', async () => {
  const [first, second, third] = scene.sequences;
  const prompt = promptOf(200, 3);
  await fill(first!, prompt.slice(0, 190));
  const state = await saved(store, first!, OWNER);
  await fill(second!, promptOf(70, 4));
  await second!.takeCheckpoint();
  expect(await store.load(second!, state)).toBe(true);
  // It held something else when it was taken.
  expect(second!.lastCheckpointIndex).toBe(0);
  await third!.clearHistory();
  expect(await generate(second!, prompt.slice(190))).toEqual(await generate(third!, prompt));
});

test.each([false, true])(
  'a loaded state can be cut back by no more than is still in it, with swaFullCache %s',
  async (swaFullCache) => {
    const full = await openScene(files.write('windowed.gguf', windowedModel(32)), { swaFullCache });
    const [first, second, third] = full.sequences;
    const prompt = promptOf(190, 3);
    await fill(first!, prompt);
    expect(canRewindTo(first!, 50)).toBe(true);
    const state = await saved(store, first!, OWNER);
    const after = async (kept: number, rest: readonly Token[]) => {
      expect(await store.load(second!, state)).toBe(true);
      const isRight = canRewindTo(second!, kept);
      await second!.adaptStateToTokens(prompt.slice(0, kept), false);
      expect(second!.nextTokenIndex).toBe(kept);
      await third!.clearHistory();
      const [cut, afresh] = [
        await generate(second!, rest, 16),
        await generate(third!, [...prompt.slice(0, kept), ...rest], 16),
      ];
      return { isRight, isSame: `${cut}` === `${afresh}` };
    };
    const rest = promptOf(15, 9);
    expect(await after(190, rest)).toEqual({ isRight: true, isSame: true });
    expect(await after(189, rest)).toEqual({ isRight: true, isSame: true });
    expect(await after(188, rest)).toMatchObject({ isRight: false });
    expect(await after(175, rest)).toEqual({ isRight: false, isSame: false });
    await full.close();
  },
);

test('what slid out of the window long ago cannot be gone back to in a sequence either', async () => {
  const long = await openScene(files.write('windowed.gguf', windowedModel(32)), { contextSize: 2048, sequences: 1 });
  const [sequence] = long.sequences;
  await fill(sequence!, promptOf(1800, 3));
  const firstCell = sequence!.stateCellsStartIndex;
  expect(firstCell).toBeGreaterThan(0);
  expect([0, firstCell, firstCell + 30, firstCell + 31, 1800].map((tokens) => canRewindTo(sequence!, tokens))).toEqual([
    ...[true, false, false, true, true],
  ]);
  await long.close();
});

test('both states of an owner are kept: all that the sequence held, and what it held before the last opening', async () => {
  const [first, second, third] = scene.sequences;
  const prompt = promptOf(120, 5);
  await fill(first!, prompt.slice(0, 100));
  const opening = await store.save(first!, { owner: OWNER, kind: 'opening' });
  await first!.evaluateWithoutGeneratingNewTokens(prompt.slice(100));
  const whole = await store.save(first!, { owner: OWNER, kind: 'whole' });
  expect(store.all().map(({ kind, tokens }) => [kind, tokens.length])).toEqual([
    ['whole', 120],
    ['opening', 100],
  ]);
  for (const state of [opening!, whole!]) {
    const rest = promptOf(7, 6);
    expect(await store.load(second!, state)).toBe(true);
    await third!.clearHistory();
    expect(await generate(second!, rest)).toEqual(await generate(third!, [...state.tokens, ...rest]));
  }
});

test('what llama.cpp loads by half and then refuses leaves nothing in the sequence', async () => {
  const [first, second, third] = scene.sequences;
  await fill(first!, promptOf(120, 7));
  const { id } = await saved(store, first!, OWNER);
  await store.close();
  const sidecarFile = path.join(place.disk, `${keyOf(OWNER, 'whole')}.json`);
  const stateFile = path.join(place.disk, id);
  const bytes = readFileSync(stateFile);
  // The second cache begins with its number of layers, 3, the type of the keys, F16, and their size: 64 × 2 bytes.
  const secondCache = bytes.indexOf(Buffer.from([3, 0, 0, 0, 1, 0, 0, 0, 128, 0, 0, 0, 0, 0, 0, 0]));
  expect(secondCache).toBeGreaterThan(bytes.length / 8);
  bytes[secondCache] = 4;
  writeFileSync(stateFile, bytes);
  const { sidecar }: { sidecar: Sidecar } = JSON.parse(readFileSync(sidecarFile, 'utf8'));
  writeFileSync(sidecarFile, encodeSidecar({ ...sidecar, crc32: crc32(bytes) }));

  store = await openStore(place);
  expect(await store.load(second!, store.all()[0]!)).toBe(false);
  expect(store.warnings).toEqual([expect.stringContaining('cannot be loaded')]);
  expect(second!.nextTokenIndex).toBe(0);
  const prompt = promptOf(60, 8);
  await third!.clearHistory();
  expect(await generate(second!, prompt, 24)).toEqual(await generate(third!, prompt, 24));
});
