import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { PERSONAS_FOLDER } from '../config/program-folder.ts';
import { ConfigError, type Problem } from '../errors.ts';
import { resolveFamily, type WrittenPersona } from '../personas/family.ts';
import { loadPersonas } from '../personas/load-personas.ts';
import { personaSchema } from '../personas/persona.ts';
import { readYaml } from '../personas/read-yaml.ts';

/** Every problem of the personas that ship, in the order of their places. Files are named from the working directory. */
export async function checkFolder(): Promise<readonly Problem[]> {
  try {
    await loadPersonas(PERSONAS_FOLDER);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => ({ ...problem, file: relative(process.cwd(), problem.file) || problem.file }));
  }
}

/** Every problem of these files. What they extend is looked for beside them and among the personas that ship. */
export async function checkFiles(files: readonly string[]): Promise<readonly Problem[]> {
  const named = await Promise.all(files.map((file) => readPersona(file)));
  const ids = new Set(named.map(({ id }) => id));
  const folders = new Set([...files.map((file) => dirname(resolve(file))), PERSONAS_FOLDER]);
  const relatives: WrittenPersona[] = [];
  for (const folder of folders) {
    for (const file of await personaFiles(folder)) {
      const id = idOf(file);
      if (ids.has(id)) continue;
      ids.add(id);
      relatives.push(await readPersona(join(folder, file)));
    }
  }
  const family = resolveFamily([...relatives, ...named]).problems.filter(({ file }) => files.includes(file));
  return [...named.flatMap(({ problems }) => problems), ...family];
}

async function readPersona(file: string): Promise<WrittenPersona> {
  return { ...(await readYaml(file, file, personaSchema)), id: idOf(file), file };
}

async function personaFiles(folder: string): Promise<string[]> {
  const found = await stat(folder).catch(() => undefined); // absent: the named file in it is told of as missing
  return found?.isDirectory() ? (await readdir(folder)).filter((name) => extname(name) === '.yaml').sort() : [];
}

function idOf(file: string): string {
  return basename(file, extname(file));
}
