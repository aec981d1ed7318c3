import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type LiveHouse, watchHouse } from '../../src/config/watch-house.ts';
import { loadConfig } from '../../src/config.ts';
import { ConfigError } from '../../src/errors.ts';

let folder: string;
let live: LiveHouse;
let reloads: (readonly string[])[];
let problems: unknown[];

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'troupe-house-'));
  reloads = [];
  problems = [];
});
afterEach(() => {
  live.close();
  rmSync(folder, { recursive: true, force: true });
});

const write = (text: string) => writeFileSync(path.join(folder, 'troupe.yaml'), text);

async function watch(): Promise<void> {
  const config = loadConfig({ variables: {}, folder });
  live = await watchHouse(config, {
    onReload: (atNextStart) => reloads.push(atNextStart),
    onProblem: (error) => problems.push(error),
    quietMs: 20,
  });
}

it('follows the file, also one that is made later', async () => {
  await watch();
  expect(live.channelRule('discord-123456789012345678')).toEqual({});
  write('house: { system: Be brief. }\nchannels: { 123456789012345678: { persona: rook } }\n');
  await vi.waitFor(() => expect(live.house().system).toBe('Be brief.'));
  expect(live.channelRule('discord-123456789012345678')).toEqual({ persona: 'rook' });
  expect(reloads).toEqual([[]]);
});

it('keeps what stood before a broken edit, says so, and goes on following', async () => {
  write('house: { system: First. }\n');
  await watch();
  write('house: { system: [ }\n');
  await vi.waitFor(() => expect(problems).toHaveLength(1));
  expect(problems[0]).toBeInstanceOf(ConfigError);
  expect(live.house().system).toBe('First.');
  write('house: { system: Second. }\n');
  await vi.waitFor(() => expect(live.house().system).toBe('Second.'));
});

it('names what waits for the next start', async () => {
  write('limits: { waitingPerChannel: 3 }\n');
  await watch();
  write('limits: { waitingPerChannel: 4 }\n');
  await vi.waitFor(() => expect(reloads).toEqual([['limits']]));
});
