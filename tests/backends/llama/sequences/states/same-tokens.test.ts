import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../../../made-model/random.ts';
import { createModelFiles, endlessModel } from '../../model-files.ts';
import {
  createPlace,
  fill,
  generate,
  MIB,
  type OpenedStore,
  openScene,
  openStore,
  type Scene,
  saved,
  tokens,
} from './scene.ts';

// STATE_SEED and STATE_CASES make other runs; a failure names the seed and the case.
const SEED = Number(process.env.STATE_SEED ?? 20_261_126);
const CASES = Number(process.env.STATE_CASES ?? 1000);
/**
 * Evaluated in parts, with or without a restored state, a prompt has bit for bit the same logits. Evaluated at once it has logits that
 * differ by up to 0.1, measured: of two tokens that are as near to each other the other one may come.
 */
const ROUNDING = 0.1;

const files = createModelFiles();
const place = createPlace();
let scene: Scene;
let store: OpenedStore;

beforeAll(async () => {
  scene = await openScene(files.write('endless.gguf', endlessModel()));
  store = await openStore(place, { memoryBytes: 4 * MIB });
});

afterAll(async () => {
  await store.close();
  await scene.close();
  place.remove();
  files.remove();
});

test(`a restored state gives the same tokens as evaluating afresh, in ${CASES} random cases`, {
  timeout: 60_000 + CASES * 3000,
}, async () => {
  const random = createRandom(SEED);
  const below = (most: number) => Math.floor(random.uniform() * most);
  const [saving, loading, fresh] = scene.sequences;
  if (!saving || !loading || !fresh) throw new Error('The scene has three sequences.');
  let told = 0;
  let others = 0;
  for (let number = 1; number <= CASES; number += 1) {
    const prompt = tokens(...Array.from({ length: 5 + below(196) }, () => below(scene.vocabularySize)));
    const cut = 1 + below(prompt.length - 1);
    const [before, rest] = [prompt.slice(0, cut), prompt.slice(cut)];
    const about = `seed ${SEED}, case ${number}: ${prompt.length} tokens, ${cut} of them restored`;
    await fill(saving, before);
    const state = await saved(store, saving, { persona: 'p', session: `s${number % 50}` });
    expect(await store.load(loading, state), about).toBe(true);
    expect(loading.contextTokens).toEqual(before);
    const restored = await generate(loading, rest);

    await fill(fresh, before);
    expect(restored, about).toEqual(await generate(fresh, rest));
    await fresh.clearHistory();
    const atOnce = await generate(fresh, prompt);
    const differs = restored.findIndex((token, index) => token !== atOnce[index]);
    if (differs >= 0) expect(await leadOfBest(fresh, [...prompt, ...atOnce.slice(0, differs)]), about).toBeLessThan(ROUNDING);

    if (number % 8 !== 0) continue;
    told += 1;
    await fill(fresh, before.toReversed());
    if (`${await generate(fresh, rest)}` !== `${restored}`) others += 1;
  }
  // What is restored must matter for what comes: else this test could not fail.
  expect(others).toBeGreaterThan(told / 2);
  expect(store.warnings).toEqual([]);
});

/** By how much the logit of the best next token is above the second. */
async function leadOfBest(sequence: LlamaContextSequence, prompt: readonly Token[]): Promise<number> {
  const [last, ...before] = prompt.toReversed();
  if (last === undefined) throw new Error('There is no prompt.');
  await fill(sequence, before.reverse());
  const logits = (await sequence.controlledEvaluate([[last, { generateNext: { logits: true } }]]))[0]?.next.logits;
  const [best = 0, second = 0] = [...(logits?.values() ?? [])].sort((one, other) => other - one);
  return best - second;
}
