import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  chooseStatePlaces,
  diskFolderOf,
  memoryFolderOf,
} from '../../../../../src/backends/llama/sequences/states/state-places.ts';
import { createPlace, MIB, type Place } from './scene.ts';

let place: Place;
let dataFolder: string;
beforeEach(() => {
  place = createPlace();
  dataFolder = path.dirname(place.disk);
});
afterEach(() => place.remove());

/** TMPFS_MAGIC */
const hasMemory = process.platform === 'linux' && existsSync('/dev/shm') && statfsSync('/dev/shm').type === 0x0102_1994;

test('the disk takes what the settings allow, and a quarter of what is free at most', async () => {
  const { bavail, bsize } = statfsSync(dataFolder);
  const small = await chooseStatePlaces({ disk: 3 }, dataFolder, 'a model');
  expect(small.disk).toEqual({ folder: path.join(dataFolder, 'kv', 'a%20model'), budgetBytes: 3 * MIB });
  const large = await chooseStatePlaces({ disk: 2 ** 40 }, dataFolder, 'a model');
  const quarter = (bavail * bsize) / 4;
  expect(large.disk?.budgetBytes).toBeGreaterThan(quarter * 0.9);
  expect(large.disk?.budgetBytes).toBeLessThan(quarter * 1.1);
});

test('what earlier runs left there counts as free', async () => {
  const before = (await chooseStatePlaces({ disk: 2 ** 40 }, dataFolder, 'a model')).disk?.budgetBytes ?? 0;
  const folder = path.join(diskFolderOf(dataFolder), 'a%20model');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'state.kv'), '');
  const { budgetBytes = 0 } = (await chooseStatePlaces({ disk: 2 ** 40 }, dataFolder, 'a model')).disk ?? {};
  expect(budgetBytes / before).toBeCloseTo(1, 1);
});

test('a budget of 0 turns a tier off, and without a data folder there is no disk', async () => {
  expect(await chooseStatePlaces({ memory: 0, disk: 0 }, dataFolder, 'a model')).toEqual({
    memory: undefined,
    disk: undefined,
  });
  const without = await chooseStatePlaces({ disk: 4096 }, undefined, 'a model');
  expect(without.disk).toBeUndefined();
  expect(without.memory?.folder === undefined).toBe(!hasMemory);
});

test('memory is taken where the system has memory-backed files, in a folder of the data folder', async () => {
  const { memory } = await chooseStatePlaces({ memory: 5, disk: 0 }, dataFolder, 'a model');
  const { memory: other } = await chooseStatePlaces({ memory: 5, disk: 0 }, path.join(dataFolder, 'other'), 'a model');
  if (!hasMemory) return void expect([memory, other]).toEqual([undefined, undefined]);
  expect(memory).toEqual({
    folder: expect.stringMatching(/^\/dev\/shm\/troupe-[0-9a-f]{32}\/a%20model$/),
    budgetBytes: 5 * MIB,
  });
  expect(other?.folder).toMatch(/^\/dev\/shm\/troupe-/);
  expect(other?.folder).not.toBe(memory?.folder);
  const root = path.dirname(memory?.folder ?? '');
  expect(await memoryFolderOf(`${dataFolder}/../data/.`)).toBe(root);
  // It is the same before the folder is made.
  rmSync(dataFolder, { recursive: true });
  expect(await memoryFolderOf(dataFolder)).toBe(root);
  expect(existsSync(memory?.folder ?? '')).toBe(false);
});

test('memory that nobody set is an eighth of the machine’s, and half of what is free there at most', async () => {
  const { memory } = await chooseStatePlaces({ disk: 0 }, dataFolder, 'a model');
  if (!hasMemory) return void expect(memory).toBeUndefined();
  const { bavail, bsize } = statfsSync('/dev/shm');
  const constrained = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  const expected = Math.min(totalmem() / 8, constrained / 8, (bavail * bsize) / 2);
  expect((memory?.budgetBytes ?? 0) / expected).toBeCloseTo(1, 1);
});
