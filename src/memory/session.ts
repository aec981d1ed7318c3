import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { Turn, Variant } from '../chat.ts';
import { StoreError, UsageError } from '../errors.ts';
import { createInOrder } from './in-order.ts';
import type { Store } from './open-store.ts';
import { createSessionCache, type OpenSession } from './session-cache.ts';
import { advance, changeHead, range, readHead, readTurns, withPin, writeTurn } from './session-log.ts';

const MAX_TURNS = 2_000;
const CHUNK = 256;
const SESSION_NAME = /^[A-Za-z0-9._-]{1,100}$/;

export type NewTurn = Omit<Turn, 'seq'>;
/** `text` replaces that of the chosen variant. */
type TurnChange = { text?: string; variants?: readonly Variant[]; chosen?: number; hidden?: boolean; pinned?: boolean };
type SessionFacts = { session: string; turns: number; createdAt: number; lastAt: number };

/** What can be in a prompt. */
type Recollection = {
  session: string;
  nextSeq: number;
  /** seq of the newest turn left out of prompts; 0 while nothing is */
  cut: number;
  /**
   * In order, hidden ones too: pinned turns from before the cut, then all after it. Of those at most the newest `maxTurns`, and
   * at least three quarters of so many: the oldest leave a quarter at a time, because a prompt whose beginning changed with every
   * turn would have to be read anew every time. When they leave depends on how long the session is and on nothing else.
   */
  turns: readonly Turn[];
};

/**
 * The conversations. Each method throws StoreError when the store fails and UsageError for a session name that cannot be one
 * (letters, digits, `-`, `_`, `.`; up to 100). Turns given out are shared with the cache: read them only.
 */
export type Sessions = {
  /**
   * Adds a turn at the end, once: a second turn with the same id gives the stored one and `inserted: false`. UsageError: an id of
   * the turn or its author with half a surrogate pair, which cannot be part of a key.
   */
  append(session: string, turn: NewTurn): Promise<{ turn: Turn; inserted: boolean }>;
  recall(session: string): Promise<Recollection>;
  find(session: string, id: string): Promise<Turn | undefined>;
  /** Changes what is named, keeps the rest; gives the turn as it is now, or undefined when there is none with this id. */
  amend(session: string, id: string, change: TurnChange): Promise<Turn | undefined>;
  /** Puts another turn in the place of this one; its seq stays. */
  rewrite(session: string, seq: number, change: (turn: Turn) => Turn): Promise<Turn>;
  /** Leaves all turns up to `seq` out of prompts, save pinned ones; 0 takes everything in again. RangeError: no such turn. */
  setCut(session: string, seq: number): Promise<void>;
  /**
   * Hides the newest visible member's turn and all that came after it; gives what was hidden, in order. Where that leaves nothing
   * visible after the cut, the cut goes, so that older turns come into view again.
   */
  undo(session: string): Promise<readonly Turn[]>;
  /** Every turn, hidden ones too, from the first. */
  turns(session: string): AsyncIterable<Turn>;
  list(): Promise<readonly SessionFacts[]>;
};

type SessionOptions = {
  /** the most turns that a recall reads */
  maxTurns?: number;
  /** the most turns kept in memory, over all sessions */
  cachedTurns?: number;
};

export function openSessions(
  store: Store,
  { maxTurns = MAX_TURNS, cachedTurns = 10 * MAX_TURNS }: SessionOptions = {},
): Sessions {
  const cache = createSessionCache(store, { cachedTurns });
  const inOrder = createInOrder();

  /** Work on one session, after all earlier work on it. What fails half-way is read anew, and so repaired, the next time. */
  async function within<Result>(session: string, work: (open: OpenSession) => Promise<Result>): Promise<Result> {
    checkSessionName(session);
    return inOrder(session, async () => {
      try {
        const open = await cache.open(session);
        if (open.turns.size > 2 * maxTurns) open.turns.clear();
        return await work(open);
      } catch (error) {
        cache.drop(session);
        throw error;
      }
    });
  }

  return {
    append: async (session, turn) => {
      checkIds(turn);
      return within(session, (open) => append(store, open, turn));
    },
    recall: (session) => within(session, (open) => recall(store, open, maxTurns)),
    find: (session, id) => within(session, (open) => find(store, open, id)),
    amend: (session, id, change) =>
      within(session, async (open) => {
        const turn = await find(store, open, id);
        return turn && (await replace(store, open, { before: turn, change: (current) => amended(current, change) }));
      }),
    rewrite: (session, seq, change) =>
      within(session, async (open) => {
        const [turn] = await readTurns(store, session, [seq]);
        if (!turn) throw new StoreError(`Turn ${seq} of the session ${session} is missing from the store.`);
        return replace(store, open, { before: turn, change });
      }),
    setCut: (session, seq) => within(session, (open) => setCut(store, open, seq)),
    undo: (session) => within(session, (open) => undo(store, open)),
    turns: (session) => allTurns(store, session, () => within(session, async (open) => open.head.nextSeq)),
    list: () => listSessions(store),
  };
}

function checkSessionName(session: string): void {
  if (SESSION_NAME.test(session)) return;
  throw new UsageError(`"${session.slice(0, 120)}" cannot name a session: use 1 to 100 letters, digits, "-", "_" or ".".`);
}

function checkIds({ id, author }: NewTurn): void {
  for (const one of [id, author.id]) {
    if (!one.isWellFormed()) throw new UsageError(`${JSON.stringify(one)} cannot be an id: it holds half a surrogate pair.`);
  }
}

async function append(store: Store, open: OpenSession, turn: NewTurn): Promise<{ turn: Turn; inserted: boolean }> {
  for (;;) {
    const known = await find(store, open, turn.id);
    if (known) return { turn: known, inserted: false };
    const stored = asStored({ ...turn, seq: open.head.nextSeq });
    if (await writeTurn(store, open.name, stored)) {
      open.head = await changeHead(store, open.name, (head) => advance(head, stored));
      open.turns.set(stored.seq, stored);
      return { turn: stored, inserted: true };
    }
    // Another process wrote this seq: see what stands there now and go behind it.
    open.head = await readHead(store, open.name);
  }
}

async function recall(store: Store, open: OpenSession, maxTurns: number): Promise<Recollection> {
  const { nextSeq, cut, pinned } = open.head;
  const start = Math.max(cut + 1, windowStart(nextSeq, maxTurns));
  const seqs = [...pinned.filter((seq) => seq < start), ...range(start, nextSeq - 1)];
  const unread = seqs.filter((seq) => !open.turns.has(seq));
  for (const turn of await readTurns(store, open.name, unread)) open.turns.set(turn.seq, turn);
  const turns = seqs.flatMap((seq) => open.turns.get(seq) ?? []).filter((turn) => turn.seq >= start || turn.pinned);
  return { session: open.name, nextSeq, cut, turns };
}

/** The seq of the oldest turn that a recall may read: always the first of a step, the steps being a quarter of `maxTurns`. */
function windowStart(nextSeq: number, maxTurns: number): number {
  const step = Math.max(1, Math.floor(maxTurns / 4));
  const tooMany = Math.max(0, nextSeq - 1 - maxTurns);
  return Math.ceil(tooMany / step) * step + 1;
}

async function find(store: Store, open: OpenSession, id: string): Promise<Turn | undefined> {
  if (!id.isWellFormed()) return undefined;
  const seq = await store.table('id').get(`${open.name}:${id}`);
  if (seq === undefined) return undefined;
  return open.turns.get(seq) ?? (await readTurns(store, open.name, [seq]))[0];
}

async function setCut(store: Store, open: OpenSession, seq: number): Promise<void> {
  if (!Number.isInteger(seq) || seq < 0 || seq >= open.head.nextSeq) {
    throw new RangeError(`the session ${open.name} has no turn ${seq} to cut at`);
  }
  open.head = await changeHead(store, open.name, (head) => ({ ...head, cut: seq }));
}

async function undo(store: Store, open: OpenSession): Promise<readonly Turn[]> {
  const visible: Turn[] = [];
  for (let end = open.head.nextSeq - 1; end >= 1; end -= CHUNK) {
    const chunk = await readTurns(store, open.name, range(Math.max(1, end - CHUNK + 1), end));
    visible.unshift(...chunk.filter((turn) => !turn.hidden));
    const newest = visible.findLastIndex((turn) => turn.author.kind === 'member');
    if (newest < 0) continue;
    const hidden = visible.slice(newest);
    // First the cut: a crash in between only makes the next prompt look for it again.
    if (!(await isVisibleSince(store, open, hidden[0]))) {
      open.head = await changeHead(store, open.name, (head) => ({ ...head, cut: 0 }));
    }
    return hide(store, open, hidden);
  }
  return [];
}

/** Whether a visible turn stands between the cut and `end`; true where nothing is cut. */
async function isVisibleSince(store: Store, open: OpenSession, end: Turn | undefined): Promise<boolean> {
  const { cut, nextSeq } = open.head;
  if (cut === 0) return true;
  const between = await readTurns(store, open.name, range(cut + 1, (end?.seq ?? nextSeq) - 1));
  return between.some((turn) => !turn.hidden);
}

async function hide(store: Store, open: OpenSession, turns: readonly Turn[]): Promise<readonly Turn[]> {
  const hidden = turns.map((turn): Turn => ({ ...turn, hidden: true }));
  await store.table('turn').setMany(hidden.map((turn) => ({ key: `${open.name}:${turn.seq}`, value: turn })));
  for (const turn of hidden) open.turns.set(turn.seq, turn);
  return hidden;
}

type Replacement = { before: Turn; change: (turn: Turn) => Turn };

/** `pinned` of the head may name too many and never too few: it is written before a turn is pinned, and after one is let go. */
async function replace(store: Store, open: OpenSession, { before, change }: Replacement): Promise<Turn> {
  const { seq } = before;
  const changePins = async (pinsOf: (pinned: readonly number[]) => readonly number[]) => {
    open.head = await changeHead(store, open.name, (head) => ({ ...head, pinned: pinsOf(head.pinned) }));
  };
  if (change(before).pinned && !before.pinned) await changePins((pinned) => withPin(pinned, seq));
  const stored = await store.change('turn', `${open.name}:${seq}`, (current = before) => ({ ...change(current), seq }));
  if (before.pinned && !stored.pinned) await changePins((pinned) => pinned.filter((other) => other !== seq));
  if (open.turns.has(seq)) open.turns.set(seq, stored);
  return stored;
}

function amended(turn: Turn, { text, variants, chosen, hidden, pinned }: TurnChange): Turn {
  const { hidden: wasHidden, pinned: wasPinned, ...rest } = turn;
  const index = chosen ?? turn.chosen;
  const kept = variants ?? turn.variants;
  return {
    ...rest,
    chosen: index,
    variants: text === undefined ? kept : kept.map((variant, at) => (at === index ? { ...variant, text } : variant)),
    ...((pinned ?? wasPinned) ? { pinned: true } : {}),
    ...((hidden ?? wasHidden) ? { hidden: true } : {}),
  };
}

/** The very turn that is read back after a restart: a prompt must be the same before and after. */
function asStored(turn: Turn): Turn {
  return JSON.parse(JSON.stringify(turn));
}

async function* allTurns(store: Store, session: string, nextSeqOf: () => Promise<number>): AsyncGenerator<Turn, void> {
  const nextSeq = await nextSeqOf();
  for (let start = 1; start < nextSeq; start += CHUNK) {
    yield* await readTurns(store, session, range(start, Math.min(start + CHUNK, nextSeq) - 1));
    await letOthersRun();
  }
}

async function listSessions(store: Store): Promise<readonly SessionFacts[]> {
  const facts: SessionFacts[] = [];
  for await (const session of store.keys('head')) {
    const head = await store.table('head').get(session);
    if (head) facts.push({ session, turns: head.nextSeq - 1, createdAt: head.createdAt, lastAt: head.lastAt });
  }
  return facts;
}
