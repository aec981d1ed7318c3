import { type BackendSettings, backendSettingsSchema } from '../backends/create-backend.ts';
import type { Config } from '../config.ts';
import { ConfigError } from '../errors.ts';
import { type FoundServer, findServers } from './find-servers.ts';

export type Venue = 'discord' | 'terminal';

/** The backend of every persona that names none. */
export type DefaultBackend = {
  name: string;
  settings: BackendSettings;
  /** what decided, for people: a setting's name or the address of a server */
  because: string;
  /** the model's file or address, where nobody wrote more about it */
  modelFile?: string;
  /** a demonstration model where people expect a real one: every reply says so */
  demo: boolean;
  /** the demonstration model where nobody asked for it: people are told what it is */
  fallback?: true;
};

const OPENAI_HOST = 'api.openai.com';

/** Pocket is so small that a second thread costs more than it gives, and on a busy machine very much more. */
const POCKET_THREADS = 1;

/**
 * The configured one (named `default`, else the first); else the one that OPENAI_BASE_URL or OPENAI_API_KEY describes; else LLAMA_MODEL;
 * else Pocket in the terminal, and on Discord a model server of this machine. Throws ConfigError when there is none.
 */
export async function chooseDefaultBackend(
  config: Config,
  venue: Venue,
  search: () => Promise<readonly FoundServer[]> = findServers,
): Promise<DefaultBackend> {
  return (
    configured(config) ?? fromEnvironment(config) ?? (venue === 'terminal' ? pocket(config, false) : forDiscord(config, search))
  );
}

function configured({ backends }: Config): DefaultBackend | undefined {
  const name = 'default' in backends ? 'default' : Object.keys(backends)[0];
  const settings = name === undefined ? undefined : backends[name];
  return name === undefined || !settings
    ? undefined
    : { name, settings, because: `troupe.yaml, backends.${name}`, demo: false };
}

function fromEnvironment({ model }: Config): DefaultBackend | undefined {
  if (model.openaiBaseUrl !== undefined || model.hasOpenaiKey) {
    const address = model.openaiBaseUrl ?? `https://${OPENAI_HOST}/v1`;
    if (model.openaiModel === undefined && new URL(address).hostname === OPENAI_HOST) throw modelNotNamed();
    const settings = backendSettingsSchema.parse({ kind: 'openai', baseUrl: address, model: model.openaiModel });
    const because = model.openaiBaseUrl === undefined ? 'OPENAI_API_KEY' : 'OPENAI_BASE_URL';
    return { name: 'openai', settings, because, demo: false };
  }
  if (model.llama === undefined) return undefined;
  const settings = backendSettingsSchema.parse({ kind: 'llama', model: model.llama });
  return { name: 'llama', settings, because: 'LLAMA_MODEL', modelFile: model.llama, demo: false };
}

function modelNotNamed(): ConfigError {
  const message = `${OPENAI_HOST} has many models and serves none by default: name one, such as gpt-4o-mini.`;
  return new ConfigError([{ file: 'environment', path: 'OPENAI_MODEL', message }]);
}

function pocket({ places }: Config, demo: boolean): DefaultBackend {
  const settings = backendSettingsSchema.parse({ kind: 'llama', model: places.pocket, threads: POCKET_THREADS });
  const because = demo ? 'TROUPE_DEMO' : 'nothing else is configured';
  return { name: 'pocket', settings, because, modelFile: places.pocket, demo, ...(!demo && { fallback: true }) };
}

async function forDiscord(config: Config, search: () => Promise<readonly FoundServer[]>): Promise<DefaultBackend> {
  const [server] = (await search()).filter(({ models }) => models.length > 0);
  if (server) {
    const settings = backendSettingsSchema.parse({ kind: 'openai', baseUrl: server.baseUrl, model: server.models[0] });
    return { name: 'local', settings, because: `the model server found at ${server.baseUrl}`, demo: false };
  }
  if (config.demo) return pocket(config, true);
  throw new ConfigError([{ file: 'configuration', message: NO_MODEL }]);
}

const NO_MODEL =
  'there is no language model to answer on Discord, and no model server was found on this machine. ' +
  'Start one (Ollama, LM Studio, llama-server), or set OPENAI_BASE_URL, or set LLAMA_MODEL to a .gguf file, or run `npm run setup`; ' +
  'TROUPE_DEMO=1 lets the small demonstration model answer.';
