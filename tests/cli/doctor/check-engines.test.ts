import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { noteEngineState } from '../../../src/backends/llama/process/engine-state.ts';
import { checkEngines } from '../../../src/cli/doctor/check-engines.ts';
import { makeFolder } from '../run-troupe.ts';

it('says what became of the engines of the bot that runs', async () => {
  const folder = await makeFolder();
  expect(await checkEngines(folder)).toMatchObject({ name: 'engine', status: 'absent' });
  await noteEngineState(folder, 'default', { state: 'ready', pid: 4711, breakdowns: 0 });
  expect(await checkEngines(folder)).toEqual({ name: 'engine', status: 'works', says: 'default is ready (process 4711).' });
  await noteEngineState(folder, 'a/b', { state: 'waiting', breakdowns: 3, lastEnd: 'signal SIGKILL' });
  const { says, advice } = await checkEngines(folder);
  expect(says).toContain(
    'a/b is broken down, and starts again by itself; it broke down 3 times since the bot started, the last time by signal SIGKILL',
  );
  expect(advice).toMatch(/Look at the log/);
  await noteEngineState(folder, 'a/b', { state: 'closed', breakdowns: 3 });
  expect((await checkEngines(folder)).says).toBe('default is ready (process 4711).');
});

it('does not believe the notes of a bot that was killed, nor a file that is no note', async () => {
  const folder = await makeFolder();
  await mkdir(path.join(folder, 'engines'));
  const gone = { name: 'default', state: 'ready', breakdowns: 0, botPid: 2 ** 22 + 1 };
  await writeFile(path.join(folder, 'engines', 'default.json'), JSON.stringify(gone));
  await writeFile(path.join(folder, 'engines', 'half.json'), '{"name": "ha');
  expect((await checkEngines(folder)).status).toBe('absent');
});
