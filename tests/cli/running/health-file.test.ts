import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { isFresh, keepHealthFile, lastBeatAgo } from '../../../src/cli/running/health-file.ts';

function makeFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'troupe-health-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it('says that a bot is well while it is, and nothing once it has stopped', () => {
  const data = path.join(makeFolder(), 'not', 'there', 'yet');
  expect(lastBeatAgo(data)).toBeUndefined();
  const health = keepHealthFile(data, { isWell: () => true, onTrouble: (error) => expect.fail(String(error)) });
  expect(isFresh(lastBeatAgo(data))).toBe(true);
  health.stop();
  expect(lastBeatAgo(data)).toBeUndefined();
});

it('says nothing for a bot that is not well, and takes an old beat for none', () => {
  const data = makeFolder();
  keepHealthFile(data, { isWell: () => false, onTrouble: (error) => expect.fail(String(error)) }).stop();
  expect(lastBeatAgo(data)).toBeUndefined();
  writeFileSync(path.join(data, 'health'), `${Date.now() - 120_000}\n`);
  expect(isFresh(lastBeatAgo(data))).toBe(false);
});

it('tells of a beat that cannot be written, and goes on', () => {
  const blocked = path.join(makeFolder(), 'file');
  writeFileSync(blocked, '');
  const troubles: unknown[] = [];
  keepHealthFile(blocked, { isWell: () => true, onTrouble: (error) => troubles.push(error) }).stop();
  expect(troubles.length).toBe(1);
});
