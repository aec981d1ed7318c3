// .env, environment and troupe.yaml → Config. The only reader of process.env; everything else gets its settings as arguments.
import { join, resolve } from 'node:path';
import { readEnvironment, VariableSources, type Variables } from './config/environment.ts';
import { MODELS_FOLDER, PERSONAS_FOLDER } from './config/program-folder.ts';
import { readSettingsFile, type SettingsFile } from './config/settings-file.ts';
import { ConfigError } from './errors.ts';

/** Absolute paths. What ships lies in the program's folder; what an operator writes is looked for in the working directory. */
export type Places = {
  /** the working directory, where .env is */
  folder: string;
  personas: string;
  models: string;
  /** the demonstration model */
  pocket: string;
  /** what the program keeps: store, downloaded models */
  data: string;
  settingsFile: string;
};

export type Config = SettingsFile & {
  places: Places;
  discord: SettingsFile['discord'] & { token: string | undefined; apiUrl: string };
  /** what the environment says of a model, for when troupe.yaml names no backend */
  model: {
    openaiBaseUrl: string | undefined;
    openaiModel: string | undefined;
    hasOpenaiKey: boolean;
    llama: string | undefined;
  };
  /** TROUPE_CONFIG names the settings file, so it must be there */
  settingsFileIsNamed: boolean;
  /** id or name of the persona that answers where nobody else was chosen */
  persona: string;
  storeUrl: string;
  /** Pocket may answer on Discord */
  demo: boolean;
  /** left out by the operator, each command has its own */
  logLevel: string | undefined;
  /** A secret by the name of its environment variable, also from .env and NAME_FILE. Throws ConfigError for an unreadable file. */
  readSecret(name: string): string | undefined;
};

export type ConfigOptions = {
  /** left out: the process's own */
  variables?: Variables;
  /** left out: the working directory */
  folder?: string;
};

/** Throws ConfigError with every problem of environment, .env and troupe.yaml at once. */
export function loadConfig(options: ConfigOptions = {}): Config {
  // biome-ignore lint/style/noProcessEnv: the one place that reads it
  const { variables = process.env, folder = process.cwd() } = options;
  const sources = new VariableSources(variables, folder);
  const { environment, problems } = readEnvironment(sources);
  const named = sources.find('TROUPE_CONFIG')?.value;
  const settingsFile = resolve(folder, named ?? 'troupe.yaml');
  const settings = readSettingsFile(settingsFile, { shown: named ?? 'troupe.yaml', required: named !== undefined });
  if (!environment || !settings.value || problems.length > 0) throw new ConfigError([...problems, ...settings.problems]);
  const data = resolve(folder, environment.TROUPE_DATA);
  return {
    ...settings.value,
    places: {
      folder,
      personas: PERSONAS_FOLDER,
      models: MODELS_FOLDER,
      pocket: join(MODELS_FOLDER, 'pocket.gguf'),
      data,
      settingsFile,
    },
    discord: { ...settings.value.discord, token: environment.DISCORD_TOKEN, apiUrl: environment.DISCORD_API_URL },
    model: {
      openaiBaseUrl: environment.OPENAI_BASE_URL,
      openaiModel: environment.OPENAI_MODEL,
      hasOpenaiKey: environment.OPENAI_API_KEY !== undefined,
      llama: environment.LLAMA_MODEL,
    },
    settingsFileIsNamed: named !== undefined,
    persona: environment.TROUPE_PERSONA,
    storeUrl: environment.STORE_URL ?? `sqlite:${join(data, 'troupe.db')}`,
    demo: environment.TROUPE_DEMO,
    logLevel: environment.LOG_LEVEL,
    readSecret: (name) => readSecret(sources, name),
  };
}

function readSecret(sources: VariableSources, name: string): string | undefined {
  const known = sources.problems.length;
  const secret = sources.findSecret(name)?.value;
  const problems = sources.problems.slice(known);
  if (problems.length > 0) throw new ConfigError(problems);
  return secret;
}
