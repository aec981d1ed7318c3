import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Turn } from '../../src/chat.ts';
import type { Store } from '../../src/memory/open-store.ts';
import { openSessions, type Sessions } from '../../src/memory/session.ts';
import { collect, freshStore } from './fixtures.ts';
import { memberTurn, personaTurn } from './turns.ts';

const MAX_TURNS = 12;
const OPERATIONS = 2_000;

/** A session as a plain array, which is what the store must look like from outside. */
type Model = { turns: Turn[]; cut: number };
type Real = { store: Store; sessions: Sessions; model: Model };

const anyId = fc.integer({ min: 0, max: 400 });
const operation = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('ask' as const), id: anyId, text: fc.string({ unit: 'grapheme' }) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('answer' as const), id: anyId, text: fc.string() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('text' as const), id: anyId, text: fc.string({ unit: 'binary' }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pin' as const), id: anyId, on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hide' as const), id: anyId, on: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), back: fc.integer({ min: 0, max: 30 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('undo' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never;

function flag(turn: Turn, name: 'pinned' | 'hidden', on: boolean): void {
  if (on) turn[name] = true;
  else delete turn[name];
}

async function append({ sessions, model }: Real, turn: Omit<Turn, 'seq'>): Promise<void> {
  const known = model.turns.find((one) => one.id === turn.id);
  const appended = await sessions.append('s', turn);
  expect(appended.inserted).toBe(!known);
  if (!known) model.turns.push({ ...turn, seq: model.turns.length + 1 });
  expect(appended.turn).toEqual(known ?? model.turns.at(-1));
}

async function amend({ sessions, model }: Real, id: string, one: Operation): Promise<void> {
  const turn = model.turns.find((candidate) => candidate.id === id);
  if (one.kind === 'text' && turn) turn.variants = [{ ...turn.variants[0]!, text: one.text }];
  if (one.kind === 'pin' && turn) flag(turn, 'pinned', one.on);
  if (one.kind === 'hide' && turn) flag(turn, 'hidden', one.on);
  const change =
    one.kind === 'text' ? { text: one.text } : one.kind === 'pin' ? { pinned: one.on } : { hidden: 'on' in one && one.on };
  expect(await sessions.amend('s', id, change)).toEqual(turn);
}

async function undo({ sessions, model }: Real): Promise<void> {
  const newest = model.turns.findLast((turn) => turn.role === 'user' && !turn.hidden);
  const hidden = newest ? model.turns.filter((turn) => turn.seq >= newest.seq && !turn.hidden) : [];
  const since = model.turns.filter((turn) => turn.seq > model.cut && turn.seq < (hidden[0]?.seq ?? 0));
  if (hidden.length > 0 && since.every((turn) => turn.hidden)) model.cut = 0;
  for (const turn of hidden) turn.hidden = true;
  expect(await sessions.undo('s')).toEqual(hidden);
}

async function apply(real: Real, one: Operation): Promise<void> {
  if (one.kind === 'ask') return append(real, memberTurn(`${one.id}`, one.text));
  if (one.kind === 'answer') return append(real, personaTurn(`${one.id}`, one.text));
  if (one.kind === 'undo') return undo(real);
  if (one.kind === 'reopen') {
    real.sessions = openSessions(real.store, { maxTurns: MAX_TURNS });
    return;
  }
  if (one.kind === 'cut') {
    real.model.cut = Math.max(0, real.model.turns.length - one.back);
    return real.sessions.setCut('s', real.model.cut);
  }
  return amend(real, one.id % 2 === 0 ? `${one.id}` : `r${one.id}`, one);
}

function expectedRecall({ turns, cut }: Model) {
  const window = turns.length - MAX_TURNS <= 0 ? 0 : 3 * Math.ceil((turns.length - MAX_TURNS) / 3);
  const start = Math.max(cut, window);
  return {
    session: 's',
    nextSeq: turns.length + 1,
    cut,
    turns: turns.filter((turn, index) => index >= start || turn.pinned),
  };
}

it(`behaves like a plain array over ${OPERATIONS} random operations`, async () => {
  const operations = fc.array(operation, { minLength: OPERATIONS, maxLength: OPERATIONS, size: 'max' });
  await fc.assert(
    fc.asyncProperty(operations, async (list) => {
      const store = await freshStore();
      const real: Real = { store, sessions: openSessions(store, { maxTurns: MAX_TURNS }), model: { turns: [], cut: 0 } };
      for (const one of list) {
        await apply(real, one);
        expect(await real.sessions.recall('s')).toEqual(expectedRecall(real.model));
      }
      expect(await collect(real.sessions.turns('s'))).toEqual(real.model.turns);
      expect(real.model.turns.length).toBeGreaterThan(200);
    }),
    { numRuns: 1, endOnFailure: true },
  );
}, 60_000);
