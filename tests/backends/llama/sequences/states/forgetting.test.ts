import type { Token } from 'node-llama-cpp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { StateOwner } from '../../../../../src/backends/llama/sequences/states/state-store.ts';
import { createModelFiles, plainModel } from '../../model-files.ts';
import {
  createPlace,
  filesOf,
  fill,
  MIB,
  type OpenedStore,
  openScene,
  openStore,
  type Place,
  promptOf,
  type Scene,
  saved,
} from './scene.ts';

/** What a state of 60 tokens takes, with its sidecar. */
const ROOM = 33_000;

const files = createModelFiles();
let scene: Scene;
beforeAll(async () => {
  scene = await openScene(files.write('plain.gguf', plainModel()));
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

async function keep(store: OpenedStore, owner: StateOwner, prompt: readonly Token[]) {
  await fill(scene.sequences[0]!, prompt);
  return await saved(store, scene.sequences[0]!, owner);
}

const statesIn = (folder: string) => filesOf(folder).filter(({ name }) => name.endsWith('.kv'));

describe('forgetting a session', () => {
  const secret = promptOf(50, 77);
  const traces = [Buffer.from('secret session'), ...tokenBytes(secret)];
  const everything = () => Buffer.concat([...filesOf(place.memory), ...filesOf(place.disk)].map(({ bytes }) => bytes));
  const found = () => traces.filter((trace) => everything().includes(trace)).length;

  /** Any four tokens in a row. */
  function tokenBytes(prompt: readonly Token[]): Buffer[] {
    const bytes = Buffer.from(Int32Array.from(prompt).buffer);
    return Array.from({ length: prompt.length - 3 }, (_, at) => bytes.subarray(4 * at, 4 * at + 16));
  }

  test('removes its bytes, and the shared states of the personas that spoke in it, from memory and disk', async () => {
    const store = await open({ memoryBytes: 2 * ROOM });
    await keep(store, session('secret session'), secret);
    await fill(scene.sequences[0]!, secret.slice(0, 40));
    await store.save(scene.sequences[0]!, { owner: session('secret session'), kind: 'opening' });
    await keep(store, { persona: 'rook' }, secret.slice(0, 20));
    await keep(store, { persona: 'wren' }, promptOf(20, 2));
    await keep(store, session('other'), promptOf(60, 3));
    expect(statesIn(place.disk).length).toBeGreaterThan(0);
    expect(found()).toBe(traces.length);
    await store.forget('secret session');
    expect(found()).toBe(0);
    expect(store.all().map(({ owner }) => owner)).toEqual([session('other'), { persona: 'wren' }]);
    expect(statesIn(place.memory).length + statesIn(place.disk).length).toBe(2);
  });

  test('waits for what is being saved of it', async () => {
    const store = await open({ memoryBytes: MIB });
    await fill(scene.sequences[0]!, secret);
    const saving = store.save(scene.sequences[0]!, { owner: session('secret session'), kind: 'whole' });
    await store.forget('secret session');
    expect(found()).toBe(0);
    await saving;
    expect(store.all()).toEqual([]);
  });

  test('takes a shared state that was made in it, also when its own states are gone already', async () => {
    const store = await open();
    await fill(scene.sequences[0]!, secret.slice(0, 20));
    await store.save(scene.sequences[0]!, { owner: { persona: 'rook' }, kind: 'whole', from: 'secret session' });
    await fill(scene.sequences[0]!, promptOf(20, 2));
    await store.save(scene.sequences[0]!, { owner: { persona: 'wren' }, kind: 'whole', from: 'other' });
    await store.close();
    const later = await open();
    await later.forget('secret session');
    expect(found()).toBe(0);
    expect(later.all().map(({ owner }) => owner.persona)).toEqual(['wren']);
  });

  test('takes a shared state of which nobody knows where it was made, when nothing else is known of the session', async () => {
    const store = await open();
    await keep(store, { persona: 'rook' }, secret.slice(0, 20));
    await store.forget('secret session');
    expect(found()).toBe(0);
  });
});
