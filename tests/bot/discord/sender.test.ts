import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

const FOLDER = join(import.meta.dirname, '../../../src/bot/discord');

/** Every method of discord.js that makes people see something, and the REST verbs that could do it without them. */
const SENDING =
  /\.(send|sendTyping|reply|edit|delete|editReply|deleteReply|followUp|deferReply|deferUpdate|update|respond|showModal|crosspost|react|startThread|post|patch)\(/g;

function sendingCalls(): string[] {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const calls = readFileSync(join(FOLDER, file), 'utf8').matchAll(SENDING);
    return [...calls].map(([call]) => `${relative('.', file)} ${call}`);
  });
}

test('only sender.ts calls the sending methods of discord.js', () => {
  const calls = sendingCalls();
  expect(calls.filter((call) => call.startsWith('sender.ts')).length).toBeGreaterThan(5);
  const ownCollections = ['start-discord.ts .delete('];
  expect(calls.filter((call) => !call.startsWith('sender.ts') && !ownCollections.includes(call))).toEqual([]);
});

test('everything sender.ts sends says that nobody is pinged', () => {
  const source = readFileSync(join(FOLDER, 'sender.ts'), 'utf8');
  const contents = source.match(/\bcontent:/g) ?? [];
  const silences = source.match(/allowedMentions: NOBODY/g) ?? [];
  expect(contents.length).toBeGreaterThan(0);
  expect(silences.length).toBe(contents.length);
});
