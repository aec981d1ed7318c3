import { z } from 'zod';
import type { Logger } from '../log.ts';
import type { Backend } from './backend.ts';
import { createLlamaBackend } from './llama/llama-backend.ts';
import { llamaSettingsSchema } from './llama/settings.ts';
import { createOpenaiBackend } from './openai/openai-backend.ts';
import { openaiSettingsSchema } from './openai/settings.ts';

/** One backend as an operator writes it. This union and the switch below are the one list of kinds. */
export const backendSettingsSchema = z.discriminatedUnion('kind', [openaiSettingsSchema, llamaSettingsSchema]);
export type BackendSettings = z.infer<typeof backendSettingsSchema>;

type BackendSurroundings = {
  log: Logger;
  /** the value of a secret, by the name of its environment variable */
  readSecret: (environmentVariable: string) => string | undefined;
  /** where models that are named by an address are kept */
  modelsFolder: string;
  /** where a backend keeps what it need not evaluate again; left out, it keeps nothing */
  dataFolder?: string;
};

/** Opens nothing yet: a backend reaches for its server or file when it is first asked something. */
export function createBackend(name: string, settings: BackendSettings, surroundings: BackendSurroundings): Backend {
  const { log, readSecret, ...folders } = surroundings;
  switch (settings.kind) {
    case 'openai':
      return createOpenaiBackend(name, settings, { log, readSecret });
    case 'llama':
      return createLlamaBackend(name, settings, { log, ...folders });
    default:
      return refuseUnknown(settings);
  }
}

/** Does not compile while a kind of the union has no case above. */
function refuseUnknown(settings: never): never {
  throw new TypeError(`No backend is of the kind ${JSON.stringify(settings)}.`);
}
