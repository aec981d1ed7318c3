// The dials that only token level can honour, in whole replies: DRY, XTC and biases.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend, TokenChance, TokenOdds } from '../../../src/backends/backend.ts';
import type { Sampling } from '../../../src/chat.ts';
import { type Script, scriptedModel } from '../../made-model/scripted-model.ts';
import { writeGguf } from '../../made-model/write-gguf.ts';
import { chatml, hear, openBackend, request } from './ask.ts';
import { createModelFiles, endlessModel, POCKET } from './model-files.ts';
import { chain } from './thinking-families.ts';

const DRY = { multiplier: 2, base: 2, allowedLength: 2, range: 0, breakers: ['\n', ':', '"', '*'] };

/** It says the same five words again and again, and would rather end than say anything else. */
const LOOPING: Script = {
  control: ['<|im_start|>', '<|im_end|>'],
  end: '<|im_end|>',
  rules: chain('\n', ' Tea', ' is', ' hot', ' and', ' good.', ' Tea'),
};

const files = createModelFiles();
let endless: Backend;
let pocket: Backend;
let looping: Backend;
beforeAll(() => {
  endless = openBackend(files.write('endless.gguf', endlessModel()));
  pocket = openBackend(POCKET, { contextSize: 1024 });
  looping = openBackend(files.write('looping.gguf', writeGguf(scriptedModel(LOOPING))), { contextSize: 512 });
});
afterAll(async () => {
  await Promise.all([endless.close(), pocket.close(), looping.close()]);
  files.remove();
});

async function peek(
  backend: Backend,
  text: string,
  dials: Partial<Sampling>,
  said: readonly number[] = [],
): Promise<TokenOdds> {
  const { sampling } = request(text, dials);
  const odds = await backend.peek?.({ pieces: chatml(text), sampling, top: 50, said }, new AbortController().signal);
  if (!odds) throw new Error('The engine cannot peek.');
  return odds;
}

describe('DRY', () => {
  const say = async (dials: Partial<Sampling>) => await hear(looping, request('Go on.', { maxTokens: 30, ...dials }));

  test('ends a loop, the sooner the stronger it is', async () => {
    expect(await say({})).toMatchObject({ text: ' Tea is hot and good.'.repeat(6), reason: 'length' });
    expect((await say({ dry: { ...DRY, multiplier: 0 } })).reason).toBe('length');
    const [weak, strong] = [await say({ dry: DRY }), await say({ dry: { ...DRY, multiplier: 5, base: 4 } })];
    expect([weak.reason, strong.reason]).toEqual(['complete', 'complete']);
    expect(weak.text).toContain(strong.text);
    expect(weak.text.length).toBeGreaterThan(strong.text.length);
    expect(strong.text).toMatch(/^ Tea is hot and good\. Tea is/);
  });

  test('goes by its other keys: how long a repetition may be, how far it looks back, what ends one', async () => {
    const dry = { ...DRY, multiplier: 5, base: 4 };
    const { text } = await say({ dry });
    expect((await say({ dry: { ...dry, allowedLength: 8 } })).text.length).toBeGreaterThan(text.length);
    expect((await say({ dry: { ...dry, range: 5 } })).reason).toBe('length');
    expect((await say({ dry: { ...dry, range: 10 } })).text).toBe(text);
    expect((await say({ dry: { ...dry, breakers: ['cold'] } })).text).toBe(text);
    expect((await say({ dry: { ...dry, breakers: ['cold', ' is'] } })).reason).toBe('length');
  });

  test('counts in a reply what it counts when its odds are looked at, token by token to its end', async () => {
    const dials = { maxTokens: 30, dry: DRY } satisfies Partial<Sampling>;
    const said: TokenChance[] = [];
    while (said.length < dials.maxTokens && said.at(-1)?.text !== LOOPING.end) {
      const { shaped } = await peek(
        looping,
        'Go on.',
        dials,
        said.map(({ token }) => token),
      );
      expect(shaped).toHaveLength(1);
      said.push(...shaped);
    }
    expect(said.at(-1)?.text).toBe(LOOPING.end);
    expect((await say({ dry: DRY })).text).toBe(
      said
        .slice(0, -1)
        .map(({ text }) => text)
        .join(''),
    );
  });

  test('does not count the prompt', async () => {
    const { text } = await hear(endless, request('Go on.', { maxTokens: 40 }));
    const again = request('', { maxTokens: 12 }, { rendered: { input: 'pieces', pieces: [...chatml(`${text}${text}`)] } });
    const plain = await hear(endless, again);
    const dried = await hear(endless, {
      ...again,
      sampling: { ...again.sampling, dry: { ...DRY, multiplier: 5, allowedLength: 12 } },
    });
    expect(dried.text).toBe(plain.text);
  });
});

describe('biases', () => {
  test('keep a text from being said, and bring one about', async () => {
    const plain = await hear(endless, request('Hello', { maxTokens: 60 }));
    const [word = ''] = plain.text.match(/ [a-z]+/) ?? [];
    expect(word).not.toBe('');
    const never = await hear(endless, request('Hello', { maxTokens: 60, logitBias: { [word]: false } }));
    expect(never.text).not.toContain(`${word} `);
    const always = await hear(endless, request('Hello', { maxTokens: 3, logitBias: { [word]: 100 } }));
    expect(always.text).toBe(word.repeat(3));
  });

  test('go before what a penalty takes', async () => {
    const [word = ''] = (await hear(endless, request('Hello', { maxTokens: 60 }))).text.match(/ [a-z]+/) ?? [];
    const dials = { maxTokens: 8, logitBias: { [word]: 100 }, frequencyPenalty: 2 };
    expect((await hear(endless, request('Hello', dials))).text).toBe(word.repeat(8));
  });
});

describe('the odds that are shown', () => {
  test('are those by which replies begin', async () => {
    const replies = 200;
    const dials: Partial<Sampling> = {
      ...{ temperature: 0.9, topK: 12, topP: 0.9, minP: 0.02 },
      ...{ xtc: { probability: 0.4, threshold: 0.1 }, logitBias: { A: -1, You: 1.5 } },
    };
    const { shaped, raw } = await peek(pocket, 'Hello', dials);
    const begun = new Map<string, number>();
    for (let seed = 1; seed <= replies; seed++) {
      const { text } = await hear(pocket, request('Hello', { ...dials, maxTokens: 1 }, { seed }));
      begun.set(text, (begun.get(text) ?? 0) + 1);
    }
    expect([...begun.keys()].filter((text) => !shaped.some((chance) => chance.text === text))).toEqual([]);
    for (const { text, shapedP } of shaped) {
      const deviation = Math.sqrt(replies * shapedP * (1 - shapedP));
      expect(Math.abs((begun.get(text) ?? 0) - replies * shapedP), text).toBeLessThan(4 * deviation + 1);
    }
    // Replies that begin as the bare model would are told apart from these.
    const far = raw.some(
      ({ text, p }) => Math.abs((begun.get(text) ?? 0) - replies * p) > 6 * Math.sqrt(replies * p * (1 - p)) + 1,
    );
    expect(far).toBe(true);
  }, 120_000);
});
