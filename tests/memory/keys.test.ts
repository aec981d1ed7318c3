import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { KEY_KINDS, memberInKey } from '../../src/memory/keys.ts';
import { openRecords } from '../../src/memory/records.ts';
import { openSessions } from '../../src/memory/session.ts';
import { openSettings } from '../../src/memory/settings.ts';
import { storeOn, temporaryFolder } from './fixtures.ts';
import { memberTurn, personaTurn, replyRecord } from './turns.ts';

it('declares every kind of key that is in a store in full use', async () => {
  const path = join(temporaryFolder(), 'troupe.db');
  const store = await storeOn(path);
  const sessions = openSessions(store);
  await sessions.append('s', memberTurn('m1', 'hi'));
  await sessions.append('s', personaTurn('m1', 'hello'));
  await openSettings(store).change('c', { persona: 'rook' });
  await openRecords(store).put(replyRecord('k1', 'm1'));
  await openRecords(store).putPersona('abc', {});
  await store.addIfAbsent('claim', 'm1', 1);
  const rows = new DatabaseSync(path, { readOnly: true }).prepare('SELECT key FROM entry').all();
  const kinds = new Set(rows.map((row) => String(row.key).split(':')[0]));
  expect([...kinds].sort()).toEqual(Object.keys(KEY_KINDS).sort());
});

it('declares every kind of key that the source asks the store for', () => {
  const source = fileURLToPath(new URL('../../src/', import.meta.url));
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const asked = files.flatMap((file) => {
    const text = readFileSync(join(source, file), 'utf8');
    return [...text.matchAll(/\b(?:table|addIfAbsent|change|keys)\('([a-z-]+)'/g)].map((match) => match[1]);
  });
  expect(asked.length).toBeGreaterThan(10);
  expect([...new Set(asked)].filter((name) => !Object.hasOwn(KEY_KINDS, name ?? ''))).toEqual([]);
});

it('describes each kind by a key that begins with its name', () => {
  for (const [name, kind] of Object.entries(KEY_KINDS)) expect(kind.key).toMatch(new RegExp(`^${name}:<`));
});

it('keeps the keys of members apart, whatever their ids', () => {
  const ids = ['a', 'a:b', 'a%3Ab', 'a:', '', 'ㄱ', '\ud800'];
  const prefixes = ids.map((id) => `${memberInKey(id)}:`);
  for (const [index, prefix] of prefixes.entries()) {
    expect(prefixes.filter((other) => other.startsWith(prefix))).toEqual([prefixes[index]]);
  }
});
