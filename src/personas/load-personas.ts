import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { ConfigError, type Problem, reasonOf } from '../errors.ts';
import { type PlaceOf, resolveFamily, type WrittenPersona, wordFor } from './family.ts';
import { type Persona, personaSchema } from './persona.ts';
import { readYaml } from './read-yaml.ts';

/** The personas of a folder. */
export type PersonaSet = {
  /** in the order of their ids */
  all(): readonly Persona[];
  /** by name or by id, in any case */
  find(nameOrId: string): Persona | undefined;
  /** for problems that only the rest of the configuration can tell; absent where the personas are from no files */
  placeOf?: PlaceOf;
};

const ID = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]*$/u;

/**
 * Reads every `.yaml` file of a folder, and resolves what they inherit. Throws ConfigError with every problem of every file: one
 * broken persona is told together with all others, before anybody talks to any of them.
 */
export async function loadPersonas(directory: string): Promise<PersonaSet> {
  const { files, problems } = await listFiles(directory);
  const read = await Promise.all(files.map((file) => readPersona(directory, file)));
  const { personas, problems: familyProblems, placeOf } = resolveFamily(read);
  const found = [...problems, ...read.flatMap((written) => written.problems), ...familyProblems];
  if (found.length > 0) throw new ConfigError(found.toSorted(byPlace));
  return { ...createPersonaSet(personas), placeOf };
}

async function readPersona(directory: string, file: string): Promise<WrittenPersona> {
  const path = join(directory, file);
  return { ...(await readYaml(path, path, personaSchema)), id: file.slice(0, -extname(file).length), file: path };
}

async function listFiles(directory: string): Promise<{ files: string[]; problems: Problem[] }> {
  let names: string[];
  try {
    const entries = await readdir(directory, { withFileTypes: true });
    names = entries
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name.normalize());
  } catch (error) {
    throw new ConfigError([
      {
        file: directory,
        message: `the folder of personas cannot be read (${reasonOf(error)}): make it, with one .yaml file for each`,
      },
    ]);
  }
  const files = names.filter((name) => extname(name) === '.yaml').sort();
  const problems = names.flatMap((name) => problemsOfName(directory, name));
  if (files.length === 0 && problems.length === 0) {
    problems.push({ file: directory, message: 'holds no persona: put at least one .yaml file there' });
  }
  return { files, problems };
}

function problemsOfName(directory: string, name: string): Problem[] {
  const file = join(directory, name);
  const extension = extname(name);
  if (extension !== '.yaml' && /^\.ya?ml$/i.test(extension)) {
    return [{ file, message: `expected the ending .yaml, found ${extension}: rename the file` }];
  }
  if (extension === '.yaml' && !ID.test(name.slice(0, -extension.length))) {
    return [{ file, message: 'expected a file name of letters, digits, _ and -: it is the id of the persona' }];
  }
  return [];
}

/** The order in which problems are told: by file, then by line. */
export function byPlace(a: Problem, b: Problem): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : (a.line ?? 0) - (b.line ?? 0);
}

function createPersonaSet(personas: readonly Persona[]): PersonaSet {
  const byWord = new Map<string, Persona>();
  for (const persona of personas) {
    byWord.set(wordFor(persona.name), persona);
    byWord.set(wordFor(persona.id), persona);
  }
  return { all: () => personas, find: (nameOrId) => byWord.get(wordFor(nameOrId)) };
}
