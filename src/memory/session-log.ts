import type { Turn } from '../chat.ts';
import { StoreError } from '../errors.ts';
import { type Head, memberInKey } from './keys.ts';
import type { Store } from './open-store.ts';

const CHUNK = 256;
const NEW_HEAD: Head = { nextSeq: 1, cut: 0, pinned: [], createdAt: 0, lastAt: 0 };

/**
 * Writes a turn where none stands. False when another process has taken its seq meanwhile. The order is turn, indexes, head: a
 * crash in between leaves a turn at `nextSeq`, which `readHead` finds.
 */
export async function writeTurn(store: Store, session: string, turn: Turn): Promise<boolean> {
  if (!(await store.addIfAbsent('turn', `${session}:${turn.seq}`, turn))) return false;
  await writeIndexes(store, session, turn);
  return true;
}

/** The head once `turn` is in the store. Another process may have counted it before, and later ones too. */
export function advance(head: Head, turn: Turn): Head {
  return {
    ...head,
    nextSeq: Math.max(head.nextSeq, turn.seq + 1),
    pinned: turn.pinned ? withPin(head.pinned, turn.seq) : head.pinned,
    createdAt: turn.seq === 1 ? turn.at : head.createdAt,
    lastAt: turn.seq >= head.nextSeq ? turn.at : head.lastAt,
  };
}

export function withPin(pinned: readonly number[], seq: number): number[] {
  return [...pinned.filter((other) => other !== seq), seq].sort((first, second) => first - second);
}

/** Changes the head as it is in the store, whatever this process believes of it, and gives it as it is now. */
export function changeHead(store: Store, session: string, change: (head: Head) => Head): Promise<Head> {
  return store.change('head', session, (head = NEW_HEAD) => change(head));
}

/** The head as the turns say it is: where a crash left turns behind it, their indexes are written again and it moves forward. */
export async function readHead(store: Store, session: string): Promise<Head> {
  const stored = (await store.table('head').get(session)) ?? NEW_HEAD;
  const found: Turn[] = [];
  const next = () => turnAt(store, session, stored.nextSeq + found.length);
  for (let turn = await next(); turn; turn = await next()) {
    await writeIndexes(store, session, turn);
    found.push(turn);
  }
  return found.length === 0 ? stored : changeHead(store, session, (head) => found.reduce(advance, head));
}

/** These turns, in the order asked for. A turn that should be there and is not is a StoreError, never a gap. */
export async function readTurns(store: Store, session: string, seqs: readonly number[]): Promise<Turn[]> {
  const turns: Turn[] = [];
  for (let start = 0; start < seqs.length; start += CHUNK) {
    const chunk = seqs.slice(start, start + CHUNK);
    const found = await store.table('turn').getMany(chunk.map((seq) => `${session}:${seq}`));
    for (const [index, turn] of found.entries()) turns.push(turn ?? missing(session, chunk[index]));
  }
  return turns;
}

/** `from`, `from + 1`, ... up to `to`; nothing when `to` stands before `from`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

function turnAt(store: Store, session: string, seq: number): Promise<Turn | undefined> {
  return store.table('turn').get(`${session}:${seq}`);
}

async function writeIndexes(store: Store, session: string, turn: Turn): Promise<void> {
  await store.table('id').set(`${session}:${turn.id}`, turn.seq);
  if (turn.author.kind !== 'member' || turn.author.id === '') return;
  await store.table('member').set(`${memberInKey(turn.author.id)}:${session}:${turn.seq}`, turn.seq);
}

function missing(session: string, seq: number | undefined): never {
  throw new StoreError(
    `Turn ${seq} of the session ${session} is missing from the store: put a backup in place, or reset the session.`,
  );
}
