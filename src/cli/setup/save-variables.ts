import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { editDotEnv } from '../../config/dot-env.ts';
import { reasonOf, TroupeError } from '../../errors.ts';

/** Readable for its owner alone: it holds secrets. */
const MODE = 0o600;

/**
 * Sets variables in a .env file, `undefined` turns one off; all other lines stay. The file is replaced in one step, so that an interruption
 * leaves the old or the new one. Throws TroupeError when it cannot be written.
 */
export async function saveVariables(file: string, values: Readonly<Record<string, string | undefined>>): Promise<void> {
  const draft = `${file}.${process.pid}`;
  try {
    const before = await readIfThere(file);
    await writeFile(draft, editDotEnv(before, values), { mode: MODE });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw new TroupeError(`${file} cannot be written (${reasonOf(error)}); nothing in it was changed.`, { cause: error });
  }
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
