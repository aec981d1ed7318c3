import { stringify } from 'yaml';
import type { BackendSettings } from '../../backends/create-backend.ts';
import type { Verdict } from './weigh.ts';

/** Which backend was asked, and what troupe.yaml has already. */
export type Probed = {
  name: string;
  settings: BackendSettings;
  /** names of the backends that troupe.yaml has */
  configured: readonly string[];
};

/** Where the lines belong, and one line for each thing to set. */
export type Configuration = { where: string; lines: readonly string[] };

/** What says which file or server a backend is, where troupe.yaml does not say it yet. */
const WHICH = ['kind', 'baseUrl', 'model', 'threads'] as const;

/** What fixes the verdict in troupe.yaml, whatever the model says of itself; null where there is no verdict. */
export function configurationFor({ name, settings, configured }: Probed, { stage, censored }: Verdict): Configuration | null {
  if (stage === null) return null;
  const isNews = censored !== null && censored !== settings.censored;
  const found = { stage, ...(isNews && { censored }) };
  if (configured.includes(name)) {
    const lines = Object.entries(found).map(([key, value]) => inOneLine({ [key]: value }));
    return { where: `troupe.yaml, in backends.${name}`, lines };
  }
  const which = Object.fromEntries(WHICH.flatMap((key) => (key in settings ? [[key, Reflect.get(settings, key)]] : [])));
  const backend = { [name]: { ...which, ...found } };
  if (configured.length > 0) return { where: 'troupe.yaml, in backends', lines: [inOneLine(backend)] };
  return { where: 'troupe.yaml', lines: [inOneLine({ backends: backend })] };
}

/** `key: value`, whatever the value holds. */
function inOneLine(value: object): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim().slice(1, -1).trim();
}
