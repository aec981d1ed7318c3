import type { Turn } from '../chat.ts';
import type { Head } from './keys.ts';
import type { Store } from './open-store.ts';
import { readHead } from './session-log.ts';

/** A session as this process knows it. `turns` holds those that were read or written, by seq. */
export type OpenSession = { readonly name: string; head: Head; turns: Map<number, Turn> };

type SessionCache = {
  /** The session, repaired when it was not in memory. */
  open(name: string): Promise<OpenSession>;
  drop(name: string): void;
};

const CACHED_SESSIONS = 256;

/** Keeps the sessions used last, `cachedTurns` turns in all; everything is let go when another process has written. */
export function createSessionCache(store: Store, { cachedTurns }: { cachedTurns: number }): SessionCache {
  const sessions = new Map<string, OpenSession>();
  let revision: number | undefined;

  function evict(newest: string): void {
    let turns = 0;
    for (const session of sessions.values()) turns += session.turns.size;
    for (const [name, session] of sessions) {
      if (turns <= cachedTurns && sessions.size <= CACHED_SESSIONS) return;
      if (name === newest) continue;
      sessions.delete(name);
      turns -= session.turns.size;
    }
  }

  return {
    open: async (name) => {
      const now = await store.revision();
      if (now !== revision) sessions.clear();
      revision = now;
      const session = sessions.get(name) ?? { name, head: await readHead(store, name), turns: new Map() };
      // Another process may have written while this head was read: then it is good for this once.
      if (revision !== now) return session;
      sessions.delete(name);
      sessions.set(name, session);
      evict(name);
      return session;
    },
    drop: (name) => {
      sessions.delete(name);
    },
  };
}
