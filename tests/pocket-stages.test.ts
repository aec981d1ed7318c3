import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { listen } from '../src/bot/listen.ts';
import { preparePrompt } from '../src/bot/prepare-prompt.ts';
import { createTokenCounter } from '../src/bot/token-counter.ts';
import { openBackend } from './backends/llama/ask.ts';
import { makeFolder, runTroupe } from './cli/run-troupe.ts';
import { memberTurn, personaOf, personaTurn } from './prompt/scenes.ts';

const STAGES = [
  { stage: 'base', file: 'pocket-base.gguf', layout: 'transcript', template: 'transcript' },
  { stage: 'instruct', file: 'pocket-instruct.gguf', layout: 'folded', template: 'auto' },
  { stage: 'chat', file: 'pocket.gguf', layout: 'chat', template: 'auto' },
] as const;

const modelFile = (file: string) => path.join(import.meta.dirname, '..', 'models', file);

/** Real models on a machine that may be busy, ms. */
const PATIENCE = { timeout: 120_000 };

describe.each(STAGES)('the $stage stage of Pocket', PATIENCE, ({ file, layout, template }) => {
  it('answers what somebody types, through its own layout', async () => {
    const folder = await makeFolder();
    const environment = { LLAMA_MODEL: modelFile(file) };
    const shown = await runTroupe(['prompt', '--json', '--persona', 'sunny', 'Hello'], { folder, environment });
    expect(JSON.parse(shown.stdout)).toMatchObject({ layout, template });
    // At the persona's own temperature an early stage may have nothing to say now and then.
    const { stdout, stderr } = await runTroupe(['start'], { folder, environment, input: 'Hello\nHow are you?\n' });
    expect(stdout, stderr).toMatch(/\p{L}{2}/u);
  });
});

/** Words that every stage has met; what they recall of any word is the bench's matter. */
const TOLD: readonly (readonly [fact: string, question: string, words: readonly string[]])[] = [
  ['My favourite colour is', 'What is my favourite colour?', ['green', 'silver']],
  ['I live in', 'Where do I live?', ['Lisbon', 'Paris']],
  ['My cat is called', 'What is my cat called?', ['Luna', 'Tom']],
  ['My favourite food is', 'What is my favourite food?', ['bread', 'rice']],
];

/** What it answers, greedily, when it is asked for what it was told one turn ago. */
async function recall(file: string) {
  const backend = openBackend(modelFile(file));
  const persona = personaOf({ name: 'Ada', instructions: 'You are {{char}}, a baker.' });
  const counter = createTokenCounter();
  const answers: { word: string; text: string; end: string; layout: string }[] = [];
  try {
    for (const [fact, question, words] of TOLD) {
      for (const word of words) {
        const { rendered, sampling, layout } = await preparePrompt(backend, counter, {
          house: { system: '', sealed: [], language: 'en' },
          persona,
          turns: [memberTurn(1, `${fact} ${word}.`), personaTurn(2, 'I shall remember that.')],
          message: { text: question, name: 'Mina', at: 0 },
          shared: false,
          sampling: { ...persona.sampling, temperature: 0, maxTokens: 40 },
        });
        const request = { rendered, sampling, thinking: 'off', seed: 1, session: 'test', persona: persona.id } as const;
        const speaking = { backend: backend.name, persona: persona.name, maxTokens: 40 };
        const { text, end } = await listen(backend.reply(request, new AbortController().signal), speaking, () => undefined);
        answers.push({ word, text, end, layout });
      }
    }
  } finally {
    await backend.close();
  }
  return { answers, recalled: answers.filter(({ text, word }) => text.includes(word)).length / answers.length };
}

describe('what Pocket is asked in its own layout', PATIENCE, () => {
  it('is continued by the base stage, which ends at the next speaker’s name', async () => {
    const { answers } = await recall('pocket-base.gguf');
    expect(answers.filter(({ end }) => end === 'complete').length).toBeGreaterThan(answers.length / 2);
    for (const { text, layout } of answers) {
      expect(layout).toBe('transcript');
      expect(text).toMatch(/\p{L}{2}/u);
      expect(text).not.toMatch(/\n(Mina|Ada):/);
    }
  });

  it('is answered by the instruct stage from the lines of its one message', async () => {
    const { answers, recalled } = await recall('pocket-instruct.gguf');
    expect(new Set(answers.map(({ layout }) => layout))).toEqual(new Set(['folded']));
    expect(recalled).toBeGreaterThan(0.25);
  });

  it('is answered by the chat stage from the turns', async () => {
    const { answers, recalled } = await recall('pocket.gguf');
    expect(new Set(answers.map(({ layout }) => layout))).toEqual(new Set(['chat']));
    expect(recalled).toBeGreaterThanOrEqual(0.75);
  });
});
