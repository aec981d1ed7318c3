import path from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder, runTroupe } from './run-troupe.ts';

const POCKET = path.join(import.meta.dirname, '..', '..', 'models', 'pocket.gguf');

it('lists the model files that are here, the broken ones with the reason', async () => {
  const folder = await makeFolder({ 'mine.gguf': 'GGUF?' });
  const { stdout } = await runTroupe(['models', 'list', '--json'], { folder, environment: { LLAMA_MODEL: 'mine.gguf' } });
  const { files, backends } = JSON.parse(stdout);
  expect(files).toContainEqual(expect.objectContaining({ path: POCKET, architecture: 'llama', hasTemplate: true }));
  expect(files).toContainEqual({ path: 'mine.gguf', problem: expect.stringContaining('mine.gguf') });
  expect(backends).toEqual({});
});

it('tells what a model file says of itself', async () => {
  const folder = await makeFolder({ 'notes.txt': 'just notes' });
  const { stdout } = await runTroupe(['models', 'inspect'], { folder });
  expect(stdout).toMatch(/^architecture: +llama$/m);
  expect(stdout).toMatch(/^templateShapes: plain, greeting first, two user turns, system in the middle, long history: as-is$/m);
  expect(JSON.parse((await runTroupe(['models', 'inspect', POCKET, '--json'], { folder })).stdout)).toMatchObject({
    path: POCKET,
    templateShapes: expect.arrayContaining([{ shape: 'system in the middle', rung: 'as-is', changes: [] }]),
  });
  const wrong = await runTroupe(['models', 'inspect', 'notes.txt'], { folder });
  expect(wrong).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^troupe: The model file notes\.txt is not a GGUF file[^\n]*\n$/),
  });
});

it('says of each model what stage it is and what told that', async () => {
  const folder = await makeFolder();
  const { stdout } = await runTroupe(['models', 'list'], { folder });
  expect(stdout).toMatch(/pocket-base\.gguf: .+, base \(by its metadata\), context 6144$/m);
  expect((await runTroupe(['models', 'inspect', POCKET], { folder })).stdout).toMatch(/^stage: +chat\nstageFrom: +metadata$/m);
});
