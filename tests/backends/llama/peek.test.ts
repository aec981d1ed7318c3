// Looking at odds as a backend does it: what it costs, what it leaves behind, and what it says of a model that has none.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend, PeekRequest, TokenOdds } from '../../../src/backends/backend.ts';
import type { Piece } from '../../../src/chat.ts';
import { babbleModel } from '../../made-model/babble/babble-model.ts';
import { madeModel } from '../../made-model/made-model.ts';
import { writeGguf } from '../../made-model/write-gguf.ts';
import { chatml, hear, openBackend, request } from './ask.ts';
import { createModelFiles, plainModel } from './model-files.ts';

const never = new AbortController().signal;
const files = createModelFiles();
const dataFolder = mkdtempSync(path.join(tmpdir(), 'troupe-peek-'));
let made: Backend;
beforeAll(() => {
  made = openBackend(files.write('made.gguf', plainModel()), {}, dataFolder);
});
afterAll(async () => {
  await made.close();
  files.remove();
  rmSync(dataFolder, { recursive: true, force: true });
});

async function peek(backend: Backend, pieces: readonly Piece[], over: Partial<PeekRequest> = {}): Promise<TokenOdds> {
  const sampling = { ...request('').sampling, temperature: 1 };
  const odds = await backend.peek?.({ pieces, sampling, top: 5, ...over }, never);
  if (!odds) throw new Error('The engine cannot peek.');
  return odds;
}

describe('a look', () => {
  test('costs only what no session has read yet, and takes nothing from any', async () => {
    const story = 'The harbour was quiet. '.repeat(20);
    const first = await hear(made, request(story));
    const odds = await peek(made, chatml(story));
    expect(odds.promptTokens).toBe(first.usage.prompt);
    expect(odds.reusedTokens).toBe(first.usage.prompt - 1);
    expect((await peek(made, chatml('Something else altogether.'))).reusedTokens).toBeLessThan(5);
    const again = await hear(made, request(story));
    expect(again.text).toBe(first.text);
    expect(again.usage.reused).toBe(first.usage.prompt - 1);
    await made.forget?.('test');
  });

  test('sees the same whatever the sequences held before, and while replies are made', async () => {
    const alone = await peek(made, chatml('Where is my hat?'));
    const replies = [1, 2, 3].map((index) => hear(made, request(`Sing number ${index}!`, { maxTokens: 40 })));
    const beside = await peek(made, chatml('Where is my hat?'));
    await Promise.all(replies);
    expect(beside.raw.map(({ token }) => token)).toEqual(alone.raw.map(({ token }) => token));
    for (const [index, { p }] of beside.raw.entries()) expect(p).toBeCloseTo(alone.raw[index]?.p ?? 0, 2);
  });

  test('at bare text reads no control token out of it', async () => {
    const plain = await peek(made, [{ text: '<|im_start|>', control: false }]);
    const control = await peek(made, [{ text: '<|im_start|>', control: true }]);
    expect(control.promptTokens).toBe(1);
    expect(plain.promptTokens).toBeGreaterThan(3);
  });

  test('refuses an empty prompt and one that is too long', async () => {
    await expect(peek(made, [])).rejects.toMatchObject({ name: 'BackendError', failure: 'rejected' });
    await expect(peek(made, chatml('hello '.repeat(3000)))).rejects.toMatchObject({ failure: 'too-long' });
    expect((await peek(made, chatml('hello'))).raw).toHaveLength(5);
  });

  test('leaves what no text can say when biases rule out everything else', async () => {
    const all = await peek(made, chatml('Hello'), { top: 0 });
    const choosable = all.shaped.filter(({ text }) => !text.startsWith('<|'));
    const logitBias = Object.fromEntries(choosable.map(({ text }) => [text, false] as const));
    const sampling = { ...request('').sampling, temperature: 1, topK: 1, logitBias };
    const { shaped, counts } = await peek(made, chatml('Hello'), { sampling });
    expect(counts.choosable).toBe(1);
    expect(shaped[0]?.text).toMatch(/^<\||\ufffd/);
  });

  test('ends when it is stopped, with the reason', async () => {
    const stopping = new AbortController();
    const sampling = { ...request('').sampling, temperature: 1 };
    const looking = made.peek?.({ pieces: chatml('hello '.repeat(1900)), sampling, top: 1 }, stopping.signal);
    stopping.abort(new Error('enough'));
    await expect(looking).rejects.toThrow('enough');
    expect((await peek(made, chatml('hello'))).raw).toHaveLength(5);
  });
});

describe.each(['full', 'sliding', 'hybrid', 'recurrent'] as const)('a model with memory of the kind %s', (kind) => {
  test('shows the odds by which its reply goes on, again and again, and also behind what was said', async () => {
    const backend = openBackend(files.write(`${kind}.gguf`, writeGguf(babbleModel({ kind, size: 'small', endless: true }))));
    const text = 'The harbour was quiet. '.repeat(30);
    const dry = { multiplier: 2, base: 2, allowedLength: 1, range: 0, breakers: ['#'] };
    const sampling = { ...request('').sampling, temperature: 1, dry, xtc: { probability: 0.5, threshold: 0.1 } };
    const first = await peek(backend, chatml(text), { sampling, top: 0 });
    expect(Math.abs(first.shaped.reduce((sum, { shapedP }) => sum + shapedP, 0) - 1)).toBeLessThan(1e-6);
    const again = await peek(backend, chatml(text), { sampling, top: 0 });
    for (const [index, { p }] of again.raw.slice(0, 20).entries()) expect(p).toBeCloseTo(first.raw[index]?.p ?? 0, 4);
    const reply = await hear(backend, request(text, { maxTokens: 1 }));
    expect(reply.text).toBe(first.raw[0]?.text);
    const said = first.raw.slice(0, 1).map(({ token }) => token);
    const next = await peek(backend, chatml(text), {
      said,
      sampling: { ...sampling, temperature: 0, xtc: { probability: 0, threshold: 0.1 } },
    });
    const longer = await hear(backend, request(text, { maxTokens: 2 }));
    expect(longer.text).toBe(`${first.raw[0]?.text}${next.shaped[0]?.text}`);
    await backend.close();
  });
});

describe('a model whose logits are no numbers', () => {
  /** The made model; the output of this token is the value times one dimension of what it read. */
  function broken(token: number, value: number): string {
    const content = madeModel();
    const tensors = content.tensors.map((tensor) => {
      if (tensor.name !== 'output.weight') return tensor;
      const [columns] = tensor.shape;
      const values = Float32Array.from(tensor.values);
      values.fill(0, token * (columns ?? 0), (token + 1) * (columns ?? 0));
      values[token * (columns ?? 0)] = value;
      return { ...tensor, type: 'f32' as const, values };
    });
    return files.write(`broken-${token}-${value}.gguf`, writeGguf({ ...content, tensors }));
  }

  async function look(model: string): Promise<TokenOdds | string> {
    const backend = openBackend(model, { sequences: 1 });
    try {
      return await peek(backend, chatml('Hello'), { top: 0 }).catch((error: unknown) => String(error));
    } finally {
      await backend.close();
    }
  }

  test('has no odds, and the sentence says how many are odd and what to do', async () => {
    expect(await look(broken(300, Number.NaN))).toMatch(
      /gives no odds \(1 of its \d+ logits are not a number or infinite\): take another file of it, or another quantisation\.$/,
    );
  });

  test('rules a token out where its logit is minus infinity, and has none where it is plus infinity', async () => {
    const found = [await look(broken(300, Number.POSITIVE_INFINITY)), await look(broken(300, Number.NEGATIVE_INFINITY))];
    expect(found.filter((one) => typeof one === 'string')).toEqual([expect.stringContaining('1 of its')]);
    const odds = found.find((one) => typeof one !== 'string');
    if (typeof odds !== 'object') throw new Error('Neither model rules the token out.');
    expect(odds.counts.ruledOut).toBe(1);
    expect(odds.raw.at(-1)).toMatchObject({ token: 300, logit: Number.NEGATIVE_INFINITY, p: 0, shapedP: 0 });
    expect(odds.shaped.map(({ token }) => token)).not.toContain(300);
    expect(Math.abs(odds.raw.reduce((sum, { p }) => sum + p, 0) - 1)).toBeLessThan(1e-9);
  });
});

test('a look at a closed engine is refused', async () => {
  const backend = openBackend(files.write('closed.gguf', plainModel()), { sequences: 1 });
  await peek(backend, chatml('Hello'));
  await backend.close();
  await expect(peek(backend, chatml('Hello'))).rejects.toMatchObject({ name: 'BackendError', failure: 'unreachable' });
});
