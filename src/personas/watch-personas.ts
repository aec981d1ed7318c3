import { loadPersonas, type PersonaSet } from './load-personas.ts';
import { watchFiles } from './watch-files.ts';

type PersonaNews = {
  /** the folder was read again and stands now */
  onReload(personas: PersonaSet): void;
  /** the folder is broken (ConfigError) or no longer watched; what stood before still stands */
  onProblem(error: unknown): void;
  /** Throws ConfigError for a set that must not stand, though each file is well: such as one without the default persona. */
  check?(personas: PersonaSet): void;
  quietMs?: number;
};

/** A set that follows its folder. Replies in the making keep the persona that they began with. */
export type LivePersonas = PersonaSet & {
  /** Reads the folder now, as after a change. */
  reload(): Promise<void>;
  close(): void;
};

/**
 * Loads a folder of personas and keeps following it. Throws ConfigError when it is broken at the beginning; later a broken edit
 * leaves everything as it was and is told by `onProblem`.
 */
export async function watchPersonas(directory: string, news: PersonaNews): Promise<LivePersonas> {
  let standing = await load();
  let broken = false;
  let closed = false;
  let reading = Promise.resolve();

  async function load(): Promise<PersonaSet> {
    const personas = await loadPersonas(directory);
    news.check?.(personas);
    return personas;
  }

  async function read(): Promise<void> {
    try {
      const fresh = await load();
      if (closed || (!broken && areSame(fresh, standing))) return;
      broken = false;
      standing = fresh;
      news.onReload(fresh);
    } catch (error) {
      broken = true;
      if (!closed) news.onProblem(error);
    }
  }

  /** One reading at a time: a later one always sees the later state. */
  function reload(): Promise<void> {
    reading = reading.then(read);
    return reading;
  }

  const watcher = await watchFiles([directory], () => void reload(), {
    onTrouble: news.onProblem,
    ...(news.quietMs === undefined ? {} : { quietMs: news.quietMs }),
  });
  return {
    all: () => standing.all(),
    find: (nameOrId) => standing.find(nameOrId),
    reload,
    close() {
      closed = true;
      watcher.close();
    },
  };
}

function areSame(a: PersonaSet, b: PersonaSet): boolean {
  const hashes = (set: PersonaSet) =>
    set
      .all()
      .map(({ hash }) => hash)
      .join();
  return hashes(a) === hashes(b);
}
