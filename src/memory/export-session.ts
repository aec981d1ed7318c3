import { KEY_KINDS, type TableName } from './keys.ts';
import type { Store } from './open-store.ts';
import type { Sessions } from './session.ts';

export type ExportedEntry = { table: TableName; key: string; value: unknown };

/** All that goes out with a session (`KEY_KINDS` says what): its head, each turn in order, and the record behind each reply. */
export async function* exportSession(store: Store, sessions: Sessions, session: string): AsyncGenerator<ExportedEntry, void> {
  const { cut, nextSeq } = await sessions.recall(session);
  if (nextSeq > 1 && goesOut('head')) yield { table: 'head', key: session, value: { cut, nextSeq } };
  for await (const turn of sessions.turns(session)) {
    if (goesOut('turn')) yield { table: 'turn', key: `${session}:${turn.seq}`, value: turn };
    if (goesOut('record')) yield* exportRecords(store, turn.variants);
  }
}

async function* exportRecords(store: Store, variants: readonly { recordId?: string }[]): AsyncGenerator<ExportedEntry, void> {
  for (const { recordId } of variants) {
    const record = recordId === undefined ? undefined : await store.table('record').get(recordId);
    if (recordId !== undefined && record) yield { table: 'record', key: recordId, value: record };
  }
}

function goesOut(table: TableName): boolean {
  return KEY_KINDS[table].exported === 'with-session';
}
