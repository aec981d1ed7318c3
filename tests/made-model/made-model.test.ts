import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseGguf } from '../../../src/backends/llama/gguf/parse-gguf.ts';
import { learnMerges, spell } from '../../../tools/gguf/byte-pairs.ts';
import { placeholderModel } from '../../../tools/gguf/placeholder-model.ts';
import { type MetadataValue, writeGguf } from '../../../tools/gguf/write-gguf.ts';
import { POCKET } from '../../backends/llama/model-files.ts';

describe('the placeholder model', () => {
  test('is what its tool makes, byte for byte, and small', () => {
    const committed = readFileSync(POCKET);
    expect(writeGguf(placeholderModel()).equals(committed)).toBe(true);
    expect(committed.length).toBeLessThan(2 ** 20);
  });
});

describe('the GGUF writer', () => {
  test('writes every type of value so that it reads back', () => {
    const values: [string, MetadataValue, unknown][] = [
      ['a', { type: 'uint32', value: 4_000_000_000 }, 4_000_000_000],
      ['b', { type: 'int32', value: -5 }, -5],
      ['c', { type: 'float32', value: 0.5 }, 0.5],
      ['d', { type: 'uint64', value: 2n ** 60n }, 2n ** 60n],
      ['e', { type: 'bool', value: true }, true],
      ['f', { type: 'string', value: '안녕 🎭' }, '안녕 🎭'],
      ['g', { type: 'strings', value: ['', 'x'] }, ['', 'x']],
      ['h', { type: 'int32s', value: [-1, 7] }, [-1, 7]],
      ['i', { type: 'float32s', value: [0.25] }, [0.25]],
    ];
    const { metadata } = parseGguf(writeGguf({ metadata: values.map(([key, value]) => [key, value]), tensors: [] }));
    expect([...metadata]).toEqual(values.map(([key, , read]) => [key, read]));
  });

  test('places tensors at multiples of 32 bytes and writes halves to the nearest', () => {
    const half = new Float32Array([1, -2, 0.333251953125, 65504, 1e-9]);
    const bytes = writeGguf({
      metadata: [],
      tensors: [
        { name: 'one', type: 'f16', shape: [5], values: half },
        { name: 'two', type: 'f32', shape: [1, 2], values: new Float32Array([3, 4]) },
      ],
    });
    const { tensors, dataOffset } = parseGguf(bytes);
    expect(tensors).toEqual([
      { name: 'one', shape: [5], type: 1, offset: 0 },
      { name: 'two', shape: [1, 2], type: 0, offset: 32 },
    ]);
    expect(dataOffset % 32).toBe(0);
    const bits = [0, 1, 2, 3, 4].map((index) => bytes.readUInt16LE(dataOffset + index * 2));
    expect(bits).toEqual([0x3c00, 0xc000, 0x3555, 0x7bff, 0]);
    expect([bytes.readFloatLE(dataOffset + 32), bytes.readFloatLE(dataOffset + 36)]).toEqual([3, 4]);
  });

  test('refuses a tensor whose values do not fill its shape', () => {
    const tensor = { name: 'odd', type: 'f32', shape: [2, 2], values: new Float32Array(3) } as const;
    expect(() => writeGguf({ metadata: [], tensors: [tensor] })).toThrow('odd has 3 values');
  });
});

describe('byte-pair merges', () => {
  test('make each learned word one token', () => {
    const words = [' the', ' there', '안', '녕'];
    const merges = learnMerges(words);
    for (const word of words) {
      let parts = [...spell(word)];
      for (const [left, right] of merges) {
        const at = parts.findIndex((part, index) => part === left && parts[index + 1] === right);
        if (at >= 0) parts = [...parts.slice(0, at), left + right, ...parts.slice(at + 2)];
      }
      expect(parts).toEqual([spell(word)]);
    }
  });
});
