import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFinder, findInFile, SHORTEST_NEEDLE } from '../../src/memory/find-bytes.ts';
import { temporaryFolder } from './fixtures.ts';

it('finds exactly the needles that a plain search finds', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '가'), minLength: SHORTEST_NEEDLE, maxLength: 24 });
  const property = fc.property(fc.array(letters, { maxLength: 6 }), fc.array(letters, { maxLength: 6 }), (needles, others) => {
    const hay = Buffer.from([...needles.slice(0, 3), ...others].join('|'));
    expect(createFinder(needles).find(hay)).toEqual(new Set(needles.filter((needle) => hay.includes(needle))));
  });
  fc.assert(property, { numRuns: 300 });
});

it('finds a needle that lies over the border of two reads of a file', async () => {
  const path = join(temporaryFolder(), 'large');
  const needle = 'the words of one who wants to be forgotten';
  const border = 1 << 20;
  for (const start of [0, border - 1, border - 20, border - needle.length, border, 3 * border - 5]) {
    const bytes = Buffer.alloc(3 * border + 100, 'x');
    bytes.write(needle, start);
    writeFileSync(path, bytes);
    expect(await findInFile(path, createFinder([needle, 'words that are nowhere in there']))).toEqual(new Set([needle]));
  }
});

it('finds nothing in a file that is not there', async () => {
  expect(await findInFile(join(temporaryFolder(), 'none'), createFinder(['sixteen letters or more']))).toEqual(new Set());
});
