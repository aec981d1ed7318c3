import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Turn } from '../src/chat.ts';
import { openStore, type Store } from '../src/memory/open-store.ts';
import { type NewTurn, openSessions, type Sessions } from '../src/memory/session.ts';

const SHORT_TURNS = 100;
const LONG_TURNS = 100_000;
const TAIL_TURNS = 200;
const SHORT_SESSIONS = 40;
const LONG_SESSION = 'long';
const ROUNDS = 800;
const CHUNK = 1_000;
/** about what a reply of a persona comes to */
const TEXT = 'It was raining again, and the machine took its time. '.repeat(8);

/**
 * What a turn costs to remember and the last 200 to read, in a session of 100 turns and in one of 100,000, measured in turns on one
 * SQLite file in a temporary folder. Times are medians in ms; reads come from the store, not from the cache.
 */
export async function benchMemory(): Promise<Record<string, unknown>> {
  const folder = await mkdtemp(join(tmpdir(), 'troupe-bench-'));
  const store = await openStore(`sqlite:${join(folder, 'bench.db')}`);
  try {
    await prefill(store);
    const appends = await measureAppends(openSessions(store));
    const reads = await measureReads(store);
    return { ...appends, ...reads, rounds: ROUNDS, textBytes: TEXT.length };
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function prefill(store: Store): Promise<void> {
  for (let short = 0; short < SHORT_SESSIONS; short += 1) await fill(store, `short-${short}`, SHORT_TURNS);
  await fill(store, 'tail', TAIL_TURNS);
  await fill(store, LONG_SESSION, LONG_TURNS);
}

/** The rows that appends would have made, in larger transactions. */
async function fill(store: Store, session: string, count: number): Promise<void> {
  for (let first = 1; first <= count; first += CHUNK) {
    const length = Math.min(CHUNK, count - first + 1);
    const turns = Array.from({ length }, (_, index): Turn => ({ ...newTurn(`p${first + index}`), seq: first + index }));
    await store.table('turn').setMany(turns.map((turn) => ({ key: `${session}:${turn.seq}`, value: turn })));
    await store.table('id').setMany(turns.map((turn) => ({ key: `${session}:${turn.id}`, value: turn.seq })));
    await store.table('member').setMany(turns.map((turn) => ({ key: `mina:${session}:${turn.seq}`, value: turn.seq })));
    if (first % 20_000 === 1 && count > CHUNK) process.stderr.write(`memory: ${first + length - 1} turns written\n`);
  }
  await store.table('head').set(session, { nextSeq: count + 1, cut: 0, pinned: [], createdAt: 1, lastAt: 1 });
}

async function measureAppends(sessions: Sessions): Promise<Record<string, number>> {
  const short: number[] = [];
  const long: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    short.push(await timed(() => sessions.append(`short-${round % SHORT_SESSIONS}`, newTurn(`n${round}`))));
    long.push(await timed(() => sessions.append(LONG_SESSION, newTurn(`n${round}`))));
  }
  const [appendMsAt100, appendMsAt100000] = [quantile(short, 0.5), quantile(long, 0.5)];
  return {
    appendMsAt100,
    appendMsAt100000,
    ratio: Number((appendMsAt100000 / appendMsAt100).toFixed(3)),
    appendP99MsAt100: quantile(short, 0.99),
    appendP99MsAt100000: quantile(long, 0.99),
  };
}

async function measureReads(store: Store): Promise<Record<string, number>> {
  const short: number[] = [];
  const long: number[] = [];
  for (let round = 0; round < ROUNDS / 4; round += 1) {
    short.push(await timed(() => openSessions(store, { maxTurns: TAIL_TURNS }).recall('tail')));
    long.push(await timed(() => openSessions(store, { maxTurns: TAIL_TURNS }).recall(LONG_SESSION)));
  }
  return { tail200MsAt200: quantile(short, 0.5), tail200MsAt100000: quantile(long, 0.5) };
}

function newTurn(id: string): NewTurn {
  return {
    id,
    role: 'user',
    author: { kind: 'member', id: 'mina', name: 'Mina' },
    source: 'synthetic',
    variants: [{ text: TEXT, messageIds: [id] }],
    chosen: 0,
    at: 1,
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((first, second) => first - second);
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(4));
}
