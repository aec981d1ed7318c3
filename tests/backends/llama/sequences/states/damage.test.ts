import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeSidecar, keyOf, type Sidecar } from '../../../../../src/backends/llama/sequences/states/folder/sidecar.ts';
import type { SavedState } from '../../../../../src/backends/llama/sequences/states/state-store.ts';
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

const OWNER = { persona: 'rook', session: 'cafe' };
const OTHER = { persona: 'rook', session: 'library' };

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
let store: OpenedStore;
/** the state that is damaged, and one that is not */
let state: SavedState;
let healthy: SavedState;
beforeEach(async () => {
  place = createPlace();
  store = await openStore(place);
  await fill(scene.sequences[0]!, promptOf(60, 1));
  state = await saved(store, scene.sequences[0]!, OWNER);
  await fill(scene.sequences[0]!, promptOf(40, 2));
  healthy = await saved(store, scene.sequences[0]!, OTHER);
});
afterEach(async () => {
  await store.close();
  place.remove();
});

const stateFile = () => path.join(place.disk, state.id);
const sidecarFile = () => path.join(place.disk, `${keyOf(OWNER, 'whole')}.json`);
const healthySidecar = () => path.join(place.disk, `${keyOf(OTHER, 'whole')}.json`);

function flip(file: string, bit: number): void {
  const bytes = readFileSync(file);
  bytes[bit >> 3] = bytes[bit >> 3]! ^ (1 << (bit & 7));
  writeFileSync(file, bytes);
}

/** Writes a sidecar whose seal is right. */
function seal(change: (sidecar: Sidecar) => Record<string, unknown>): void {
  const { sidecar }: { sidecar: Sidecar } = JSON.parse(readFileSync(sidecarFile(), 'utf8'));
  writeFileSync(sidecarFile(), encodeSidecar({ ...sidecar, ...change(sidecar) } as Sidecar));
}

/** After a restart: the damaged state is gone with all its bytes, which was said once, and the other one is still good. */
async function expectRefused(atOpen: boolean): Promise<void> {
  await store.close();
  store = await openStore(place);
  const [first, second] = scene.sequences;
  const found = store.all().find(({ owner }) => owner.session === OWNER.session);
  expect(found === undefined).toBe(atOpen);
  if (found) {
    await fill(first!, promptOf(10, 5));
    expect(await store.load(first!, found)).toBe(false);
    expect(first!.nextTokenIndex).toBe(0);
  }
  expect(store.warnings).toEqual([
    expect.stringMatching(/^a saved state is refused and deleted: it |^saved states of another model /),
  ]);
  expect(store.all().map(({ id }) => id)).toEqual([healthy.id]);
  expect(filesOf(place.disk).map(({ name }) => name)).toEqual(
    expect.not.arrayContaining([state.id, path.basename(sidecarFile())]),
  );
  expect(await store.load(second!, healthy)).toBe(true);
  expect(second!.contextTokens).toEqual(promptOf(40, 2));
  await store.close();
  store = await openStore(place);
  expect(store.warnings).toEqual([]);
}

describe('a state file', () => {
  test('that is one byte short is refused', async () => {
    truncateSync(stateFile(), state.bytes - 1);
    await expectRefused(true);
  });

  test('that is one byte longer is refused', async () => {
    writeFileSync(stateFile(), Buffer.concat([readFileSync(stateFile()), Buffer.from([0])]));
    await expectRefused(true);
  });

  test('that is empty is refused', async () => {
    truncateSync(stateFile(), 0);
    await expectRefused(true);
  });

  test('that is missing is refused', async () => {
    rmSync(stateFile());
    await expectRefused(true);
  });

  test('that is a folder is refused', async () => {
    rmSync(stateFile());
    mkdirSync(stateFile());
    await expectRefused(true);
  });

  test.each([
    ['magic', 3],
    ['version', 32],
    ['number of tokens', 64],
    ['tokens', 8 * 12 + 7],
    ['last token', 8 * (12 + 4 * 59)],
  ])('with a flipped bit in its %s is refused', async (_where, bit) => {
    flip(stateFile(), bit);
    await expectRefused(true);
  });

  test.each([0.02, 0.3, 0.5, 0.77, 0.999])('with a flipped bit at %f of it is refused when it is loaded', async (share) => {
    flip(stateFile(), 8 * Math.max(12 + 4 * 60, Math.floor(state.bytes * share)) + 5);
    await expectRefused(false);
  });

  test('of another session is refused', async () => {
    copyFileSync(path.join(place.disk, healthy.id), stateFile());
    await expectRefused(true);
  });

  test('of the same length and tokens but with other contents is refused', async () => {
    const bytes = readFileSync(stateFile());
    bytes.fill(0, 12 + 4 * 60 + 100);
    writeFileSync(stateFile(), bytes);
    await expectRefused(false);
  });
});

describe('a state that is damaged while the store is open', () => {
  test.each(['a flipped bit', 'a byte less'])('is refused by load, with %s', async (damage) => {
    if (damage === 'a flipped bit') flip(stateFile(), 8 * (state.bytes - 9));
    else truncateSync(stateFile(), state.bytes - 1);
    await fill(scene.sequences[1]!, promptOf(10, 5));
    expect(await store.load(scene.sequences[1]!, state)).toBe(false);
    expect(scene.sequences[1]!.nextTokenIndex).toBe(0);
    expect(store.warnings).toEqual([expect.stringContaining('a saved state is refused and deleted')]);
    expect(await store.load(scene.sequences[1]!, state)).toBe(false);
    expect(store.warnings).toHaveLength(1);
    expect(filesOf(place.disk).map(({ name }) => name)).toHaveLength(3);
    expect(await store.load(scene.sequences[1]!, healthy)).toBe(true);
  });

  test('is only gone, and nothing to warn of, when its files vanish', async () => {
    rmSync(sidecarFile());
    expect(await store.load(scene.sequences[1]!, state)).toBe(false);
    rmSync(path.join(place.disk, healthy.id));
    expect(await store.load(scene.sequences[1]!, healthy)).toBe(false);
    expect(scene.sequences[1]!.nextTokenIndex).toBe(0);
    expect(store.warnings).toEqual([]);
    expect(store.all()).toEqual([]);
    expect(filesOf(place.disk).map(({ name }) => name)).toEqual(['owner.json']);
  });

  test('does no harm when the whole folder vanishes', async () => {
    rmSync(place.disk, { recursive: true });
    expect(await store.load(scene.sequences[1]!, state)).toBe(false);
    await fill(scene.sequences[0]!, promptOf(30, 8));
    const again = await saved(store, scene.sequences[0]!, OWNER);
    expect(await store.load(scene.sequences[1]!, again)).toBe(true);
    expect(scene.sequences[1]!.contextTokens).toEqual(promptOf(30, 8));
  });
});

describe('a sidecar', () => {
  test('with any flipped bit is refused', async () => {
    const whole = readFileSync(sidecarFile());
    const kept = readFileSync(stateFile());
    await store.close();
    for (let bit = 0; bit < whole.length * 8; bit += 29) {
      writeFileSync(stateFile(), kept);
      writeFileSync(sidecarFile(), whole);
      flip(sidecarFile(), bit);
      store = await openStore(place);
      expect(store.warnings, `bit ${bit}`).toHaveLength(1);
      expect(store.all().map(({ id }) => id)).toEqual([healthy.id]);
      await store.close();
    }
  });

  test.each([
    ['nothing', ''],
    ['half of it', '{"seal":"'],
    ['null', 'null'],
    ['a list', '[]'],
    ['a text', '"text"'],
    ['other fields', '{"seal":"","sidecar":{}}'],
    ['zeros', '\u0000'.repeat(400)],
  ])('that says %s is refused', async (_what, text) => {
    writeFileSync(sidecarFile(), text);
    await expectRefused(true);
  });

  test('that belongs to another session is refused, and so is the one it was swapped with', async () => {
    const [one, other] = [readFileSync(sidecarFile()), readFileSync(healthySidecar())];
    writeFileSync(sidecarFile(), other);
    writeFileSync(healthySidecar(), one);
    await store.close();
    store = await openStore(place);
    expect(store.warnings).toHaveLength(2);
    expect(store.all()).toEqual([]);
    expect(filesOf(place.disk).map(({ name }) => name)).toEqual(['owner.json']);
  });

  test('that is a folder is refused', async () => {
    rmSync(sidecarFile());
    mkdirSync(sidecarFile());
    await expectRefused(true);
  });

  test.each<[string, (sidecar: Sidecar) => Record<string, unknown>]>([
    ['another version', () => ({ version: 2 })],
    ['another fingerprint', () => ({ fingerprint: 'another model' })],
    ['a fingerprint that is no text', () => ({ fingerprint: 7 })],
    ['another owner', () => ({ owner: { persona: 'rook', session: 'elsewhere' } })],
    ['no session', () => ({ owner: { persona: 'rook' } })],
    ['another kind', () => ({ kind: 'opening' })],
    ['an unknown kind', () => ({ kind: 'half' })],
    ['fewer tokens', ({ tokens }) => ({ tokens: tokens - 1 })],
    ['tokens below zero', () => ({ tokens: -1 })],
    ['other tokens', () => ({ tokensHash: '0'.repeat(64) })],
    ['fewer bytes', ({ bytes }) => ({ bytes: bytes - 4 })],
    ['bytes that are no number', () => ({ bytes: '47604' })],
    ['a checksum beyond 32 bits', () => ({ crc32: 2 ** 32 })],
    ['something more', () => ({ more: true })],
    ['the file of another state', () => ({ file: healthy.id })],
    ['a file outside of the folder', () => ({ file: `../${path.basename(place.disk)}/${state.id}` })],
    ['a file by a way round', ({ file }) => ({ file: `${file.slice(0, 33)}/../${file}` })],
    ['a file that is none of ours', () => ({ file: '/etc/passwd' })],
  ])('that says %s is refused, however right its seal', async (_what, change) => {
    seal(change);
    await expectRefused(true);
  });

  test('whose checksum is another one is refused when it is loaded', async () => {
    seal(({ crc32 }) => ({ crc32: crc32 ^ 1 }));
    await expectRefused(false);
  });
});

test('states of another model, or with more tokens than the context holds, are refused', async () => {
  await store.close();
  store = await openStore(place, { largestTokens: 50 });
  expect(store.warnings).toEqual([expect.stringContaining('has 60 tokens, and the context holds 50')]);
  expect(store.all().map(({ id }) => id)).toEqual([healthy.id]);
  await store.close();
  store = await openStore(place, { fingerprint: 'another model' });
  expect(store.warnings).toEqual([expect.stringContaining('another model or other settings')]);
  expect(filesOf(place.disk).map(({ name }) => name)).toEqual(['owner.json']);
});

test('files that are none of a store are left alone, and what was never finished is removed without a word', async () => {
  const key = keyOf(OWNER, 'whole');
  writeFileSync(path.join(place.disk, '.gitkeep'), '');
  mkdirSync(path.join(place.disk, 'lost+found'));
  for (const stray of [`${key}-0123456789abcdef.kv`, `${key}-0123456789abcdef.tmp`])
    writeFileSync(path.join(place.disk, stray), 'x');
  await store.close();
  store = await openStore(place);
  expect(store.warnings).toEqual([]);
  expect(readdirSync(place.disk)).toHaveLength(7);
  expect(store.all()).toHaveLength(2);
});
