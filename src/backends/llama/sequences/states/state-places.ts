import { createHash } from 'node:crypto';
import { access, constants, readdir, realpath, stat, statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import path from 'node:path';
import type { LlamaSettings } from '../../settings.ts';

/** A folder for saved states, and how many bytes they may take there together. */
export type StatePlace = { folder: string; budgetBytes: number };

/** Where states are saved: first in memory-backed files, then on the disk. */
export type StatePlaces = { memory: StatePlace | undefined; disk: StatePlace | undefined };

const SHARED_MEMORY = '/dev/shm';
/** TMPFS_MAGIC of linux/magic.h */
const TMPFS = 0x0102_1994;
const MIB = 2 ** 20;
const SHARE_OF_MEMORY = 1 / 8;
const SHARE_OF_FREE_SHARED_MEMORY = 1 / 2;
const SHARE_OF_FREE_DISK = 1 / 4;

/**
 * Where states may be saved here. A tier with a budget of 0, one that the system does not have and one without a data folder are
 * left out.
 * @param backend whose they are: each has a folder of its own, because nobody can use the states of another model
 */
export async function chooseStatePlaces(
  { memory, disk }: LlamaSettings['savedStates'],
  dataFolder: string | undefined,
  backend: string,
): Promise<StatePlaces> {
  const name = encodeURIComponent(backend);
  const places = {
    memory: memory === 0 ? undefined : await placeInMemory(memory, await memoryFolderOf(dataFolder), name),
    disk:
      disk === 0 || dataFolder === undefined ? undefined : await placeOnDisk(disk, path.join(diskFolderOf(dataFolder), name)),
  };
  const usable = (place: StatePlace | undefined) => (place && place.budgetBytes > 0 ? place : undefined);
  return { memory: usable(places.memory), disk: usable(places.disk) };
}

/** Where the states of a data folder are on the disk, in a folder for each backend. */
export function diskFolderOf(dataFolder: string): string {
  return path.join(path.resolve(dataFolder), 'kv');
}

/**
 * Where the states of a data folder are in memory, in a folder for each backend, whatever way leads to that folder; undefined on a system without memory-backed
 * files.
 */
export async function memoryFolderOf(dataFolder: string | undefined): Promise<string | undefined> {
  if (process.platform !== 'linux' || !(await isMemory(SHARED_MEMORY))) return undefined;
  const place = dataFolder === undefined ? `without a data folder, user ${process.getuid?.()}` : await realPathOf(dataFolder);
  const hash = createHash('sha256').update(place).digest('hex').slice(0, 32);
  return path.join(SHARED_MEMORY, `troupe-${hash}`);
}

async function isMemory(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return (await statfs(folder)).type === TMPFS;
  } catch {
    return false;
  }
}

/** Of the folder, or of what there is of the way to it. */
async function realPathOf(folder: string): Promise<string> {
  const whole = path.resolve(folder);
  const above = path.dirname(whole);
  return await realpath(whole).catch(async () =>
    above === whole ? whole : path.join(await realPathOf(above), path.basename(whole)),
  );
}

async function placeInMemory(
  mebibytes: number | undefined,
  root: string | undefined,
  name: string,
): Promise<StatePlace | undefined> {
  if (root === undefined) return undefined;
  const folder = path.join(root, name);
  if (mebibytes !== undefined) return { folder, budgetBytes: mebibytes * MIB };
  const free = (await freeBytes(SHARED_MEMORY)) + (await heldBytes(folder));
  const budgetBytes = Math.floor(Math.min(memoryBytes() * SHARE_OF_MEMORY, free * SHARE_OF_FREE_SHARED_MEMORY));
  return { folder, budgetBytes };
}

/** Of the machine, or of the container where that has less. */
function memoryBytes(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}

async function placeOnDisk(mebibytes: number, folder: string): Promise<StatePlace> {
  const free = (await freeBytes(folder)) + (await heldBytes(folder));
  return { folder, budgetBytes: Math.floor(Math.min(mebibytes * MIB, free * SHARE_OF_FREE_DISK)) };
}

/** On the file system that the folder is on, or will be; nothing bounds what nobody can tell. */
async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    const above = path.dirname(folder);
    return above === folder ? Number.POSITIVE_INFINITY : await freeBytes(above);
  }
}

/** What earlier runs left there is free to be used again. */
async function heldBytes(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(path.join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
