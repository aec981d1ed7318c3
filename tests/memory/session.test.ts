import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StoreError, UsageError } from '../../src/errors.ts';
import { openSessions, type Sessions } from '../../src/memory/session.ts';
import { collect, freshStore, storeOn, temporaryFolder } from './fixtures.ts';
import { memberTurn, personaTurn } from './turns.ts';

async function talk(sessions: Sessions, session: string, exchanges: number): Promise<void> {
  for (let index = 1; index <= exchanges; index += 1) {
    await sessions.append(session, memberTurn(`${index}`, `question ${index}`));
    await sessions.append(session, personaTurn(`${index}`, `answer ${index}`));
  }
}

const seqs = (turns: readonly { seq: number }[]) => turns.map((turn) => turn.seq);

describe('a session', () => {
  it('begins empty and counts its turns from 1', async () => {
    const sessions = openSessions(await freshStore());
    expect(await sessions.recall('new')).toEqual({ session: 'new', nextSeq: 1, cut: 0, turns: [] });
    await talk(sessions, 'new', 2);
    const { nextSeq, turns } = await sessions.recall('new');
    expect([nextSeq, seqs(turns)]).toEqual([5, [1, 2, 3, 4]]);
    expect(turns[2]?.variants[0]?.text).toBe('question 2');
  });

  it('stores a turn once, whoever appends it again', async () => {
    const store = await freshStore();
    const first = await openSessions(store).append('s', memberTurn('m1', 'hi'));
    const again = await openSessions(store).append('s', memberTurn('m1', 'something else'));
    expect([first.inserted, again.inserted]).toEqual([true, false]);
    expect(again.turn).toEqual(first.turn);
  });

  it('gives turns that are appended at once one seq each, in the order of the calls', async () => {
    const sessions = openSessions(await freshStore());
    const appended = await Promise.all(
      Array.from({ length: 100 }, (_, index) => sessions.append('s', memberTurn(`${index % 50}`, `${index}`))),
    );
    expect(appended.filter((one) => one.inserted).map((one) => one.turn.seq)).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
    expect((await sessions.recall('s')).turns.map((turn) => turn.id)).toEqual(Array.from({ length: 50 }, (_, i) => `${i}`));
  });

  it('shares its seqs with another process that writes the same session', async () => {
    const path = join(temporaryFolder(), 'troupe.db');
    const [here, there] = [openSessions(await storeOn(path)), openSessions(await storeOn(path))];
    for (let index = 0; index < 20; index += 1) {
      await Promise.all([here.append('s', memberTurn(`h${index}`, 'a')), there.append('s', memberTurn(`t${index}`, 'b'))]);
    }
    const turns = (await here.recall('s')).turns;
    expect(seqs(turns)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(new Set(turns.map((turn) => turn.id)).size).toBe(40);
    expect((await there.recall('s')).turns).toEqual(turns);
  });

  it('recalls the same after a restart as before', async () => {
    const store = await freshStore();
    const sessions = openSessions(store);
    await sessions.append('s', { ...memberTurn('1', 'lone \ud800, \u0000, :base64:AA==, 안녕'), pinned: true });
    const before = await sessions.recall('s');
    expect(JSON.stringify(await openSessions(store).recall('s'))).toBe(JSON.stringify(before));
  });

  it.each(['', 'a b', 'a:b', 'a/b', 'x'.repeat(101), '세션'])('cannot be named "%s"', async (name) => {
    const sessions = openSessions(await freshStore());
    await expect(sessions.append(name, memberTurn('1', 'hi'))).rejects.toThrow(UsageError);
    await expect(sessions.recall(name)).rejects.toThrow(UsageError);
    await expect(collect(sessions.turns(name))).rejects.toThrow(UsageError);
  });

  it('is listed with its number of turns and its times', async () => {
    const sessions = openSessions(await freshStore());
    await sessions.append('b', memberTurn('1', 'hi', { at: 10 }));
    await sessions.append('b', memberTurn('2', 'hi', { at: 30 }));
    await sessions.append('a-2', memberTurn('1', 'hi', { at: 20 }));
    expect(await sessions.list()).toEqual([
      { session: 'a-2', turns: 1, createdAt: 20, lastAt: 20 },
      { session: 'b', turns: 2, createdAt: 10, lastAt: 30 },
    ]);
  });
});

describe('a recall', () => {
  it('reads what stands after the cut and the pinned turns before it', async () => {
    const store = await freshStore();
    const sessions = openSessions(store);
    await talk(sessions, 's', 5);
    await sessions.amend('s', '2', { pinned: true });
    await sessions.setCut('s', 6);
    for (const opened of [sessions, openSessions(store)]) {
      const { cut, turns } = await opened.recall('s');
      expect([cut, seqs(turns)]).toEqual([6, [3, 7, 8, 9, 10]]);
    }
    await sessions.amend('s', '2', { pinned: false });
    expect(seqs((await sessions.recall('s')).turns)).toEqual([7, 8, 9, 10]);
    await sessions.setCut('s', 0);
    expect(seqs((await sessions.recall('s')).turns)).toHaveLength(10);
    await expect(sessions.setCut('s', 11)).rejects.toThrow(RangeError);
  });

  it('is bounded to the newest turns, whatever is cached, and still holds pinned ones', async () => {
    const store = await freshStore();
    const sessions = openSessions(store, { maxTurns: 6, cachedTurns: 10 });
    await sessions.append('s', { ...memberTurn('0', 'first'), pinned: true });
    await talk(sessions, 's', 20);
    await talk(sessions, 'other', 20);
    for (const opened of [sessions, sessions, openSessions(store, { maxTurns: 6 })]) {
      expect(seqs((await opened.recall('s')).turns)).toEqual([1, 36, 37, 38, 39, 40, 41]);
    }
  });

  it('keeps its beginning for a quarter of its turns at a time, never goes back and never reads more than it may', async () => {
    const store = await freshStore();
    const sessions = openSessions(store, { maxTurns: 100 });
    const firsts: number[] = [];
    for (let index = 1; index <= 5_000; index += 1) {
      await sessions.append('s', memberTurn(`${index}`, 'x'));
      const { turns } = await sessions.recall('s');
      expect(turns.length).toBeLessThanOrEqual(100);
      expect(turns.length).toBeGreaterThanOrEqual(Math.min(index, 75));
      firsts.push(turns[0]?.seq ?? 0);
    }
    expect(firsts).toEqual([...firsts].sort((first, second) => first - second));
    expect(new Set(firsts).size).toBe(1 + (5_000 - 100) / 25);
    expect(firsts.at(-1)).toBe(4_901);
    expect((await openSessions(store, { maxTurns: 100 }).recall('s')).turns[0]?.seq).toBe(4_901);
  }, 30_000);

  it('reads every turn of a long session, in order', async () => {
    const sessions = openSessions(await freshStore());
    await talk(sessions, 's', 400);
    expect(seqs(await collect(sessions.turns('s')))).toEqual(Array.from({ length: 800 }, (_, index) => index + 1));
  });
});

describe('an id', () => {
  it.each([
    ['the turn', { id: 'a\ud800' }],
    ['its author', { author: { kind: 'member', id: '\udc00', name: 'Mina' } as const }],
  ])('of %s with half a surrogate pair is refused, because it would stand for another in a key', async (_, wrong) => {
    const sessions = openSessions(await freshStore());
    await sessions.append('s', memberTurn('a\ufffd', 'hi'));
    await expect(sessions.append('s', memberTurn('1', 'hi', wrong))).rejects.toThrow(UsageError);
    expect(await sessions.find('s', 'a\ud800')).toBeUndefined();
    expect((await sessions.recall('s')).turns).toHaveLength(1);
  });
});

describe('two processes in one session', () => {
  /** The work of one process, with the other's just before the store writes for the first time. */
  async function meanwhile(work: (here: Sessions) => Promise<unknown>, other: (there: Sessions) => Promise<unknown>) {
    const path = join(temporaryFolder(), 'troupe.db');
    const store = await storeOn(path);
    const there = openSessions(await storeOn(path));
    await talk(there, 's', 3);
    let waiting: (() => Promise<unknown>) | undefined = () => other(there);
    const interrupt = async () => {
      const now = waiting;
      waiting = undefined;
      await now?.();
    };
    const here = openSessions({
      ...store,
      addIfAbsent: async (...words) => {
        await interrupt();
        return store.addIfAbsent(...words);
      },
      change: async (...words) => {
        await interrupt();
        return store.change(...words);
      },
    });
    await work(here);
    expect(waiting).toBeUndefined();
    const seen = await here.recall('s');
    expect(await there.recall('s')).toEqual(seen);
    return { seen, head: await store.table('head').get('s') };
  }

  it('lose neither a cut nor a pin that one makes while the other appends', async () => {
    const { head } = await meanwhile(
      (here) => here.append('s', memberTurn('new', 'hi')),
      async (there) => {
        await there.amend('s', '1', { pinned: true });
        await there.setCut('s', 4);
      },
    );
    expect(head).toMatchObject({ nextSeq: 8, cut: 4, pinned: [1] });
  });

  it('lose no turn that one appends while the other cuts or pins', async () => {
    const { head, seen } = await meanwhile(
      (here) => here.setCut('s', 2),
      (there) => there.append('s', memberTurn('new', 'hi')),
    );
    expect(head).toMatchObject({ nextSeq: 8, cut: 2 });
    expect(seqs(seen.turns)).toEqual([3, 4, 5, 6, 7]);
    const pinned = await meanwhile(
      (here) => here.amend('s', '2', { pinned: true }),
      (there) => there.amend('s', '1', { pinned: true }),
    );
    expect(pinned.head).toMatchObject({ pinned: [1, 3] });
  });

  it('lose no change of a turn that both change', async () => {
    const { seen } = await meanwhile(
      (here) => here.amend('s', '1', { text: 'edited' }),
      (there) => there.amend('s', '1', { hidden: true }),
    );
    expect(seen.turns[0]).toMatchObject({ hidden: true, variants: [{ text: 'edited' }] });
  });
});

describe('a change', () => {
  it('replaces the text of the chosen variant, all variants, or what is hidden, and keeps the rest', async () => {
    const store = await freshStore();
    const sessions = openSessions(store);
    await talk(sessions, 's', 1);
    await sessions.recall('s');
    const swipe = [
      { text: 'one', messageIds: ['a'] },
      { text: 'two', messageIds: ['b'] },
    ];
    expect(await sessions.amend('s', 'r1', { variants: swipe, chosen: 1 })).toMatchObject({
      seq: 2,
      chosen: 1,
      variants: swipe,
    });
    await sessions.amend('s', 'r1', { text: 'three' });
    const hidden = await sessions.amend('s', 'r1', { hidden: true });
    expect(hidden).toMatchObject({ hidden: true, answers: '1', variants: [swipe[0], { text: 'three', messageIds: ['b'] }] });
    for (const opened of [sessions, openSessions(store)]) {
      expect(await opened.find('s', 'r1')).toEqual(hidden);
      expect((await opened.recall('s')).turns[1]).toEqual(hidden);
    }
    expect(await sessions.amend('s', 'r1', { hidden: false })).not.toHaveProperty('hidden');
    expect(await sessions.amend('s', 'nobody', { text: 'x' })).toBeUndefined();
    expect(await sessions.find('s', 'nobody')).toBeUndefined();
  });

  it('that another process makes is seen at the next recall', async () => {
    const path = join(temporaryFolder(), 'troupe.db');
    const [here, there] = [openSessions(await storeOn(path)), openSessions(await storeOn(path))];
    await talk(here, 's', 1);
    await here.recall('s');
    await there.amend('s', '1', { text: 'changed' });
    expect((await here.recall('s')).turns[0]?.variants[0]?.text).toBe('changed');
  });
});

describe('undo', () => {
  it('hides the newest exchange, then the one before, and keeps all of it in the store', async () => {
    const store = await freshStore();
    const sessions = openSessions(store);
    await sessions.append('s', personaTurn('start', 'greeting'));
    await talk(sessions, 's', 2);
    await sessions.append('s', personaTurn('other', 'another persona joins in'));
    expect(seqs(await sessions.undo('s'))).toEqual([4, 5, 6]);
    expect(seqs(await sessions.undo('s'))).toEqual([2, 3]);
    expect(await sessions.undo('s')).toEqual([]);
    const { turns, nextSeq } = await sessions.recall('s');
    expect(seqs(turns.filter((turn) => !turn.hidden))).toEqual([1]);
    expect(nextSeq).toBe(7);
    expect((await openSessions(store).recall('s')).turns).toEqual(turns);
    expect((await sessions.append('s', memberTurn('new', 'hi'))).turn.seq).toBe(7);
  });

  it('lets the cut go when nothing after it is left to see, and not before', async () => {
    const store = await freshStore();
    const sessions = openSessions(store);
    await talk(sessions, 's', 5);
    await sessions.amend('s', '1', { pinned: true });
    await sessions.setCut('s', 6);
    const view = async () => {
      const { cut, turns } = await sessions.recall('s');
      return [cut, seqs(turns.filter((turn) => !turn.hidden))];
    };
    await sessions.undo('s');
    expect(await view()).toEqual([6, [1, 7, 8]]);
    await sessions.undo('s');
    expect(await view()).toEqual([0, [1, 2, 3, 4, 5, 6]]);
    expect((await openSessions(store).recall('s')).cut).toBe(0);
    await sessions.setCut('s', 5); // in the middle of an exchange
    await sessions.undo('s');
    expect(await view()).toEqual([0, [1, 2, 3, 4]]);
  });

  it('finds the exchange behind hundreds of hidden turns', async () => {
    const sessions = openSessions(await freshStore());
    await sessions.append('s', memberTurn('first', 'hi'));
    for (let index = 0; index < 600; index += 1) await sessions.append('s', { ...memberTurn(`${index}`, 'x'), hidden: true });
    expect(seqs(await sessions.undo('s'))).toEqual([1]);
  });
});

describe('after a crash between the writes of an append', () => {
  const orphan = { ...memberTurn('3', 'the last words'), seq: 5, at: 9_000 };

  it.each(['nothing else', 'one index', 'both indexes'])(
    'a turn that reached the store with %s is found again',
    async (written) => {
      const store = await freshStore();
      await talk(openSessions(store), 's', 2);
      await store.table('turn').set('s:5', orphan);
      if (written !== 'nothing else') await store.table('id').set('s:3', 5);
      if (written === 'both indexes') await store.table('member').set('mina:s:5', 5);

      const sessions = openSessions(store);
      expect((await sessions.recall('s')).turns.at(-1)).toEqual(orphan);
      expect(await sessions.append('s', memberTurn('3', 'the last words'))).toEqual({ turn: orphan, inserted: false });
      expect(await store.table('head').get('s')).toMatchObject({ nextSeq: 6, lastAt: 9_000 });
      expect(await store.table('id').get('s:3')).toBe(5);
      expect(await store.table('member').get('mina:s:5')).toBe(5);
    },
  );

  it('a first turn without a head is found, and so are pinned ones', async () => {
    const store = await freshStore();
    const first = { ...memberTurn('1', 'hi'), seq: 1, pinned: true as const };
    await store.table('turn').set('s:1', first);
    await openSessions(store).append('s', memberTurn('2', 'there'));
    expect(await store.table('head').get('s')).toEqual({ nextSeq: 3, cut: 0, pinned: [1], createdAt: 1_000, lastAt: 1_000 });
  });

  it('a turn that should be there and is not is an error, not a gap', async () => {
    const store = await freshStore();
    await talk(openSessions(store), 's', 3);
    await store.table('turn').delete('s:2');
    await expect(openSessions(store).recall('s')).rejects.toThrow(StoreError);
    await expect(openSessions(store).recall('s')).rejects.toThrow(/Turn 2 of the session s is missing/);
  });
});
