import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openSessions } from '../../src/memory/session.ts';
import { collect, storeOn, temporaryFolder } from './fixtures.ts';

const WRITER = fileURLToPath(new URL('append-forever.ts', import.meta.url));
const KILLS = 12;

/** Runs the writer, kills it some ms after its first report, and gives the seqs and ids that it reported. */
async function killedWriter(path: string, round: number): Promise<{ seq: number; id: string }[]> {
  const child = spawn(process.execPath, [WRITER, path, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  let output = '';
  child.stdout.on('data', (chunk) => {
    if (output === '') setTimeout(() => child.kill('SIGKILL'), Math.random() * 60);
    output += chunk;
  });
  await closed;
  const lines = output.slice(0, output.lastIndexOf('\n')).split('\n');
  return lines.map((line) => {
    const [seq, id = ''] = line.split(' ');
    return { seq: Number(seq), id };
  });
}

it(`loses nothing that was reported and leaves no gap when the process is killed ${KILLS} times`, async () => {
  const path = join(temporaryFolder(), 'troupe.db');
  const reported: { seq: number; id: string }[] = [];
  for (let round = 0; round < KILLS; round += 1) reported.push(...(await killedWriter(path, round)));
  expect(reported.length).toBeGreaterThan(KILLS);

  const store = await storeOn(path);
  const sessions = openSessions(store);
  const { nextSeq } = await sessions.recall('s');
  const turns = await collect(sessions.turns('s'));
  expect(turns.map((turn) => turn.seq)).toEqual(Array.from({ length: nextSeq - 1 }, (_, index) => index + 1));
  expect(new Set(turns.map((turn) => turn.id)).size).toBe(turns.length);
  for (const { seq, id } of reported) expect(turns[seq - 1]?.id).toBe(id);
  expect((await collect(store.keys('turn'))).length).toBe(turns.length);
  expect((await collect(store.keys('id'))).length).toBe(turns.length);
  expect((await collect(store.keys('member', 'mina:'))).length).toBe(turns.filter((turn) => turn.role === 'user').length);
}, 60_000);
