import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { inspectModel } from '../../../../../src/backends/llama/gguf/inspect-model.ts';
import {
  type ContextFacts,
  fingerprintOf,
  hashDependencies,
} from '../../../../../src/backends/llama/sequences/states/fingerprint.ts';
import { createModelFiles, plainModel } from '../../model-files.ts';
import { openScene } from './scene.ts';

const files = createModelFiles();
afterAll(() => files.remove());

const FACTS: ContextFacts = {
  ...{ contextTokens: 512, sequences: 4, flashAttention: 'auto', swaFullCache: false, keyType: 1, valueType: 1 },
  ...{ gpu: 'none', library: '3.22.1', llamaCpp: 'ggml-org/llama.cpp v0.5.0 prebuilt' },
};
const model = plainModel();

test('is another one for every setting that a state depends on', async () => {
  const path = files.write('plain.gguf', model);
  const changes: Partial<ContextFacts>[] = [
    ...[{ contextTokens: 1024 }, { sequences: 3 }, { flashAttention: true }, { flashAttention: false }, { swaFullCache: true }],
    ...[
      { keyType: 8 },
      { valueType: 8 },
      { gpu: 'cuda' },
      { library: '3.22.2' },
      { llamaCpp: 'ggml-org/llama.cpp v0.5.1 prebuilt' },
    ],
  ];
  const prints = await Promise.all(
    [{}, ...changes].map((change) => hashDependencies({ path, hash: 'head' }, { ...FACTS, ...change })),
  );
  expect(new Set(prints).size).toBe(changes.length + 1);
  expect(await hashDependencies({ path, hash: 'another head' }, FACTS)).not.toBe(prints[0]);
  expect(await hashDependencies({ path, hash: 'head' }, FACTS)).toBe(prints[0]);
});

test('is another one for a model that was trained further, whose head and length are the same', async () => {
  const path = files.write('before.gguf', model);
  const further = Buffer.from(model);
  for (let at = further.length / 2; at < further.length; at += 2)
    further[Math.floor(at)] = (further[Math.floor(at)]! + 1) % 256;
  const after = files.write('after.gguf', further);
  const [{ hash }, facts] = [await inspectModel(path), await inspectModel(after)];
  expect(facts.hash).toBe(hash);
  expect(await hashDependencies({ path: after, hash }, FACTS)).not.toBe(await hashDependencies({ path, hash }, FACTS));
  writeFileSync(after, readFileSync(path));
  expect(await hashDependencies({ path: after, hash }, FACTS)).toBe(await hashDependencies({ path, hash }, FACTS));
});

test('looks at all parts of a model that is split', async () => {
  const path = files.write('split-00001-of-00002.gguf', 'one');
  const second = files.write('split-00002-of-00002.gguf', 'two');
  const before = await hashDependencies({ path, hash: '' }, FACTS);
  writeFileSync(second, 'too');
  expect(await hashDependencies({ path, hash: '' }, FACTS)).not.toBe(before);
});

test('is read from a context that is open', async () => {
  const path = files.write('open.gguf', model);
  const prints = new Set<string>();
  for (const sequences of [1, 2, 1]) {
    const scene = await openScene(path, { sequences });
    prints.add(await fingerprintOf(await inspectModel(path), scene.context));
    await scene.close();
  }
  expect(prints.size).toBe(2);
  expect([...prints][0]).toMatch(/^[0-9a-f]{64}$/);
});
