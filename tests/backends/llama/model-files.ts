// Small models for tests, written into a folder of their own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { madeModel } from '../../made-model/made-model.ts';
import { type GgufContent, type MetadataValue, writeGguf } from '../../made-model/write-gguf.ts';

/** The model that ships. */
export const POCKET = path.join(import.meta.dirname, '../../../models/pocket.gguf');

export type ModelFiles = {
  directory: string;
  write(name: string, bytes: Uint8Array | string): string;
  remove(): void;
};

export function createModelFiles(): ModelFiles {
  const directory = mkdtempSync(path.join(tmpdir(), 'troupe-models-'));
  return {
    directory,
    write(name, bytes) {
      const file = path.join(directory, name);
      writeFileSync(file, bytes);
      return file;
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** The model that is made for tests: its replies end, and mean nothing. */
export function plainModel(): Buffer {
  return writeGguf(madeModel());
}

/** The made model, but its replies end only when they are stopped. */
export function endlessModel(): Buffer {
  return writeGguf(madeModel({ endless: true }));
}

/** The made model with so many layers that each token of context takes 12 kB. */
export function deepModel(): Buffer {
  return writeGguf(madeModel({ layers: 48 }));
}

/** The made model with other metadata; `undefined` leaves a key out. */
export function changedModel(changes: Readonly<Record<string, MetadataValue | undefined>>): Buffer {
  return writeGguf(withMetadata(madeModel(), changes));
}

/** The made model with one of its words replaced by a user-defined token. */
export function modelWithUserDefinedToken(text: string): Buffer {
  const content = madeModel();
  const metadata = new Map(content.metadata);
  const tokens = metadata.get('tokenizer.ggml.tokens');
  const types = metadata.get('tokenizer.ggml.token_type');
  if (tokens?.type !== 'strings' || types?.type !== 'int32s') throw new Error('The made model has no vocabulary.');
  const lastWord = tokens.value.length - 4;
  return writeGguf(
    withMetadata(content, {
      'tokenizer.ggml.tokens': { type: 'strings', value: tokens.value.with(lastWord, text) },
      'tokenizer.ggml.token_type': { type: 'int32s', value: types.value.with(lastWord, 4) },
    }),
  );
}

function withMetadata(content: GgufContent, changes: Readonly<Record<string, MetadataValue | undefined>>): GgufContent {
  const metadata = new Map(content.metadata);
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) metadata.delete(key);
    else metadata.set(key, value);
  }
  return { ...content, metadata: [...metadata] };
}
