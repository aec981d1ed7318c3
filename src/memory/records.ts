import type { ReplyRecord } from '../chat.ts';
import type { Store } from './open-store.ts';

/** How replies were made, and the personas as they were when they spoke. */
export type Records = {
  put(record: ReplyRecord): Promise<void>;
  find(id: string): Promise<ReplyRecord | undefined>;
  /** Keeps a persona under its hash; what is already there stays as it is. */
  putPersona(hash: string, persona: unknown): Promise<void>;
  /** The JSON value that was kept. */
  findPersona(hash: string): Promise<unknown>;
};

export function openRecords(store: Store): Records {
  return {
    put: (record) => store.table('record').set(record.id, record),
    find: (id) => store.table('record').get(id),
    putPersona: async (hash, persona) => {
      await store.addIfAbsent('persona', hash, persona);
    },
    findPersona: (hash) => store.table('persona').get(hash),
  };
}
