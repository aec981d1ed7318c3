import { loadConfig } from '../config.ts';
import { findPersona } from './persona.ts';
import { converse } from './running/converse.ts';

export type ChatOptions = { persona?: string; session: string; json?: boolean };

/** Talks to a persona line by line. Gives the exit code. */
export async function chat(options: ChatOptions): Promise<number> {
  const config = loadConfig();
  if (options.persona !== undefined) await findPersona(config.places.personas, options.persona);
  return converse(config, options);
}
