import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend } from '../../../src/backends/backend.ts';
import { BackendError } from '../../../src/errors.ts';
import { describeBackendContract } from '../backend-contract.ts';
import { chatml, hear, openBackend, request } from './ask.ts';
import { createModelFiles, endlessModel, plainModel } from './model-files.ts';

const files = createModelFiles();
const endless = files.write('endless.gguf', endlessModel());
afterAll(() => files.remove());

describeBackendContract('llama on a model without end', async () => {
  const backend = openBackend(endless);
  return { backend, request: (text, over) => request(text, {}, over), close: () => backend.close() };
});

describe('the llama backend', () => {
  let backend: Backend;
  beforeAll(() => {
    backend = openBackend(endless);
  });
  afterAll(() => backend.close());

  test('describes the model from its file and the context as it was made', async () => {
    const { model, ...facts } = await backend.describe();
    expect(facts).toMatchObject({ input: 'pieces', contextTokens: 2048, flavour: 'llama' });
    expect(facts.honours).toHaveLength(13);
    expect(model).toMatchObject({ name: 'Made model', stage: 'chat', censored: true, eosToken: '<|im_end|>' });
    expect(model.template).toContain('<|im_start|>');
    expect(model.hash).toMatch(/^[0-9a-f]{16}$/);
  });

  test('ends before a stop string wherever in the reply it stands and however long it is', async () => {
    const { text } = await hear(backend, request('Tell me a story.'));
    for (let start = 5; start < text.length - 14; start += 7) {
      for (const length of [1, 4, 13]) {
        const stop = text.slice(start, start + length);
        const heard = await hear(backend, request('Tell me a story.', { stop: ['\u0007', stop] }));
        expect(heard).toMatchObject({ text: text.slice(0, text.indexOf(stop)), reason: 'complete' });
      }
    }
  });

  test('evaluates only what is new when a prompt begins like the one before, and says the same as one that evaluates all', async () => {
    const [start, ...rest] = chatml('The harbour was quiet.');
    const longer = [...[start!, ...rest], { text: 'So it', control: false }];
    const first = await hear(backend, request('', {}, { rendered: { input: 'pieces', pieces: [start!, ...rest] } }));
    const next = request('', {}, { rendered: { input: 'pieces', pieces: longer } });
    const warm = await hear(backend, next);
    expect(warm.usage.reused).toBe(first.usage.prompt);
    const cold = await hear(backend, { ...next, session: 'another' });
    const fresh = openBackend(endless);
    const alone = await hear(fresh, next);
    await fresh.close();
    expect(alone.usage.reused).toBe(0);
    expect([warm.text, cold.text]).toEqual([alone.text, alone.text]);
  });

  test('shows the model its own reply with the tokens it said it with, whatever the text would be cut into', async () => {
    for (let seed = 1; seed <= 8; seed++) {
      const session = `said-${seed}`;
      const first = await hear(backend, request('Sing!', { temperature: 1.5 }, { seed, session }));
      const said = [
        { text: first.text, control: false },
        { text: '<|im_end|>\n', control: true },
      ];
      const pieces = [...chatml('Sing!'), ...said, ...chatml('And then?')];
      const { usage } = await hear(backend, request('', {}, { session, rendered: { input: 'pieces', pieces } }));
      // The last token was said, but not evaluated.
      expect(usage.reused).toBe(first.usage.prompt + first.usage.reply - 1);
    }
  });

  test('repeats itself less with each of the three penalties', async () => {
    const variety = async (dials: Parameters<typeof request>[1]) => {
      const { text } = await hear(backend, request('Go on.', { maxTokens: 200, ...dials }));
      return new Set(text.split(' ')).size;
    };
    const plain = await variety({});
    expect(await variety({ repeatPenalty: 2 })).toBeGreaterThan(plain);
    expect(await variety({ frequencyPenalty: 2 })).toBeGreaterThan(plain);
    expect(await variety({ presencePenalty: 2 })).toBeGreaterThan(plain);
  });

  test('does not punish what stands in the prompt', async () => {
    const { text: word } = await hear(backend, request('Hello', { maxTokens: 1 }));
    const prompt = `${word} ${word} ${word} ${word}`;
    const plain = await hear(backend, request(prompt, { maxTokens: 1 }));
    const punished = await hear(
      backend,
      request(prompt, { maxTokens: 1, repeatPenalty: 2, frequencyPenalty: 2, presencePenalty: 2 }),
    );
    expect(punished.text).toBe(plain.text);
  });

  test('narrows the choice with topK, topP and minP', async () => {
    const greedy = await hear(backend, request('Hello'));
    for (const dials of [{ topK: 1 }, { topP: 0.0001 }, { minP: 1 }]) {
      expect((await hear(backend, request('Hello', { temperature: 2, ...dials }))).text).toBe(greedy.text);
    }
    expect((await hear(backend, request('Hello', { temperature: 2 }))).text).not.toBe(greedy.text);
  });

  test('takes the seed of the request, whatever the dials say', async () => {
    const say = (seed: number, dial: number) =>
      hear(backend, request('Hello', { temperature: 1.5, seed: dial }, { seed })).then(({ text }) => text);
    expect(await say(5, 1)).toBe(await say(5, 2));
    expect(await say(5, 1)).not.toBe(await say(6, 1));
  });

  test('makes more replies than it has sequences, in the order they came, and mixes none of them', async () => {
    const prompts = ['The sea was calm.', 'A fox sat by the road.', '안녕하세요, 누구세요?', 'Where is my hat?', 'Sing!'];
    const alone: string[] = [];
    for (const prompt of prompts) alone.push((await hear(backend, request(prompt, { maxTokens: 60 }))).text);
    const ended: number[] = [];
    const together = await Promise.all(
      prompts.map(async (prompt, index) => {
        const heard = await hear(backend, request(prompt, { maxTokens: 60 }));
        ended.push(index);
        return heard;
      }),
    );
    expect(together.map(({ text }) => text)).toEqual(alone);
    expect(ended.indexOf(4)).toBeGreaterThan(ended.indexOf(0));
    const waits = together.map(({ usage }) => usage.ms.queue);
    expect(waits[4]).toBeGreaterThan((waits[0] ?? 0) + 5);
  });

  test('lets a reader leave the line while it waits', async () => {
    const stopping = new AbortController();
    const running = [1, 2].map(() => hear(backend, request('Hello', { maxTokens: 60 })));
    const waiting = hear(backend, request('Hello'), stopping.signal);
    await new Promise((resolve) => setImmediate(resolve));
    stopping.abort();
    expect((await waiting).reason).toBe('aborted');
    await Promise.all(running);
    expect((await hear(backend, request('Hello'))).reason).toBe('length');
  });

  test('refuses a prompt that is too long, with both figures', async () => {
    const error = await hear(backend, request('hello '.repeat(3000))).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BackendError);
    expect(error).toMatchObject({ failure: 'too-long', message: expect.stringMatching(/ \d{4} tokens .* 2048/) });
  });

  test('refuses an empty prompt and one that is not rendered', async () => {
    const empty = request('', {}, { rendered: { input: 'pieces', pieces: [] } });
    await expect(hear(backend, empty)).rejects.toMatchObject({ failure: 'rejected' });
    const messages = request('', {}, { rendered: { input: 'messages', messages: [{ role: 'user', content: 'Hi' }] } });
    await expect(hear(backend, messages)).rejects.toMatchObject({ failure: 'rejected', name: 'BackendError' });
  });

  test('ends with reason length when the context is full', async () => {
    const small = openBackend(endless, { contextSize: 256 });
    const { contextTokens } = await small.describe();
    const heard = await hear(small, request('Hello', { maxTokens: 4000 }));
    await small.close();
    expect(heard.reason).toBe('length');
    expect(heard.usage.prompt + heard.usage.reply).toBe(contextTokens);
  });

  test('ends aborted between two batches of a long prompt', async () => {
    const slow = openBackend(endless, { contextSize: 8192, batchSize: 16 });
    await slow.describe();
    const stopping = new AbortController();
    const heard = hear(slow, request('hello '.repeat(7000)), stopping.signal);
    setTimeout(() => stopping.abort(), 60);
    const { reason, usage } = await heard;
    expect(reason).toBe('aborted');
    expect(usage.evaluated).toBeGreaterThan(0);
    expect(usage.evaluated).toBeLessThan(usage.prompt);
    await slow.close();
  });

  test('takes what a model says after an opened think tag for a thought, also when it ends its turn in it', async () => {
    const [start, content] = chatml('Hello');
    const pieces = [start!, content!, { text: '<|im_end|>\n<|im_start|>assistant\n<think>\n', control: true }];
    const thinking = request('', { maxTokens: 400 }, { rendered: { input: 'pieces', pieces } });
    const made = openBackend(files.write('made.gguf', plainModel()));
    const heard = await hear(made, thinking);
    expect(heard.reasoning).toMatch(/^[A-Z][\x20-\x7e…]+\n$/);
    expect(heard).toMatchObject({ text: expect.stringMatching(/^[A-Z][\x20-\x7e…]+$/), reason: 'complete' });
    await made.close();
  });

  test('ends a running reply as aborted when it is closed, and is unreachable afterwards', async () => {
    const closing = openBackend(endless);
    const heard = hear(closing, request('Hello', { maxTokens: 2000 }));
    await closing.describe();
    await Promise.all([closing.close(), closing.close()]);
    expect((await heard).reason).toBe('aborted');
    await expect(closing.describe()).rejects.toMatchObject({ failure: 'unreachable' });
  });
});
