import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { type Problem, reasonOf } from '../errors.ts';
import { parseDotEnv } from './dot-env.ts';

/** Variables by name, as a process has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'this must be an address that begins with http:// or https://.' })
  .transform((url) => url.replace(/\/+$/, ''));
const word = z.string().regex(/^\S+$/, 'this must be one word without spaces.');

const environmentSchema = z.object({
  DISCORD_TOKEN: word.optional(),
  DISCORD_API_URL: httpUrl.default('https://discord.com/api'),
  OPENAI_API_KEY: word.optional(),
  OPENAI_BASE_URL: httpUrl.optional(),
  OPENAI_MODEL: z.string().optional(),
  LLAMA_MODEL: z.string().optional(),
  TROUPE_PERSONA: z.string().default('sunny'),
  TROUPE_CONFIG: z.string().optional(),
  TROUPE_DATA: z.string().default('data'),
  STORE_URL: z.string().optional(),
  TROUPE_DEMO: z
    .enum(['0', '1'], 'this must be 1 (Pocket may answer on Discord) or 0.')
    .default('0')
    .transform((value) => value === '1'),
  LOG_LEVEL: z
    .enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      'this must be one of trace, debug, info, warn, error, fatal, silent.',
    )
    .optional(),
});
export type Environment = z.infer<typeof environmentSchema>;

/** Variables that hold a secret, and so may also be given as a file's path in NAME_FILE. */
const SECRETS: readonly string[] = ['DISCORD_TOKEN', 'OPENAI_API_KEY', 'STORE_URL'];

/** A variable's value and the place that set it, for messages. */
type Setting = { value: string; place: Pick<Problem, 'file' | 'line'> };
type Source = (name: string) => Setting | undefined;

/** Looks variables up in the process's own, then in the folder's .env. An empty value counts as not set. */
export class VariableSources {
  /** what could not be read so far */
  readonly problems: Problem[] = [];
  readonly #folder: string;
  readonly #sources: readonly Source[];

  constructor(variables: Variables, folder: string) {
    this.#folder = folder;
    this.#sources = [(name) => settingOf(variables[name], { file: 'environment' }), this.#readDotEnv()];
  }

  find(name: string): Setting | undefined {
    for (const source of this.#sources) {
      const setting = source(name);
      if (setting) return setting;
    }
    return undefined;
  }

  /** The variable, or the trimmed text of the file that NAME_FILE names, whichever stands in the nearer source. */
  findSecret(name: string): Setting | undefined {
    for (const source of this.#sources) {
      const setting = source(name) ?? this.#readSecretFile(source(`${name}_FILE`), name);
      if (setting) return setting;
    }
    return undefined;
  }

  #readDotEnv(): Source {
    const file = resolve(this.#folder, '.env');
    if (!existsSync(file)) return () => undefined;
    const { values, problems } = parseDotEnv(this.#readFile(file, { file: '.env' }) ?? '', '.env');
    this.problems.push(...problems);
    return (name) => {
      const entry = values.get(name);
      return entry && settingOf(entry.value, { file: '.env', line: entry.line });
    };
  }

  #readSecretFile(named: Setting | undefined, name: string): Setting | undefined {
    if (!named) return undefined;
    const text = this.#readFile(resolve(this.#folder, named.value), { ...named.place, path: `${name}_FILE` });
    return settingOf(text?.trim(), named.place);
  }

  #readFile(file: string, place: Omit<Problem, 'message'>): string | undefined {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      this.problems.push({ ...place, message: `the file cannot be read (${reasonOf(error)}).` });
      return undefined;
    }
  }
}

function settingOf(value: string | undefined, place: Setting['place']): Setting | undefined {
  return value === undefined || value === '' ? undefined : { value, place };
}

/** All variables of the program, checked. Unknown ones are nobody's business; a wrong value is a problem that names its place. */
export function readEnvironment(sources: VariableSources): {
  environment: Environment | undefined;
  problems: readonly Problem[];
} {
  const settings = new Map<string, Setting>();
  for (const name of Object.keys(environmentSchema.shape)) {
    const setting = SECRETS.includes(name) ? sources.findSecret(name) : sources.find(name);
    if (setting) settings.set(name, setting);
  }
  const parsed = environmentSchema.safeParse(Object.fromEntries([...settings].map(([name, { value }]) => [name, value])));
  const wrong = (parsed.error?.issues ?? []).map(({ path: [name], message }) => {
    const place = settings.get(String(name))?.place ?? { file: 'environment' };
    return { ...place, path: String(name), message };
  });
  return { environment: parsed.data, problems: [...sources.problems, ...wrong] };
}
