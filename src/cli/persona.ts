import { stringify } from 'yaml';
import { PERSONAS_FOLDER } from '../config/program-folder.ts';
import { ConfigError, UsageError } from '../errors.ts';
import { loadPersonas, type PersonaSet } from '../personas/load-personas.ts';
import type { Persona } from '../personas/persona.ts';
import { personaSchemaText } from '../personas/persona-schema.ts';
import { checkFiles, checkFolder } from './check-personas.ts';
import { print, printJson } from './print.ts';

type Format = { json?: boolean };

export async function listPersonas({ json = false }: Format): Promise<undefined> {
  const all = (await loadPersonas(PERSONAS_FOLDER)).all();
  if (json)
    return printJson(all.map(({ id, name, description, rating, backend }) => ({ id, name, description, rating, backend })));
  const width = Math.max(...all.map(({ id }) => id.length));
  print(all.map(({ id, name, description }) => `${id.padEnd(width)}  ${name}: ${description.trim().replace(/\s+/g, ' ')}`));
}

/** A persona with everything it inherits and every default. */
export async function showPersona(name: string, { json = false }: Format): Promise<undefined> {
  const persona = await findPersona(PERSONAS_FOLDER, name);
  if (json) return printJson(persona);
  print([stringify(persona, { lineWidth: 0, blockQuote: 'literal' }).trimEnd()]);
}

/**
 * Throws ConfigError with all problems of these files, or of all personas; with `json` they are the answer, and the exit code tells.
 * What their templates do to a conversation is told besides, and ends nothing.
 */
export async function checkPersonas(files: readonly string[], { json = false }: Format): Promise<number> {
  const { problems, notes } = files.length > 0 ? await checkFiles(files) : await checkFolder();
  if (json) printJson(problems);
  else if (problems.length > 0) throw new ConfigError(problems);
  else print([files.length > 0 ? `${files.length} checked, no problem.` : 'All personas are checked, no problem.', ...notes]);
  return problems.length > 0 ? new ConfigError(problems).exitCode : 0;
}

export async function printPersonaSchema(): Promise<undefined> {
  process.stdout.write(personaSchemaText());
}

/** Throws UsageError when nobody has that name. */
export async function findPersona(folder: string, name: string): Promise<Persona> {
  return findIn(await loadPersonas(folder), name);
}

export function findIn(personas: PersonaSet, name: string): Persona {
  const persona = personas.find(name);
  if (persona) return persona;
  const ids = personas.all().map(({ id }) => id);
  throw new UsageError(`There is no persona "${name}"; there are ${ids.join(', ')}.`);
}
