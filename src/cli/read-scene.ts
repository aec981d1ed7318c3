import type { Backend } from '../backends/backend.ts';
import type { PromptRequest } from '../bot/prepare-prompt.ts';
import type { Layout } from '../chat.ts';
import { chooseDefaultBackend, type DefaultBackend } from '../config/default-backend.ts';
import { type Config, loadConfig } from '../config.ts';
import { ConfigError } from '../errors.ts';
import { createLog } from '../log.ts';
import { loadPersonas } from '../personas/load-personas.ts';
import type { Persona } from '../personas/persona.ts';
import { findIn } from './persona.ts';
import { readHistory, UNTOLD_AT } from './read-history.ts';
import { checkPersonaReferences } from './running/check-references.ts';
import { openBackends } from './running/open-backends.ts';

/** The configuration, and the backend that answers where none is named. */
export type Configured = { config: Config; standard: DefaultBackend };

export async function readConfiguration(): Promise<Configured> {
  const config = loadConfig();
  return { config, standard: await chooseDefaultBackend(config, 'terminal') };
}

/** What a command's words say of a reply that could be made. */
type SceneWords = { message: string; persona?: string; history?: string; template?: string; layout?: Layout; as?: string };

/** Who speaks where neither --as nor the history names anybody. */
const SOMEBODY = 'User';

/**
 * Who would answer what, after which turns. Throws UsageError for a persona that is not there and a history that cannot be read, and
 * ConfigError when the persona names what is not there.
 */
export async function readScene(configured: Configured, words: SceneWords): Promise<PromptRequest> {
  const { message, history, as, layout, template } = words;
  const persona = await choosePersona(configured, words);
  const turns = history === undefined ? [] : await readHistory(history);
  const name = as ?? turns.find(({ role }) => role === 'user')?.author.name ?? SOMEBODY;
  return {
    house: configured.config.house,
    persona,
    turns,
    message: { text: message, name, at: UNTOLD_AT },
    shared: as !== undefined,
    sampling: persona.sampling,
    ...(layout !== undefined && { layout }),
    ...(template !== undefined && { template }),
  };
}

/** A template of the command line stands in for the persona's own. */
async function choosePersona({ config, standard }: Configured, { persona: name, template }: SceneWords): Promise<Persona> {
  const personas = await loadPersonas(config.places.personas);
  const persona = findIn(personas, name ?? config.persona);
  const all = () => [template === undefined ? persona : { ...persona, template }];
  const backends = ['default', ...Object.keys(config.backends), standard.name];
  const problems = checkPersonaReferences({ ...personas, all }, { backends, folder: config.places.folder });
  if (problems.length > 0) throw new ConfigError(problems);
  return persona;
}

/**
 * Lends a backend by its name, and lets go of it afterwards.
 * @param work is told as well which setting chose the backend
 */
export async function withBackend(
  { config, standard }: Configured,
  name: string,
  work: (backend: Backend, because: string) => Promise<undefined>,
): Promise<undefined> {
  const backends = openBackends(config, standard, { log: createLog(config.logLevel ?? 'error') });
  try {
    await work(backends.backend(name), name === 'default' ? standard.because : `backends.${name}`);
  } finally {
    await backends.close();
  }
}
