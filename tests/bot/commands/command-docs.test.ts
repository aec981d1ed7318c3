import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { COMMAND_DOCS, commandDocs } from '../../../tools/write-command-docs.ts';

test('docs/commands.md is what the table of commands says', async () => {
  const committed = await readFile(COMMAND_DOCS, 'utf8');
  expect(committed.replaceAll('\r\n', '\n')).toBe(commandDocs());
});
