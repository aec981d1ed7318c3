// The odds that `peek` shows, held against a softmax and a chain of samplers of our own, on a real model.
import { getLlama, type Llama, LlamaLogLevel, type LlamaModel, type Token } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend, PeekRequest, TokenOdds } from '../../../../src/backends/backend.ts';
import type { Piece, Sampling } from '../../../../src/chat.ts';
import { createRandom, type Random } from '../../../made-model/random.ts';
import { chatml, openBackend, request } from '../ask.ts';
import { POCKET } from '../model-files.ts';
import { chain, type Vocabulary } from './sampler-chain.ts';

const SETTINGS = 200;
/** A decision as close as this may fall otherwise in 32-bit floats. */
const TOO_CLOSE = 1e-4;
const PLAIN: Sampling = { ...request('').sampling, temperature: 1 };
const BREAKERS = ['\n', ':', '"', '*'];

let llama: Llama;
let model: LlamaModel;
let backend: Backend;
beforeAll(async () => {
  llama = await getLlama({ gpu: false, maxThreads: 1, build: 'never', progressLogs: false, logLevel: LlamaLogLevel.disabled });
  model = await llama.loadModel({ modelPath: POCKET, vocabOnly: true });
  backend = openBackend(POCKET, { contextSize: 1024 });
});
afterAll(async () => {
  await backend.close();
  await llama.dispose();
});

async function peek(pieces: readonly Piece[], over: Partial<PeekRequest> = {}): Promise<TokenOdds> {
  const odds = await backend.peek?.({ pieces, sampling: PLAIN, top: 0, ...over }, new AbortController().signal);
  if (!odds) throw new Error('The engine cannot peek.');
  return odds;
}

const tokenise = (text: string) => [...model.tokenize(text, false)];
const texts = new Map<number, string>();
const vocabulary: Vocabulary = {
  textOf(token) {
    const text = texts.get(token) ?? model.detokenize([token as Token], true);
    texts.set(token, text);
    return text;
  },
  tokenise,
};
const logitsOf = ({ raw }: TokenOdds) => new Map(raw.map(({ token, logit }) => [token, logit]));

describe('the raw odds', () => {
  test.each(['Hello', 'What do you recommend on a rainy day? 비가 와요.', ''])(
    'of %j are the softmax of the logits',
    async (text) => {
      const { raw, counts, entropyBits, promptTokens } = await peek(chatml(text));
      expect(raw).toHaveLength(counts.vocabulary);
      expect(counts.vocabulary).toBe(2048);
      expect(promptTokens).toBe(
        model.tokenize(
          chatml('')
            .map(({ text }) => text)
            .join(''),
          true,
        ).length + tokenise(text).length,
      );
      const weights = raw.map(({ logit }) => Math.exp(logit));
      const sum = weights.reduce((one, other) => one + other, 0);
      for (const [index, { p }] of raw.entries()) expect(Math.abs(p - (weights[index] ?? 0) / sum)).toBeLessThan(1e-9);
      expect(Math.abs(raw.reduce((all, { p }) => all + p, 0) - 1)).toBeLessThan(1e-4);
      const entropy = raw.reduce((bits, { p }) => bits - (p > 0 ? p * Math.log2(p) : 0), 0);
      expect(entropyBits).toBeCloseTo(entropy, 9);
    },
  );

  test('are in order, the largest logit first, and the list is cut to as many as were asked for', async () => {
    const all = await peek(chatml('Hello'));
    expect(all.raw.map(({ logit }) => logit)).toEqual(all.raw.map(({ logit }) => logit).toSorted((a, b) => b - a));
    const few = await peek(chatml('Hello'), { top: 5 });
    expect(few.raw).toEqual(all.raw.slice(0, 5));
    expect(few.shaped).toEqual(all.shaped.slice(0, 5));
    expect(few.counts).toEqual(all.counts);
  });

  test('do not depend on any dial', async () => {
    const plain = await peek(chatml('Hello'));
    const dials = {
      temperature: 0,
      topK: 1,
      repeatPenalty: 2,
      logitBias: { A: false },
      xtc: { probability: 1, threshold: 0 },
    } as const;
    const turned = await peek(chatml('Hello'), { sampling: { ...PLAIN, ...dials } });
    expect(turned.raw.map(({ token, logit, p }) => ({ token, logit, p }))).toEqual(
      plain.raw.map(({ token, logit, p }) => ({ token, logit, p })),
    );
  });
});

describe('the shaped odds', () => {
  const said = [
    '',
    ' The tea is hot.',
    'The tea is hot. The tea is hot. The tea is',
    'one: two: one: two: one:',
    'Well, well, well, well, well, well,',
    '"Good morning," I said. "Good morning," I said. "Good',
    '아침이에요. 좋은 아침이에요. 좋은',
  ];

  test(`equal those of an independent chain of samplers, over ${SETTINGS} random settings`, async () => {
    const random = createRandom(20261126);
    let compared = 0;
    let tooClose = 0;
    let worst = 0;
    const narrowed: number[] = [];
    while (compared < SETTINGS) {
      const sampling = anySampling(random);
      const spoken = pick(random, said);
      const odds = await peek(chatml(pick(random, ['Hello', 'How is the garden?', '오늘 어때?'])), {
        sampling,
        said: tokenise(spoken),
      });
      const how = { said: tokenise(spoken), vocabulary, xtcHappens: sampling.xtc?.probability === 1 };
      const expected = chain(logitsOf(odds), sampling, how);
      if (expected.margin < TOO_CLOSE) {
        tooClose += 1;
        continue;
      }
      compared += 1;
      narrowed.push(odds.shaped.length);
      const shaped = new Map(odds.shaped.map(({ token, shapedP }) => [token, shapedP]));
      const context = `${JSON.stringify(sampling)} after ${JSON.stringify(spoken)}`;
      expect(
        [...shaped.keys()].toSorted((a, b) => a - b),
        context,
      ).toEqual([...expected.odds.keys()].toSorted((a, b) => a - b));
      for (const [token, p] of expected.odds) worst = Math.max(worst, Math.abs(p - (shaped.get(token) ?? 0)));
      expect(worst, context).toBeLessThan(1e-5);
      expect(Math.abs(odds.shaped.reduce((sum, { shapedP }) => sum + shapedP, 0) - 1)).toBeLessThan(1e-4);
    }
    console.log(
      `${compared} settings equal, largest difference of a probability ${worst.toExponential(1)}; ${tooClose} too close to call`,
    );
    expect(tooClose).toBeLessThan(SETTINGS / 2);
    expect(new Set(narrowed).size).toBeGreaterThan(20);
  }, 300_000);

  test('are those of both outcomes where XTC throws dice, in proportion', async () => {
    const xtc = { probability: 0.3, threshold: 0.05 };
    const sampling = { ...PLAIN, temperature: 0.9, topK: 30, xtc };
    const odds = await peek(chatml('Hello'), { sampling });
    const how = { said: [], vocabulary };
    const [never, always] = [false, true].map((xtcHappens) => chain(logitsOf(odds), sampling, { ...how, xtcHappens }).odds);
    expect(always?.size).toBeLessThan(never?.size ?? 0);
    for (const { token, shapedP } of odds.shaped) {
      const expected = 0.7 * (never?.get(token) ?? 0) + 0.3 * (always?.get(token) ?? 0);
      expect(Math.abs(shapedP - expected)).toBeLessThan(1e-4);
    }
  });

  test('leave a thought alone: neither DRY nor XTC works in one', async () => {
    const pieces = [...chatml('Hello'), { text: '<think>\n', control: true }];
    const dry = { multiplier: 5, base: 4, allowedLength: 1, range: 0, breakers: BREAKERS };
    const spoken = tokenise('tea tea tea tea tea tea');
    const plain = await peek(pieces, { said: spoken });
    const turned = await peek(pieces, { said: spoken, sampling: { ...PLAIN, dry, xtc: { probability: 1, threshold: 0.01 } } });
    expect(turned.counts).toEqual(plain.counts);
    for (const { p, shapedP } of turned.raw) expect(Math.abs(shapedP - p)).toBeLessThan(1e-4);
  });
});

function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[Math.floor(random.uniform() * items.length)] as Item;
}

/** Each dial off half of the time, else anywhere in its range. */
function anySampling(random: Random): Sampling {
  const between = (min: number, max: number) => min + random.uniform() * (max - min);
  const either = <Off, On>(off: Off, on: () => On): Off | On => (random.uniform() < 0.5 ? off : on());
  const dry = either(undefined, () => ({
    ...{ multiplier: between(0.1, 5), base: between(1, 4), allowedLength: Math.ceil(between(0, 4)) },
    ...{ range: either(0, () => Math.ceil(between(0, 20))), breakers: pick(random, [BREAKERS, ['.'], ['tea', '은']]) },
  }));
  const xtc = either(undefined, () => ({ probability: either(0, () => 1), threshold: between(0, 0.5) }));
  const texts = ['A', ' the', 'The tea tea', ' tea', '\n', ' hot', '아침', 'Good', 'A A'];
  const logitBias = either(undefined, () =>
    Object.fromEntries(texts.map((text) => [text, either<number | false, number | false>(between(-8, 8), () => false)])),
  );
  return {
    ...PLAIN,
    temperature: random.uniform() < 0.1 ? 0 : between(0.1, 2),
    topP: either(1, () => between(0, 1)),
    topK: either(0, () => Math.ceil(between(0, 200))),
    minP: either(0, () => between(0, 0.5)),
    repeatPenalty: either(1, () => between(0.5, 2)),
    frequencyPenalty: either(0, () => between(-2, 2)),
    presencePenalty: either(0, () => between(-2, 2)),
    ...(dry ? { dry } : {}),
    ...(xtc ? { xtc } : {}),
    ...(logitBias ? { logitBias } : {}),
  };
}
