import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../saved-state.ts';
import { decodeSidecar, isOfStore, keyOfSidecar, LARGEST_SIDECAR_BYTES, type Sidecar } from './sidecar.ts';

export type FoundState = {
  key: string;
  /** undefined when it is not one that a store wrote for this key */
  sidecar: Sidecar | undefined;
  sidecarBytes: number;
  /** ms since the epoch */
  usedAt: number;
};

export type FolderContent = {
  states: FoundState[];
  /** all files that stores have put there, sidecars included */
  names: string[];
};

/** Files that are read at the same time. */
const AT_ONCE = 16;

/** What is in a folder of states; nothing where there is none. Files that vanish meanwhile are left out. Throws what node:fs throws. */
export async function readFolder(folder: string): Promise<FolderContent> {
  const names = (await readdir(folder).catch(nothingIfMissing)).filter(isOfStore);
  const sidecars = names.flatMap((name) => {
    const key = keyOfSidecar(name);
    return key === undefined ? [] : [{ key, file: path.join(folder, name) }];
  });
  const found = await mapSome(sidecars, ({ key, file }) => readSidecar(key, file));
  return { names, states: found.filter((state) => state !== undefined) };
}

async function readSidecar(key: string, file: string): Promise<FoundState | undefined> {
  try {
    const { size, mtimeMs } = await stat(file);
    const text = size > LARGEST_SIDECAR_BYTES ? '' : await readFile(file, 'utf8');
    return { key, sidecar: decodeSidecar(text, key), sidecarBytes: size, usedAt: mtimeMs };
  } catch (error) {
    if (isMissing(error)) return undefined;
    // A folder with such a name, or a file that nobody may read, is no sidecar either.
    return { key, sidecar: undefined, sidecarBytes: 0, usedAt: 0 };
  }
}

function nothingIfMissing(error: unknown): string[] {
  if (isMissing(error)) return [];
  throw error;
}

/** As `Promise.all` over `map`, but some at a time: there may be thousands of files. */
export async function mapSome<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(work))));
  }
  return results;
}

/** Deletes files of a folder, one after the other; those that are gone already are fine. Throws what node:fs throws. */
export async function deleteFiles(folder: string, names: readonly string[]): Promise<void> {
  // Retries are for Windows, where a file that somebody reads cannot be deleted, and come with `recursive` only.
  for (const name of names) await rm(path.join(folder, name), { force: true, recursive: true, maxRetries: 3 });
}
