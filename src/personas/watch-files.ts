import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { messageOf } from '../errors.ts';

const QUIET_MS = 200; // editors write a file in several steps

type WatchOptions = {
  /** how long nothing may change before the change is told */
  quietMs?: number;
  /** watching broke, for example because the folder was removed: nothing more will be told */
  onTrouble?: (error: Error) => void;
};

/** What is watched until it is closed. */
type Watcher = { close(): void };

/**
 * Calls `onChange` once after the files changed and were quiet for a moment. A path is a folder (any file in it, not deeper) or
 * a file, which need not exist yet: its folder is watched, because editors replace files. Does not keep the program alive.
 * Throws when a path cannot be watched.
 */
export async function watchFiles(paths: readonly string[], onChange: () => void, options: WatchOptions = {}): Promise<Watcher> {
  let timer: NodeJS.Timeout | undefined;
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, options.quietMs ?? QUIET_MS);
  };
  const watchers: FSWatcher[] = [];
  const close = () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
  try {
    for (const path of paths) watchers.push(await watchPath(path, changed, options.onTrouble));
  } catch (error) {
    close();
    throw error;
  }
  return { close };
}

async function watchPath(path: string, changed: () => void, onTrouble?: (error: Error) => void): Promise<FSWatcher> {
  const name = (await isDirectory(path)) ? undefined : basename(path);
  const watcher = watch(name === undefined ? path : dirname(path), { persistent: false }, (_event, changedName) => {
    if (name === undefined || changedName === null || changedName === name) changed();
  });
  watcher.on('error', (error) => {
    watcher.close();
    onTrouble?.(new Error(`${path} is no longer watched: ${messageOf(error)}`, { cause: error }));
  });
  return watcher;
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined); // absent: it may be made later
  return found?.isDirectory() ?? false;
}
