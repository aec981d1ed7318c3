import { expect, it } from 'vitest';
import { handleMessage } from '../../src/bot/handle-message.ts';
import { type PromptRequest, preparePrompt } from '../../src/bot/prepare-prompt.ts';
import { createTokenCounter } from '../../src/bot/token-counter.ts';
import type { Turn } from '../../src/chat.ts';
import { createTestBot, makeMessage, makePersona, personaSet, recordingOutgoing, saying, scriptedBackend } from './stage.ts';

/** So many exchanges, of about 125 tokens each as the scripted backend counts. */
function exchanges(count: number): Turn[] {
  return Array.from({ length: 2 * count }, (_, index): Turn => {
    const isMember = index % 2 === 0;
    const author = isMember ? { kind: 'member', id: '7', name: 'Mina' } : { kind: 'persona', id: 'sunny', name: 'Sunny' };
    return {
      seq: index + 1,
      id: `${index + 1}`,
      role: isMember ? 'user' : 'assistant',
      author: author as Turn['author'],
      source: 'synthetic',
      variants: [{ text: `${index}`.padEnd(208, ' word'), messageIds: [] }],
      chosen: 0,
      at: 1_000,
    };
  });
}

function prepare(over: Partial<PromptRequest>, contextTokens: number) {
  const persona = over.persona ?? makePersona();
  return preparePrompt(
    scriptedBackend(() => saying(), { contextTokens }),
    createTokenCounter(),
    {
      house: { system: 'Be kind.', sealed: [], language: 'en' },
      persona,
      turns: [],
      message: { text: 'hi', name: 'Mina', at: 0 },
      shared: true,
      sampling: persona.sampling,
      ...over,
    },
  );
}

it.each([
  ['off', 3_796],
  ['low', 2_772],
  ['full', 2_048],
] as const)('keeps room for the reply and for thinking that is %s', async (thinking, budget) => {
  const prompt = await prepare({ persona: makePersona({ thinking }), turns: exchanges(20) }, 4_096);
  expect(prompt.cut !== undefined).toBe(thinking !== 'off');
  expect(prompt.tokens).toBeLessThanOrEqual(budget);
  const short = await prepare({ persona: makePersona({ thinking }), turns: exchanges(12) }, 4_096);
  expect(short.cut).toBeUndefined();
});

it.each(['chat', 'folded'] as const)('leaves a model that thinks its first words, in the layout %s', async (layout) => {
  const prompt = await prepare({ persona: makePersona({ thinking: 'full', layout }), template: 'chatml' }, 4_096);
  expect(prompt).toMatchObject({ thinking: 'full', text: expect.stringMatching(/<\|im_start\|>assistant\n$/) });
});

it('lets nobody think in a transcript, which the model goes on with', async () => {
  const prompt = await prepare({ persona: makePersona({ thinking: 'full', layout: 'transcript' }) }, 4_096);
  expect(prompt).toMatchObject({ thinking: 'off', messages: [{ content: expect.stringMatching(/\nSunny:$/) }] });
  const backend = scriptedBackend(() => saying('Hello.'));
  const bot = await createTestBot(backend, { personas: personaSet({ layout: 'transcript', thinking: 'full' }) });
  await handleMessage(bot, makeMessage('hi'), recordingOutgoing());
  expect(backend.requests.map(({ thinking }) => thinking)).toEqual(['off']);
  await bot.close();
});

it('keeps no name of those who speak in the record of a reply, whatever stops its layout needs', async () => {
  const persona = makePersona({ layout: 'folded' });
  const backend = scriptedBackend(async function* () {
    yield { type: 'text', text: 'Hello.' };
    yield {
      type: 'end',
      reason: 'complete',
      usage: {
        ...{ prompt: 1, reused: 0, evaluated: 1, reply: 1, reasoning: 0, exact: true },
        ms: { queue: 0, prompt: 0, generate: 0 },
      },
    };
  });
  const bot = await createTestBot(backend, { personas: personaSet({ layout: 'folded' }) });
  for (const name of ['Mina', 'Bora']) {
    await handleMessage(bot, makeMessage('hi', { author: { id: name, name, isBot: false } }), recordingOutgoing());
  }
  expect(backend.requests.at(-1)?.sampling.stop).toEqual(expect.arrayContaining(['\nMina:', '\nBora:']));
  const records: unknown[] = [];
  for await (const key of bot.store.keys('record')) records.push(await bot.store.table('record').get(key));
  expect(records).toHaveLength(2);
  expect(records[1]).toMatchObject({ layout: 'folded', sampling: persona.sampling });
  expect(JSON.stringify(records)).not.toMatch(/Mina|Bora/);
  await bot.close();
});
