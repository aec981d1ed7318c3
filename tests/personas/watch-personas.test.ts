import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConfigError, messageOf } from '../../src/errors.ts';
import type { PersonaSet } from '../../src/personas/load-personas.ts';
import { watchFiles } from '../../src/personas/watch-files.ts';
import { watchPersonas } from '../../src/personas/watch-personas.ts';
import { folderOf } from './folder.ts';

const quietMs = 30;

/** Everything that was told, and a wait for the next thing. */
function collect<T>() {
  const told: T[] = [];
  return {
    told,
    tell: (news: T) => void told.push(news),
    until: (count: number) => expect.poll(() => told.length, { timeout: 5000 }).toBeGreaterThanOrEqual(count),
  };
}

async function watched(files: Record<string, string>) {
  const folder = folderOf(files);
  const reloads = collect<PersonaSet>();
  const problems = collect<unknown>();
  const personas = await watchPersonas(folder, { onReload: reloads.tell, onProblem: problems.tell, quietMs });
  onTestFinished(() => personas.close());
  return { folder, personas, reloads, problems, put: (name: string, text: string) => writeFileSync(join(folder, name), text) };
}

describe('watchPersonas', () => {
  it('follows edits, new files, replaced files and removed ones', async () => {
    const { folder, personas, reloads, put } = await watched({ 'rook.yaml': 'name: Rook' });
    put('rook.yaml', 'name: Rook\ngreeting: Sit.');
    await reloads.until(1);
    expect(personas.find('rook')?.greeting).toBe('Sit.');
    put('sunny.yaml', 'name: Sunny');
    await reloads.until(2);
    expect(personas.all()).toHaveLength(2);
    put('rook.tmp', 'name: Rook\ngreeting: Stand.');
    renameSync(join(folder, 'rook.tmp'), join(folder, 'rook.yaml'));
    await reloads.until(3);
    expect(personas.find('rook')?.greeting).toBe('Stand.');
    rmSync(join(folder, 'sunny.yaml'));
    await reloads.until(4);
    expect(personas.find('sunny')).toBeUndefined();
  });

  it('keeps what stood before when an edit is broken, tells why, and goes on once it is mended', async () => {
    const { personas, reloads, problems, put } = await watched({ 'rook.yaml': 'name: Rook\ngreeting: Sit.' });
    put('rook.yaml', 'name: Rook\ngreting: Stand.');
    await problems.until(1);
    expect(problems.told[0]).toBeInstanceOf(ConfigError);
    expect(messageOf(problems.told[0])).toMatch(/rook\.yaml:2: greting: is an unknown key/);
    expect(personas.find('rook')?.greeting).toBe('Sit.');
    expect(reloads.told).toHaveLength(0);
    put('rook.yaml', 'name: Rook\ngreeting: Sit.');
    await reloads.until(1);
  });

  it('throws when the folder is broken at the beginning', async () => {
    const folder = folderOf({ 'a.yaml': 'nam: A' });
    const news = { onReload: () => undefined, onProblem: () => undefined };
    await expect(watchPersonas(folder, news)).rejects.toBeInstanceOf(ConfigError);
  });

  it('tells nothing once it is closed', async () => {
    const { personas, reloads, problems, put } = await watched({ 'rook.yaml': 'name: Rook' });
    put('rook.yaml', 'name: Rook\ngreeting: Sit.');
    personas.close();
    await wait(quietMs * 5);
    expect([...reloads.told, ...problems.told]).toEqual([]);
    expect(personas.find('rook')?.greeting).toBe('');
  });
});

describe('watchFiles', () => {
  it('tells once of many changes, for one file of a folder and not for its neighbours', async () => {
    const folder = folderOf({ 'troupe.yaml': 'a', 'other.yaml': 'a' });
    const changes = collect<true>();
    const watcher = await watchFiles([join(folder, 'troupe.yaml')], () => changes.tell(true), { quietMs });
    onTestFinished(() => watcher.close());
    writeFileSync(join(folder, 'other.yaml'), 'b');
    await wait(quietMs * 5);
    expect(changes.told).toHaveLength(0);
    for (const text of ['b', 'c', 'd']) writeFileSync(join(folder, 'troupe.yaml'), text);
    await changes.until(1);
    await wait(quietMs * 5);
    expect(changes.told).toHaveLength(1);
  });

  it('waits for a file that is not there yet', async () => {
    const folder = folderOf({});
    const changes = collect<true>();
    const watcher = await watchFiles([join(folder, 'troupe.yaml')], () => changes.tell(true), { quietMs });
    onTestFinished(() => watcher.close());
    writeFileSync(join(folder, 'troupe.yaml'), 'a');
    await changes.until(1);
  });

  it('refuses a path whose folder is not there', async () => {
    await expect(watchFiles([join(folderOf({}), 'absent', 'a.yaml')], () => undefined)).rejects.toThrow(/ENOENT/);
  });
});
