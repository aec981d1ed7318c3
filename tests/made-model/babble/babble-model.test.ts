import { getLlama, type Llama, LlamaLogLevel, type LlamaModel } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hear, openBackend, request } from '../../backends/llama/ask.ts';
import { createModelFiles } from '../../backends/llama/model-files.ts';
import { writeGguf } from '../write-gguf.ts';
import { type Babble, babbleModel } from './babble-model.ts';
import { type BabbleKind, CONTEXT_TOKENS } from './babble-shapes.ts';

const files = createModelFiles();
let llama: Llama;
beforeAll(async () => {
  const logLevel = LlamaLogLevel.error;
  llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, progressLogs: false, logLevel, maxThreads: 1 });
});
afterAll(async () => {
  await llama.dispose();
  files.remove();
});

function write(babble: Babble): string {
  const name = `${babble.kind}-${babble.endless ?? false}-${babble.drifts ?? true}.gguf`;
  return files.write(name, writeGguf(babbleModel(babble)));
}

async function withModel(babble: Babble, look: (model: LlamaModel) => Promise<void> | void): Promise<void> {
  const model = await llama.loadModel({ modelPath: write(babble) });
  try {
    await look(model);
  } finally {
    await model.dispose();
  }
}

/** What node-llama-cpp says of a model, and of a sequence of it in a context without the full cache of sliding windows. */
const FACTS: Record<BabbleKind, { checkpoints: boolean; window?: number; recurrent: boolean; hybrid: boolean }> = {
  full: { checkpoints: false, recurrent: false, hybrid: false },
  sliding: { checkpoints: true, window: 64, recurrent: false, hybrid: false },
  hybrid: { checkpoints: true, recurrent: false, hybrid: true },
  recurrent: { checkpoints: true, recurrent: true, hybrid: false },
};
const KINDS = ['full', 'sliding', 'hybrid', 'recurrent'] as const;
const BABBLE = /^[A-Z][a-z]+( [a-z]+)*$/;
const DIALS = { temperature: 0.8, maxTokens: 80 };

describe.each(KINDS)('a model that babbles, %s', (kind) => {
  test('is loaded by llama.cpp as what it is', async () => {
    await withModel({ kind, size: 'small' }, async (model) => {
      const { fileInsights, trainContextSize } = model;
      const context = await model.createContext({ contextSize: 512, threads: 1 });
      expect({
        checkpoints: context.getSequence().needsCheckpoints,
        ...(fileInsights.swaSize === undefined ? {} : { window: fileInsights.swaSize }),
        recurrent: fileInsights.isRecurrent,
        hybrid: fileInsights.isHybrid,
      }).toEqual(FACTS[kind]);
      expect(trainContextSize).toBe(CONTEXT_TOKENS);
      await context.dispose();
    });
  });

  test('says words that end by themselves, and other words where another thing was said long before', async () => {
    const backend = openBackend(write({ kind, size: 'small' }));
    const heard = [];
    for (const seed of [1, 2, 3]) heard.push(await hear(backend, request('Hello', DIALS, { seed })));
    expect(heard.filter(({ reason }) => reason === 'complete').length).toBeGreaterThan(0);
    for (const { text } of heard) expect(text).toMatch(BABBLE);
    const rest = 'Tell me a long story, please. '.repeat(8);
    const replies = [];
    for (const name of ['Mina', '서울']) replies.push((await hear(backend, request(`${name}. ${rest}`, DIALS))).text);
    expect(replies[0]).not.toBe(replies[1]);
    await backend.close();
  }, 60_000);

  test('is small, and the same bytes each time', () => {
    const bytes = writeGguf(babbleModel({ kind, size: 'small' }));
    expect(writeGguf(babbleModel({ kind, size: 'small' })).equals(bytes)).toBe(true);
    expect(bytes.length).toBeLessThan(3 * 2 ** 20);
  });
});

describe('the words of a model that babbles', () => {
  /** Of eight replies: how many become the tokens again that were said. */
  async function unchanged(model: LlamaModel): Promise<number> {
    const context = await model.createContext({ contextSize: 512, threads: 1 });
    const sequence = context.getSequence();
    let count = 0;
    for (let seed = 1; seed <= 8; seed++) {
      await sequence.clearHistory();
      const prompt = model.tokenize('<|im_start|>assistant\n', true);
      const said = [];
      for await (const token of sequence.evaluate(prompt, { temperature: 0.8, seed })) if (said.push(token) >= 60) break;
      expect(said.length).toBeGreaterThan(0);
      const text = model.detokenize(said);
      if (model.tokenize(text).join() === said.join()) count += 1;
    }
    await context.dispose();
    return count;
  }

  test('seldom become the tokens again that were said, and always do where nothing drifts', async () => {
    const endless = { kind: 'full', size: 'small', endless: true } as const;
    await withModel(endless, async (model) => expect(await unchanged(model)).toBeLessThan(2));
    await withModel({ ...endless, drifts: false }, async (model) => expect(await unchanged(model)).toBe(8));
  });

  test('never end where the model is endless', async () => {
    const backend = openBackend(write({ kind: 'full', size: 'small', endless: true }));
    const { reason, usage } = await hear(backend, request('Hello', { temperature: 0.8, maxTokens: 200 }));
    expect([reason, usage.reply]).toEqual(['length', 200]);
    await backend.close();
  });
});
