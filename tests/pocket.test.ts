import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../src/backends/backend.ts';
import { preparePrompt } from '../src/bot/prepare-prompt.ts';
import { createTokenCounter } from '../src/bot/token-counter.ts';
import { DEFAULT_SYSTEM } from '../src/config/default-house.ts';
import { loadPersonas } from '../src/personas/load-personas.ts';
import { type Heard, hear, openBackend, request } from './backends/llama/ask.ts';
import { POCKET } from './backends/llama/model-files.ts';

let pocket: Backend;
beforeAll(() => {
  pocket = openBackend(POCKET, { contextSize: 'auto' });
});
afterAll(() => pocket.close());

/** What the model that ships answers as a persona that ships, at temperature 0: how well it does is the bench's matter. */
async function ask(id: string, text: string): Promise<Heard> {
  const persona = (await loadPersonas('personas')).find(id);
  if (!persona) throw new Error(`There is no persona ${id}.`);
  const { rendered, sampling } = await preparePrompt(pocket, createTokenCounter(), {
    house: { system: DEFAULT_SYSTEM.en, sealed: [], language: 'en' },
    persona,
    turns: [],
    message: { text, name: 'Bora', at: 0 },
    shared: false,
    sampling: { ...persona.sampling, temperature: 0 },
  });
  return hear(pocket, request('', sampling, { rendered }));
}

describe('the model that ships', () => {
  it.each(['captain', 'host', 'marlow', 'rook', 'sunny'])('says something short as %s and ends by itself', async (id) => {
    for (const line of ['Hello', 'My name is Bora.']) {
      const { text, reason, usage } = await ask(id, line);
      expect(text).toMatch(/[A-Za-z]{2}/);
      expect({ reason, isShort: usage.reply < 120 }).toEqual({ reason: 'complete', isShort: true });
    }
  });

  it('answers in Korean as haru', async () => {
    const { text, reason } = await ask('haru', '안녕하세요, 오늘 뭐 했어요?');
    expect(text).toMatch(/[가-힣]{2}/);
    expect(reason).toBe('complete');
  });
});
