import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../src/memory/open-store.ts';
import type { NewTurn } from '../../src/memory/session.ts';
import { openSessions } from '../../src/memory/session.ts';
import { makeFolder, runTroupe } from './run-troupe.ts';

const BEGAN = Date.UTC(2026, 0, 2, 3, 4, 5);

function turn(id: string, name: string, text: string, answers?: string): NewTurn {
  const isMember = answers === undefined;
  return {
    id,
    role: isMember ? 'user' : 'assistant',
    author: { kind: isMember ? 'member' : 'persona', id: isMember ? `member-${name}` : name, name },
    source: 'terminal',
    variants: [{ text, messageIds: [id] }],
    chosen: 0,
    at: BEGAN,
    ...(answers !== undefined && { answers }),
  };
}

/** A folder whose store holds one session: Mina and Bora talk to Rook, and one exchange was taken back. */
async function folderWithSession(): Promise<string> {
  const folder = await makeFolder();
  const store = await openStore(`sqlite:${path.join(folder, 'data', 'troupe.db')}`);
  const sessions = openSessions(store);
  for (const said of [
    turn('1', 'Mina', 'the lighthouse keeper is my uncle'),
    turn('r1', 'rook', 'Figures. Lighthouse people.', '1'),
    turn('2', 'Bora', 'two\nlines\u001B[31m\u202E'),
    turn('r2', 'rook', 'Noted.', '2'),
    turn('3', 'Bora', 'taken back'),
  ]) {
    await sessions.append('discord-42', said);
  }
  await sessions.undo('discord-42');
  await store.close();
  return folder;
}

it('exports a session as a history file, with ids and times, without what was taken back', async () => {
  const folder = await folderWithSession();
  const { code, stdout } = await runTroupe(['session', 'export', 'discord-42'], { folder });
  expect(code).toBe(0);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ id }) => id)).toEqual(['1', 'r1', '2', 'r2']);
  expect(lines[2]).toEqual({
    role: 'user',
    name: 'Bora',
    text: 'two\nlines\u001B[31m\u202E',
    id: '2',
    at: '2026-01-02T03:04:05.000Z',
  });
});

it('lists and shows sessions, and names those that are there when one is not', async () => {
  const folder = await folderWithSession();
  const list = JSON.parse((await runTroupe(['session', 'list', '--json'], { folder })).stdout);
  expect(list).toEqual([{ session: 'discord-42', turns: 5, from: '2026-01-02T03:04:05.000Z', to: '2026-01-02T03:04:05.000Z' }]);
  const { stdout } = await runTroupe(['session', 'show', 'discord-42'], { folder });
  expect(stdout).toMatch(/^members: Mina \(member-Mina\), Bora \(member-Bora\)\n/);
  expect(stdout).toContain('Bora: two\nlines[31m\n');
  expect((await runTroupe(['session', 'list'], { folder })).stdout).toMatch(/^discord-42 {2}5 turns \(4 visible\) /);
  expect(stdout).toContain('Mina: the lighthouse keeper is my uncle\n');
  expect(stdout).toContain('[hidden] Bora: taken back\n');
  const absent = await runTroupe(['session', 'show', 'discord-43'], { folder });
  expect(absent).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'troupe: There is no session "discord-43"; there are discord-42.\n',
  });
});

it("forgets a member's words and the replies to them, and leaves the others", async () => {
  const folder = await folderWithSession();
  const { code, stdout } = await runTroupe(['session', 'forget', '--member', 'member-Mina', '--json'], { folder });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ turns: 1, replies: 1, sessions: 1, remaining: 0 });
  const left = await runTroupe(['session', 'show', 'discord-42', '--json'], { folder });
  expect(left.stdout).not.toMatch(/lighthouse|Mina/);
  expect(left.stdout).toContain('two\\nlines');
});

it('says where ids are found when nobody has the one that is to be forgotten', async () => {
  const folder = await folderWithSession();
  const { code, stdout, stderr } = await runTroupe(['session', 'forget', '--member', 'Mina'], { folder });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^troupe: Nobody with the id "Mina" .*Discord user, or terminal; `session show NAME` lists[^\n]*\n$/);
});

it('forgets what llama.cpp evaluated of the conversation as well', async () => {
  const folder = await makeFolder();
  const kept = async () =>
    (await readdir(path.join(folder, 'data', 'kv'), { recursive: true })).filter((name) => name.endsWith('.kv'));
  await runTroupe(['chat'], { folder, input: 'My name is Bora.\n' });
  expect(await kept()).toHaveLength(1);
  const { code } = await runTroupe(['session', 'forget', '--member', 'terminal'], { folder });
  expect(code).toBe(0);
  expect(await kept()).toEqual([]);
});
