import { expect, it } from 'vitest';
import { openRecords } from '../../src/memory/records.ts';
import { freshStore } from './fixtures.ts';
import { replyRecord } from './turns.ts';

it('keeps how a reply was made under its id', async () => {
  const records = openRecords(await freshStore());
  const record = replyRecord('k1', 'm1');
  await records.put(record);
  expect(await records.find('k1')).toEqual(record);
  expect(await records.find('k2')).toBeUndefined();
});

it('keeps a persona as it was, and what is kept never changes', async () => {
  const records = openRecords(await freshStore());
  await records.putPersona('abc', { name: 'Rook', instructions: 'gruff' });
  await records.putPersona('abc', { name: 'Rook', instructions: 'sweet' });
  expect(await records.findPersona('abc')).toEqual({ name: 'Rook', instructions: 'gruff' });
});
