import { createReadStream } from 'node:fs';

/** Shorter texts are said by chance, so that finding one proves nothing. UTF-8 bytes. */
export const SHORTEST_NEEDLE = 16;
const BASE = 257;

/** Finds which of many texts stand in a piece of bytes, in one pass whatever their number (the rolling hash of Karp and Rabin). */
export type Finder = {
  /** the needles that are in `hay` */
  find(hay: Buffer): Set<string>;
  /** bytes of the longest needle */
  readonly longest: number;
};

/** Needles of fewer than `SHORTEST_NEEDLE` bytes are never found. */
export function createFinder(needles: Iterable<string>): Finder {
  const byHash = new Map<number, { text: string; bytes: Buffer }[]>();
  let longest = 0;
  for (const text of needles) {
    const bytes = Buffer.from(text);
    if (bytes.length < SHORTEST_NEEDLE) continue;
    longest = Math.max(longest, bytes.length);
    const hash = hashOf(bytes);
    byHash.set(hash, [...(byHash.get(hash) ?? []), { text, bytes }]);
  }
  const foundAt = (hay: Buffer, start: number, hash: number) =>
    (byHash.get(hash) ?? []).filter(({ bytes }) => hay.subarray(start, start + bytes.length).equals(bytes));
  return {
    longest,
    find: (hay) => {
      const found = new Set<string>();
      const starts = byHash.size === 0 ? 0 : hay.length - SHORTEST_NEEDLE + 1;
      let hash = hashOf(hay);
      for (let start = 0; start < starts; start += 1) {
        if (byHash.has(hash)) for (const { text } of foundAt(hay, start, hash)) found.add(text);
        hash = (Math.imul(hash - Math.imul(at(hay, start), HIGHEST), BASE) + at(hay, start + SHORTEST_NEEDLE)) | 0;
      }
      return found;
    },
  };
}

/** The needles that stand anywhere in a file; none when there is no such file. */
export async function findInFile(path: string, finder: Finder): Promise<Set<string>> {
  const found = new Set<string>();
  let rest = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      const hay = Buffer.concat([rest, chunk]);
      for (const needle of finder.find(hay)) found.add(needle);
      rest = hay.subarray(Math.max(0, hay.length - finder.longest));
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  return found;
}

const HIGHEST = power(BASE, SHORTEST_NEEDLE - 1);

function power(base: number, exponent: number): number {
  let result = 1;
  for (let times = 0; times < exponent; times += 1) result = Math.imul(result, base);
  return result;
}

function hashOf(bytes: Buffer): number {
  let hash = 0;
  for (let index = 0; index < SHORTEST_NEEDLE; index += 1) hash = (Math.imul(hash, BASE) + at(bytes, index)) | 0;
  return hash;
}

function at(bytes: Buffer, index: number): number {
  return bytes[index] ?? 0;
}
