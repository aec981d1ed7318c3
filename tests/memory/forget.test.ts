import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { forgetMember } from '../../src/memory/forget.ts';
import { openRecords } from '../../src/memory/records.ts';
import { openSessions } from '../../src/memory/session.ts';
import { collect, storeOn, temporaryFolder } from './fixtures.ts';
import { memberTurn, personaTurn, replyRecord } from './turns.ts';

const MINA = '204255221017214977';
const JUN = '317355221017214999';
const mina = { kind: 'member', id: MINA, name: 'MinaTheForgotten' } as const;
const jun = { kind: 'member', id: JUN, name: 'Jun' } as const;

const theirs = (id: string, text: string) => memberTurn(id, text, { author: mina });
const juns = (id: string, text: string) => memberTurn(id, text, { author: jun });

function bytesOf(path: string): Buffer {
  const files = [path, `${path}-wal`, `${path}-shm`].filter((file) => existsSync(file));
  return Buffer.concat(files.map((file) => readFileSync(file)));
}

async function stage() {
  const path = join(temporaryFolder(), 'troupe.db');
  const store = await storeOn(path);
  return { path, store, sessions: openSessions(store), records: openRecords(store) };
}

describe('forgetting a member', () => {
  it("leaves none of their words, of the answers, of their name or id in the store or in its files' bytes", async () => {
    const { path, store, sessions, records } = await stage();
    const long = `I live in "Mapo",\n${'behind the bakery, second floor. '.repeat(400)}`;
    const secrets = [long, 'my cat is called Pixel-7731', '제 고양이 이름은 구름이예요 비밀이에요'];
    for (const [index, secret] of secrets.entries()) {
      await sessions.append('s', theirs(`m${index}`, secret));
      const variants = [
        { text: `You said: ${secret}`, messageIds: [`x${index}`], reasoning: `so Mina has ${secret}`, recordId: `k${index}` },
      ];
      await sessions.append('s', personaTurn(`m${index}`, '', { variants }));
      await records.put(replyRecord(`k${index}`, `m${index}`));
    }
    await sessions.amend('s', 'm0', { text: 'an edit that hides where I live', pinned: true });
    await sessions.append('other', juns('j1', 'hello there, everybody'));
    await sessions.append('other', theirs('m9', 'and I was in this channel too'));

    expect(await forgetMember(store, sessions, MINA)).toEqual({
      turns: 4,
      replies: 3,
      records: 3,
      sessions: 2,
      alsoSaid: 0,
      remaining: 0,
    });
    const bytes = bytesOf(path);
    const traces = [
      'Pixel-7731',
      'behind the bakery',
      '구름이',
      'an edit that',
      'in this channel too',
      MINA,
      'MinaTheForgotten',
      '"m1"',
      ':m1',
    ];
    expect(traces.filter((trace) => bytes.includes(trace))).toEqual([]);
    expect(bytes.includes('hello there, everybody')).toBe(true);

    for (const opened of [sessions, openSessions(store)]) {
      const { turns, nextSeq } = await opened.recall('s');
      expect(nextSeq).toBe(7);
      expect(turns.map(({ seq, hidden, variants }) => [seq, hidden, variants])).toEqual(
        [1, 2, 3, 4, 5, 6].map((seq) => [seq, true, [{ text: '', messageIds: [] }]]),
      );
    }
    expect(await collect(store.keys('id'))).toEqual(['other:j1']);
    expect((await sessions.append('s', juns('j2', 'hi'))).turn.seq).toBe(7);
  });

  it('takes their mentions and longer quotes out of what others were told, and keeps what others said', async () => {
    const { path, store, sessions } = await stage();
    const confession = 'I have never told anybody about the lighthouse';
    await sessions.append('s', theirs('m1', confession));
    await sessions.append('s', juns('j1', `hey <@${MINA}>, what was that?`));
    await sessions.append('s', personaTurn('j1', `Mina said "${confession}", Jun.`));
    await sessions.append('s', theirs('m2', 'good morning everyone'));
    await sessions.append('s', juns('j2', 'good morning everyone'));
    const forgotten = await forgetMember(store, sessions, MINA);
    expect(forgotten).toMatchObject({ turns: 2, replies: 0, alsoSaid: 1, remaining: 0 });
    const texts = (await sessions.recall('s')).turns.map((turn) => turn.variants[0]?.text);
    expect(texts).toEqual([
      '',
      'hey [forgotten], what was that?',
      'Mina said "[forgotten]", Jun.',
      '',
      'good morning everyone',
    ]);
    expect(bytesOf(path).includes('lighthouse')).toBe(false);
  });

  it('goes by whole ids: a member whose id begins alike keeps everything', async () => {
    const { store, sessions } = await stage();
    const named = (id: string) => memberTurn(id, `I am ${id}, remember me`, { author: { kind: 'member', id, name: id } });
    for (const id of ['you', 'you2', 'you:s', 'yo']) await sessions.append('s', named(id));
    expect(await forgetMember(store, sessions, 'you')).toMatchObject({ turns: 1, sessions: 1, remaining: 0 });
    const authors = (await sessions.recall('s')).turns.map((turn) => turn.author.id);
    expect(authors).toEqual(['', 'you2', 'you:s', 'yo']);
  });

  it('does nothing for somebody who never spoke, and nothing the second time', async () => {
    const { store, sessions } = await stage();
    await sessions.append('s', theirs('m1', 'the only thing I ever said'));
    const nothing = { turns: 0, replies: 0, records: 0, sessions: 0, alsoSaid: 0, remaining: 0 };
    expect(await forgetMember(store, sessions, JUN)).toEqual(nothing);
    await forgetMember(store, sessions, MINA);
    expect(await forgetMember(store, sessions, MINA)).toEqual(nothing);
  });

  it.each(['', ' ', '\ud800'])(
    'refuses %j, which is the id of nobody, and above all of nobody who was forgotten',
    async (id) => {
      const { store, sessions } = await stage();
      await sessions.append('s', theirs('m1', 'the only thing I ever said'));
      await forgetMember(store, sessions, MINA);
      await expect(forgetMember(store, sessions, id)).rejects.toThrow(UsageError);
    },
  );

  it('is seen by another process that had the session in memory', async () => {
    const { path, store, sessions } = await stage();
    const elsewhere = openSessions(await storeOn(path));
    await sessions.append('s', theirs('m1', 'the only thing I ever said'));
    expect((await elsewhere.recall('s')).turns[0]?.variants[0]?.text).toBe('the only thing I ever said');
    await forgetMember(store, sessions, MINA);
    expect((await elsewhere.recall('s')).turns[0]?.variants[0]?.text).toBe('');
  });

  it('reports a turn that its index does not lead to instead of calling it done', async () => {
    const { store, sessions } = await stage();
    await sessions.append('s', theirs('m1', 'something that was said'));
    await store.table('member').delete(`${MINA}:s:1`);
    await expect(forgetMember(store, sessions, MINA)).rejects.toThrow(
      /not forgotten: 2 traces are left, the first in turn:s:1\./,
    );
  });

  it('reports bytes that stay in the file', async () => {
    const { path, store, sessions } = await stage();
    await sessions.append('s', theirs('m1', 'words that also stand in a table of somebody else'));
    const other = new DatabaseSync(path);
    other.exec("CREATE TABLE notes (text); INSERT INTO notes VALUES ('words that also stand in a table of somebody else')");
    other.close();
    await expect(forgetMember(store, sessions, MINA)).rejects.toThrow(
      /1 traces are left, the first in the bytes of .*troupe\.db/,
    );
  });

  it('says so when another process keeps the log of the store open', async () => {
    const { path, store, sessions } = await stage();
    await sessions.append('s', theirs('m1', 'something that was said'));
    const reader = new DatabaseSync(path);
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM entry').get();
    await expect(forgetMember(store, sessions, MINA)).rejects.toThrow(
      /being read by another process|locked by another process/,
    );
    reader.exec('COMMIT');
    reader.close();
    expect((await forgetMember(store, sessions, MINA)).remaining).toBe(0);
    expect(bytesOf(path).includes('something that was said')).toBe(false);
  });
});
