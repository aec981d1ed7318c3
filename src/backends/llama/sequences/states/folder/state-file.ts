// The files that llama.cpp writes of a sequence: magic, version and number of tokens (uint32), the tokens (int32), then its caches,
// whose form is its own. All little-endian where the library runs. https://github.com/ggml-org/llama.cpp/blob/master/src/llama-context.cpp,
// state_seq_save_file; LLAMA_STATE_SEQ_MAGIC and LLAMA_STATE_SEQ_VERSION in include/llama.h

import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Token } from 'node-llama-cpp';
import { RefusedStateError } from '../saved-state.ts';

const MAGIC = 0x67677371; // 'ggsq'
const VERSION = 3;
const HEAD_BYTES = 12;
const TOKEN_BYTES = 4;
/** Checksums of one chunk keep the event loop for about 1 ms. */
const CHUNK_BYTES = 4 * 2 ** 20;

/** The tokens that are evaluated in a state. Throws RefusedStateError for a file of another form, and what node:fs throws. */
export async function readTokens(path: string, mostTokens: number): Promise<Token[]> {
  const file = await open(path, 'r');
  try {
    const head = await readExactly(file, 0, HEAD_BYTES);
    if (head.readUInt32LE(0) !== MAGIC) throw new RefusedStateError('is not a state of llama.cpp');
    if (head.readUInt32LE(4) !== VERSION) throw new RefusedStateError('is of another version of llama.cpp');
    const count = head.readUInt32LE(8);
    if (count > mostTokens) throw new RefusedStateError(`has ${count} tokens, and the context holds ${mostTokens}`);
    const bytes = await readExactly(file, HEAD_BYTES, count * TOKEN_BYTES);
    return Array.from({ length: count }, (_, index) => bytes.readInt32LE(index * TOKEN_BYTES) as Token);
  } finally {
    await file.close();
  }
}

async function readExactly(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
  if (bytesRead < length) throw new RefusedStateError('is cut short');
  return buffer;
}

/** SHA-256 of the tokens as they stand in a file. */
export function hashTokens(tokens: readonly Token[]): string {
  const bytes = Buffer.alloc(tokens.length * TOKEN_BYTES);
  for (const [index, token] of tokens.entries()) bytes.writeInt32LE(token, index * TOKEN_BYTES);
  return createHash('sha256').update(bytes).digest('hex');
}

/** The CRC-32 (of zlib) and the length of a file. Throws what node:fs throws. */
export async function checksum(path: string): Promise<{ crc: number; bytes: number }> {
  const file = await open(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let crc = 0;
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, bytes);
      if (bytesRead === 0) return { crc, bytes };
      crc = crc32(chunk.subarray(0, bytesRead), crc);
      bytes += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/** Copies a file; false when the deadline (ms since the epoch) came first, and then only a part is there. Throws what node:fs throws. */
export async function copyUntil(deadline: number, from: string, to: string): Promise<boolean> {
  const source = await open(from, 'r');
  try {
    const target = await open(to, 'wx', 0o600);
    try {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      for (let at = 0; Date.now() < deadline; ) {
        const { bytesRead } = await source.read(chunk, 0, CHUNK_BYTES, at);
        if (bytesRead === 0) return true;
        await target.writeFile(chunk.subarray(0, bytesRead));
        at += bytesRead;
      }
      return false;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
