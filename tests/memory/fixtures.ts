import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type OpenStoreOptions, openStore, type Store } from '../../src/memory/open-store.ts';

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-memory-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A store on a real file that is closed after the test. */
export async function storeOn(path: string, options: OpenStoreOptions = {}): Promise<Store> {
  const store = await openStore(`sqlite:${path}`, options);
  onTestFinished(() => store.close());
  return store;
}

export function freshStore(): Promise<Store> {
  return storeOn(join(temporaryFolder(), 'troupe.db'));
}

export async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = [];
  for await (const value of values) all.push(value);
  return all;
}
