import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type OpenStoreOptions, openStore, type Store } from '../../src/memory/open-store.ts';
import type { NewTurn } from '../../src/memory/session.ts';

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

export function memberTurn(id: string, text: string, more: Partial<NewTurn> = {}): NewTurn {
  return {
    id,
    role: 'user',
    author: { kind: 'member', id: 'mina', name: 'Mina' },
    source: 'terminal',
    variants: [{ text, messageIds: [id] }],
    chosen: 0,
    at: 1_000,
    ...more,
  };
}

export function personaTurn(answers: string, text: string, more: Partial<NewTurn> = {}): NewTurn {
  return {
    id: `r${answers}`,
    role: 'assistant',
    author: { kind: 'persona', id: 'rook', name: 'Rook' },
    source: 'terminal',
    answers,
    variants: [{ text, messageIds: [`m${answers}`], end: 'complete' }],
    chosen: 0,
    at: 2_000,
    ...more,
  };
}

export async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = [];
  for await (const value of values) all.push(value);
  return all;
}
