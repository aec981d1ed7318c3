// Real llama.cpp with models that think as a script tells: the marks are tokens as in the vocabularies of their families.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend } from '../../../src/backends/backend.ts';
import type { ReplyRequest, Sampling } from '../../../src/chat.ts';
import { type Script, scriptedModel } from '../../made-model/scripted-model.ts';
import { writeGguf } from '../../made-model/write-gguf.ts';
import { hear, openBackend, request } from './ask.ts';
import { createModelFiles } from './model-files.ts';
import {
  AGAIN,
  chain,
  FAMILIES,
  type Family,
  GPT_OSS,
  promptOf,
  QWEN,
  REPLY,
  SILENT,
  STUBBORN,
  THOUGHT,
} from './thinking-families.ts';

const CONTEXT_TOKENS = 512;
const files = createModelFiles();
afterAll(() => files.remove());

function open({ script }: Pick<Family, 'script'>): Backend {
  const file = files.write(`scripted-${Math.random()}.gguf`, writeGguf(scriptedModel(script)));
  return openBackend(file, { contextSize: CONTEXT_TOKENS, sequences: 1 });
}

type Asked = { word?: string; dials?: Partial<Sampling>; thinking?: ReplyRequest['thinking'] };

/** Asks with a prompt that holds the word. */
function ask(backend: Backend, family: Family, { word, dials = {}, thinking = 'off' }: Asked = {}) {
  const rendered = { input: 'pieces', pieces: promptOf(family, word) } as const;
  return hear(backend, request('', dials, { rendered, thinking }));
}

const thought = THOUGHT.join('');
const reply = REPLY.join('');

describe.each(Object.entries(FAMILIES))('%s in the engine', (_name, family) => {
  let backend: Backend;
  beforeAll(() => {
    backend = open(family);
  });
  afterAll(() => backend.close());

  test.each(['off', 'low', 'full'] as const)('says its thought apart from its reply, thinking %s', async (thinking) => {
    const heard = await ask(backend, family, { thinking });
    expect(heard).toMatchObject({ text: reply, reason: 'complete' });
    expect(heard.reasoning.trimEnd()).toBe(thought);
    expect(heard.usage.reply).toBe(REPLY.length);
    expect(heard.usage.reasoning).toBeGreaterThanOrEqual(THOUGHT.length);
  });

  test('is brought to its reply soon when it thinks without end although it was told not to', async () => {
    const heard = await ask(backend, family, { word: 'forever' });
    expect(heard).toMatchObject({ text: reply, reason: 'complete' });
    expect(heard.reasoning).toContain(thought + AGAIN + thought);
    expect(heard.usage.reasoning).toBeLessThan(160);
  });

  test('is brought to its reply while there is room for it', async () => {
    const dials = { maxTokens: 40 };
    const heard = await ask(backend, family, { word: 'forever', thinking: 'full', dials });
    expect(heard).toMatchObject({ text: reply, reason: 'complete' });
    expect(heard.usage.reasoning).toBeGreaterThan(380);
    expect(heard.usage.prompt + heard.usage.reasoning + dials.maxTokens).toBeLessThanOrEqual(CONTEXT_TOKENS);
  });

  test('is brought to its reply when it ends its turn in the thought', async () => {
    const heard = await ask(backend, family, { word: 'leave' });
    expect(heard).toMatchObject({ text: reply, reason: 'complete' });
    expect(heard.reasoning.trimEnd()).toBe(thought);
  });

  test('keeps to maxTokens, stop strings and penalties in its reply alone', async () => {
    const cut = await ask(backend, family, { dials: { maxTokens: 2 } });
    expect(cut).toMatchObject({ text: 'Hello there', reason: 'length' });
    const stopped = await ask(backend, family, { thinking: 'low', dials: { stop: ['well', '<', ' there'] } });
    expect(stopped).toMatchObject({ text: 'Hello', reason: 'complete' });
    const dials = { repeatPenalty: 2, frequencyPenalty: 2, presencePenalty: 2 };
    const punished = await ask(backend, family, { dials });
    expect(punished).toMatchObject({ text: reply, reasoning: stopped.reasoning });
  });

  test('lets DRY count its reply alone', async () => {
    const dry = { multiplier: 5, base: 4, allowedLength: 1, range: 0, breakers: ['#'] };
    const dried = await ask(backend, family, { word: 'forever', dials: { dry } });
    const { text, reasoning } = await ask(backend, family, { word: 'forever' });
    expect(dried).toMatchObject({ text: reply, reasoning });
    expect(text).toBe(reply);
  });
});

test('XTC leaves out nothing in a thought', async () => {
  const backend = open(QWEN);
  const opened = { ...QWEN, opening: `${QWEN.opening}<think>` };
  const heard = await ask(backend, opened, { thinking: 'low', dials: { xtc: { probability: 1, threshold: 0 }, maxTokens: 5 } });
  expect(heard.reasoning.trimEnd()).toBe(thought);
  await backend.close();
});

describe('a model that gives no reply', () => {
  test('is a failure people are told of when it thinks whatever it is made to say', async () => {
    const backend = open(STUBBORN);
    await expect(ask(backend, STUBBORN, { thinking: 'low' })).rejects.toMatchObject({
      name: 'BackendError',
      failure: 'broken-reply',
      message: expect.stringMatching(/thought for \d+ tokens and said nothing: .*thinking/),
    });
    await backend.close();
  });

  test('is a failure people are told of when it ends after its thought', async () => {
    const backend = open(SILENT);
    await expect(ask(backend, SILENT)).rejects.toMatchObject({ failure: 'broken-reply' });
    await backend.close();
  });
});

test('a prompt goes on from the reply before it, without its thought', async () => {
  const backend = open(QWEN);
  const first = await ask(backend, QWEN);
  const said = [
    { text: first.text, control: false },
    { text: '<|im_end|>\nassistant\n', control: true },
  ];
  const rendered = { input: 'pieces', pieces: [...promptOf(QWEN), ...said] } as const;
  const next = await hear(backend, request('', {}, { rendered }));
  expect(next.usage.reused).toBe(first.usage.prompt);
  expect(next.usage.prompt).toBeLessThan(first.usage.prompt + 30);
  await backend.close();
});

test('a model keeps characters whole whose bytes are spread over tokens, also where its thought is ended', async () => {
  const script: Script = {
    control: ['<|im_start|>', '<|im_end|>'],
    userDefined: ['<think>', '</think>'],
    end: '<|im_end|>',
    rules: [
      { after: '\n', comes: '<think>' },
      { after: '\n', seen: '</think>', comes: '0xea' },
      ...chain('<think>', '0xf0', '0x9f', '0x8e', '0xad', '0xf0'),
      ...chain('0xea', '0xb0', '0x80', '<|im_end|>'),
    ],
  };
  const backend = open({ script });
  for (const word of ['', '.', '..', '...']) {
    const heard = await ask(backend, { script, opening: `${word}assistant\n` }, {});
    expect(heard.text).toBe('가');
    expect(heard.reasoning).toMatch(/^(?:🎭){30,}\n$/u);
  }
  await backend.close();
});

test('gpt-oss says nothing that people could mistake for its marks', async () => {
  const backend = open(GPT_OSS);
  const heard = await ask(backend, { ...GPT_OSS, opening: '<|start|>assistant<|channel|>analysis<|message|> so' });
  expect(heard).toMatchObject({ reasoning: '', text: reply, reason: 'complete' });
  await backend.close();
});

test('a control token that is no mark stays invisible', async () => {
  const rules = chain('\n', 'Hello', '<|im_start|>', ' there', '[TOOL]', '.', '<|im_end|>');
  const family = {
    script: { control: ['<|im_start|>', '[TOOL]', '<|im_end|>'], end: '<|im_end|>', rules },
    opening: 'assistant\n',
  };
  const backend = open(family);
  expect(await ask(backend, family)).toMatchObject({ text: reply, reasoning: '', reason: 'complete' });
  await backend.close();
});
