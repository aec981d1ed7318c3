import { afterAll, describe, expect, test } from 'vitest';
import { parseGguf } from '../../src/backends/llama/gguf/parse-gguf.ts';
import { hear, openBackend, request } from '../backends/llama/ask.ts';
import { createModelFiles, endlessModel } from '../backends/llama/model-files.ts';
import { learnMerges, spell } from './byte-pairs.ts';
import { madeModel } from './made-model.ts';
import { type MetadataValue, writeGguf } from './write-gguf.ts';

const files = createModelFiles();
afterAll(() => files.remove());

describe('the made model', () => {
  test('is small, and the same bytes each time', () => {
    const bytes = writeGguf(madeModel());
    expect(writeGguf(madeModel()).equals(bytes)).toBe(true);
    expect(bytes.length).toBeLessThan(2 ** 20);
  });

  test('says something visible and ends by itself, whatever the dials', async () => {
    const made = openBackend(files.write('made.gguf', writeGguf(madeModel())));
    for (const temperature of [0, 0.7, 1.3, 2]) {
      for (let seed = 1; seed <= 10; seed++) {
        const dials = { temperature, maxTokens: 400, repeatPenalty: 1.1, frequencyPenalty: 0.3 };
        const { text, usage } = await hear(made, request(`Hello ${seed}`, dials, { seed }));
        expect(text).toMatch(/^[A-Za-z가-힣][\x20-\x7e가-힣…]+$/);
        expect(usage.reply).toBeGreaterThan(3);
      }
    }
    expect((await hear(made, request('Hello', { maxTokens: 400 }))).reason).toBe('complete');
    expect((await hear(made, request('안녕하세요, 오늘 뭐 했어요?'))).text).toMatch(/^[가-힣 .!?…]+$/);
    await made.close();
  });

  test('says more than anybody asked for when it is endless', async () => {
    const endless = openBackend(files.write('endless.gguf', endlessModel()));
    expect((await hear(endless, request('Hello', { maxTokens: 500 }))).reason).toBe('length');
    await endless.close();
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
