import { join } from 'node:path';
import type { Backend } from '../../backends/backend.ts';
import { createBackend } from '../../backends/create-backend.ts';
import type { DefaultBackend } from '../../config/default-backend.ts';
import type { Config } from '../../config.ts';
import { TroupeError } from '../../errors.ts';
import type { Logger } from '../../log.ts';

export type OpenBackends = {
  /** 'default' is the default one. Each is made when it is first asked for. Throws TroupeError for an unknown name. */
  backend(name: string): Backend;
  /** every name that `backend` takes */
  names: readonly string[];
  close(): Promise<void>;
};

export type BackendOptions = {
  log: Logger;
  /** where a backend keeps what it need not evaluate again, and notes how it fares; left out, as by commands that only look, nothing is kept */
  dataFolder?: string;
};

export function openBackends(config: Config, standard: DefaultBackend, options: BackendOptions): OpenBackends {
  const { places, readSecret } = config;
  const settings = { ...config.backends, [standard.name]: standard.settings };
  const opened = new Map<string, Backend>();
  const names = [...new Set(['default', ...Object.keys(settings)])];
  return {
    names,
    backend(asked) {
      const name = asked === 'default' ? standard.name : asked;
      const known = opened.get(name);
      if (known) return known;
      const wanted = settings[name];
      if (!wanted) throw new TroupeError(`There is no backend "${name}" in troupe.yaml; there are ${names.join(', ')}.`);
      const backend = createBackend(name, wanted, { ...options, readSecret, modelsFolder: join(places.data, 'models') });
      opened.set(name, backend);
      return backend;
    },
    async close() {
      await Promise.all([...opened.values()].map((backend) => backend.close()));
    },
  };
}
