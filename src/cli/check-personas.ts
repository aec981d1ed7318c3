import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { PERSONAS_FOLDER } from '../config/program-folder.ts';
import { type Config, loadConfig } from '../config.ts';
import { ConfigError, describeProblem, type Problem, reasonOf, UsageError } from '../errors.ts';
import { resolveFamily, type WrittenPersona } from '../personas/family.ts';
import { byPlace, loadPersonas } from '../personas/load-personas.ts';
import { personaSchema } from '../personas/persona.ts';
import { readYaml } from '../personas/read-yaml.ts';
import { checkTemplates, type Findings } from './check-templates.ts';
import { checkPersonaReferences } from './running/check-references.ts';

/** Every problem of the personas that ship, in the order of their places. Files are named from the working directory. */
export async function checkFolder(): Promise<Findings> {
  const { config, known, problems } = readKnown();
  const notes: string[] = [];
  try {
    const personas = await loadPersonas(PERSONAS_FOLDER);
    const lost = checkPersonaReferences(personas, known);
    const templates = await checkTemplates(personas, config);
    problems.push(...lost, ...templates.problems);
    notes.push(...templates.notes);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
  }
  return { problems: inOrder(problems.map((problem) => ({ ...problem, file: fromHere(problem.file) }))), notes };
}

/** A template that does not parse is told of by its name and by its use. */
function inOrder(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [describeProblem(problem), problem])).values()].toSorted(byPlace);
}

/**
 * Every problem of these files, in the order of their places. What they extend is looked for beside them and among the personas that
 * ship. Throws UsageError for a file that is not there.
 */
export async function checkFiles(files: readonly string[]): Promise<Findings> {
  await requireFiles(files);
  const { config, known, problems } = readKnown();
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
  const { personas, placeOf, problems: family } = resolveFamily([...relatives, ...named]);
  const lost = checkPersonaReferences({ all: () => personas, placeOf }, known);
  const theirIds = new Set(named.map(({ id }) => id));
  const all = () => personas.filter(({ id }) => theirIds.has(id));
  const templates = await checkTemplates({ all, placeOf }, config);
  const theirs = [...family, ...lost, ...templates.problems].filter(({ file }) => files.includes(file));
  return {
    problems: inOrder([...problems, ...named.flatMap((persona) => persona.problems), ...theirs]),
    notes: templates.notes,
  };
}

/** What personas may name here. A configuration that cannot be read has problems of its own, and no backend is missed then. */
function readKnown(): { config?: Config; known: Parameters<typeof checkPersonaReferences>[1]; problems: Problem[] } {
  try {
    const config = loadConfig();
    const { backends, places } = config;
    return { config, known: { backends: ['default', ...Object.keys(backends)], folder: places.folder }, problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { known: { backends: 'unknown', folder: process.cwd() }, problems: [...error.problems] };
  }
}

async function requireFiles(files: readonly string[]): Promise<void> {
  const reasons = await Promise.all(
    files.map((file) =>
      stat(file).then(
        (found) => (found.isFile() ? [] : [`${file} is no file.`]),
        (error: unknown) => [`${file} cannot be read (${reasonOf(error)}).`],
      ),
    ),
  );
  if (reasons.flat().length > 0) throw new UsageError(reasons.flat().join('\n'));
}

async function readPersona(file: string): Promise<WrittenPersona> {
  return { ...(await readYaml(file, file, personaSchema)), id: idOf(file), file };
}

async function personaFiles(folder: string): Promise<string[]> {
  const found = await stat(folder).catch(() => undefined); // absent: the named file in it is told of as missing
  return found?.isDirectory() ? (await readdir(folder)).filter((name) => extname(name) === '.yaml').sort() : [];
}

function fromHere(file: string): string {
  return relative(process.cwd(), resolve(file)) || file;
}

function idOf(file: string): string {
  return basename(file, extname(file));
}
