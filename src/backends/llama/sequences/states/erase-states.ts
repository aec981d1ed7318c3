import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { deleteFiles, readFolder } from './folder/read-folder.ts';
import { sidecarName } from './folder/sidecar.ts';
import { statesOfSessions } from './forgetting.ts';
import { isMissing } from './saved-state.ts';
import { diskFolderOf, memoryFolderOf } from './state-places.ts';

/**
 * Deletes the saved states of sessions, and the shared ones that may hold what was said there, from memory and disk, whichever process
 * they belong to. What nobody can tell the session of goes as well: damaged states, and such as are being written at this moment.
 * Needs no engine. Throws what node:fs throws when something cannot be deleted.
 * @returns how many states there were
 */
export async function eraseStates(dataFolder: string, sessions: readonly string[] | 'all'): Promise<number> {
  const memory = await memoryFolderOf(dataFolder);
  // Memory first: what moves to the disk meanwhile is found there.
  const roots = [...(memory === undefined ? [] : [memory]), diskFolderOf(dataFolder)];
  const folders = (await Promise.all(roots.map(foldersIn))).flat();
  const doomed = sessions === 'all' ? undefined : await namesOf(folders, new Set(sessions));
  let erased = 0;
  for (const folder of folders) {
    const { states, names } = await readFolder(folder);
    const staying = states.flatMap(({ key, sidecar }) =>
      doomed && sidecar && !doomed.has(key) ? [sidecarName(key), sidecar.file] : [],
    );
    const going = names.filter((name) => !staying.includes(name));
    erased += states.filter(({ key }) => going.includes(sidecarName(key))).length;
    // A state without its sidecar is a stray to everybody, and one without its file is gone.
    await deleteFiles(folder, going.sort(sidecarsFirst));
  }
  return erased;
}

/** The folders of all backends. */
async function foldersIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(root, name));
}

async function namesOf(folders: readonly string[], sessions: ReadonlySet<string>): Promise<Set<string>> {
  const contents = await Promise.all(folders.map(readFolder));
  const states = contents.flatMap(({ states: found }) =>
    found.flatMap(({ key, sidecar }) => (sidecar ? [{ key, ...sidecar }] : [])),
  );
  return new Set(statesOfSessions(states, sessions).map(({ key }) => key));
}

function sidecarsFirst(one: string, other: string): number {
  return Number(path.extname(one) !== '.json') - Number(path.extname(other) !== '.json');
}
