import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimFolder, OWNER_NAME } from '../../../../../../src/backends/llama/sequences/states/folder/folder-owner.ts';
import { openStateFolder } from '../../../../../../src/backends/llama/sequences/states/folder/state-folder.ts';
import { silentLog } from '../../../../../../src/log.ts';
import { createPlace, type Place } from '../scene.ts';

let place: Place;
let file: string;
beforeEach(() => {
  place = createPlace();
  file = path.join(place.root, OWNER_NAME);
});
afterEach(() => place.remove());

const stranger = (owner: Record<string, unknown>) =>
  writeFileSync(file, JSON.stringify({ started: null, claim: 'theirs', ...owner }));

test('a folder has one owner at a time, and another one after that', async () => {
  const first = await claimFolder(place.root);
  expect(first.owned).toBe(true);
  expect(await claimFolder(place.root)).toEqual({ owned: false, pid: process.pid });
  if (first.owned) await first.release();
  expect(readdirSync(place.root)).toEqual(['data']);
  expect((await claimFolder(place.root)).owned).toBe(true);
});

test('of many that come at once one gets it, also when it is a dead one’s', async () => {
  const fresh = await Promise.all(Array.from({ length: 8 }, () => claimFolder(place.root)));
  expect(fresh.filter(({ owned }) => owned)).toHaveLength(1);
  for (const claim of fresh) if (claim.owned) await claim.release();
  stranger({ pid: 2 ** 22 + 1 });
  const later = await Promise.all(Array.from({ length: 8 }, () => claimFolder(place.root)));
  expect(later.filter(({ owned }) => owned)).toHaveLength(1);
  expect(readdirSync(place.root)).toEqual(['data', OWNER_NAME]);
});

test('a process that lives keeps its folder, and one that ended does not', async () => {
  const sleeper = spawn(process.execPath, ['-e', 'setTimeout(() => undefined, 1e6)'], { stdio: 'ignore' });
  stranger({ pid: sleeper.pid });
  expect(await claimFolder(place.root)).toEqual({ owned: false, pid: sleeper.pid });
  sleeper.kill('SIGKILL');
  await once(sleeper, 'exit');
  expect((await claimFolder(place.root)).owned).toBe(true);
});

test('a process that only has the number of the one that ended does not count as it', async () => {
  // In a container the numbers are the same after each start, this process's own among them.
  stranger({ pid: process.pid, started: 'another boot 17' });
  const claim = await claimFolder(place.root);
  expect(claim.owned).toBe(true);
  if (claim.owned) await claim.release();
  stranger({ pid: process.ppid, started: 'another boot 17' });
  expect((await claimFolder(place.root)).owned).toBe(process.platform === 'linux');
});

test.each(['', '{', 'null', '{"pid":"7"}', '{"pid":-1,"started":null,"claim":""}'])(
  'an owner file that says %j is nobody’s',
  async (text) => {
    writeFileSync(file, text);
    expect((await claimFolder(place.root)).owned).toBe(true);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pid: process.pid });
  },
);

test('the file of another owner is not removed with one’s own', async () => {
  const claim = await claimFolder(place.root);
  stranger({ pid: 1 });
  if (claim.owned) await claim.release();
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ claim: 'theirs' });
});

test('a folder in memory is made private, and a link that somebody put there is not followed', async () => {
  mkdirSync(place.memory);
  chmodSync(place.memory, 0o777);
  const tier = { folder: place.memory, budgetBytes: 1 };
  const folder = await openStateFolder(tier, true, silentLog());
  expect(folder).toBeDefined();
  await folder?.release();
  const elsewhere = path.join(place.root, 'elsewhere');
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, place.memory, 'junction');
  expect(await openStateFolder(tier, true, silentLog())).toBeUndefined();
  expect(readdirSync(elsewhere)).toEqual([]);
});
