import { loadConfig } from '../config.ts';
import { UsageError } from '../errors.ts';
import { loadPersonas } from '../personas/load-personas.ts';
import { converse } from './converse.ts';

export type ChatOptions = { persona?: string; session: string; json?: boolean };

/** Talks to a persona line by line. Gives the exit code. */
export async function chat(options: ChatOptions): Promise<number> {
  const config = loadConfig();
  if (options.persona !== undefined) await requirePersona(config.places.personas, options.persona);
  return converse(config, options);
}

async function requirePersona(folder: string, name: string): Promise<void> {
  const personas = await loadPersonas(folder);
  if (personas.find(name)) return;
  const ids = personas.all().map(({ id }) => id);
  throw new UsageError(`There is no persona "${name}"; there are ${ids.join(', ')}.`);
}
