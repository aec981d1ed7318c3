// What a server refuses is left out, said, and not asked for a second time: api.openai.com, and every way in which others say no.
import { describe, expect, test } from 'vitest';
import type { BackendFacts } from '../../../src/backends/backend.ts';
import type { Thinking } from '../../../src/chat.ts';
import { familyOf } from '../../llm-double/families/families.ts';
import { STOPS } from '../../llm-double/families/family.ts';
import { type FlavourDoubleOptions, startFlavourDouble } from '../../llm-double/flavour-double.ts';
import { generic } from '../../llm-double/flavours/generic.ts';
import { ollama } from '../../llm-double/flavours/ollama.ts';
import { openai } from '../../llm-double/flavours/openai.ts';
import { openRouter } from '../../llm-double/flavours/openrouter.ts';
import { vllm } from '../../llm-double/flavours/vllm.ts';
import { type Finding, judgeDials, judgeReply } from '../../llm-double/judge.ts';
import { ask, openFlavour } from './matrix-ask.ts';

type Tried = { findings: Finding[]; refused: { first: string[]; again: string[] }; facts: BackendFacts };

/** Two replies in a row from one server, and what the backend then says of it. */
async function tryTwice(options: FlavourDoubleOptions, thinking: Thinking = 'off'): Promise<Tried> {
  const double = await startFlavourDouble(options);
  const named = options.flavour === openai ? { model: double.served.model } : {};
  const backend = openFlavour(double, named);
  try {
    const dials = { maxTokens: 60, stop: STOPS };
    const first = await ask(backend, double, { thinking, dials });
    const again = await ask(backend, double, { thinking, dials });
    const facts = await backend.describe();
    const refusals = ({ exchanges }: typeof first) => exchanges.flatMap(({ refusal }) => refusal ?? []);
    const findings = [
      ...judgeReply(options.family, first),
      ...judgeReply(options.family, again),
      ...judgeDials({ honours: facts.honours, ...again.asked }, again.exchanges.at(-1)),
    ];
    return { findings, refused: { first: refusals(first), again: refusals(again) }, facts };
  } finally {
    await backend.close();
    await double.close();
  }
}

describe('api.openai.com', () => {
  test.each([
    ['a model that does not reason', 'Llama 3.3', ['topK', 'minP', 'repeatPenalty']],
    [
      'a model that reasons',
      'gpt-oss',
      ['topK', 'minP', 'repeatPenalty', 'temperature', 'topP', 'frequencyPenalty', 'presencePenalty'],
    ],
  ] as const)('%s answers without the dials that it refuses, and the backend names them', async (_, name, dials) => {
    for (const thinking of ['off', 'full'] as const) {
      const { findings, refused, facts } = await tryTwice({ flavour: openai, family: familyOf(name) }, thinking);
      expect(findings).toEqual([]);
      expect(refused.again).toEqual([]);
      for (const dial of dials) expect(facts.honours).not.toContain(dial);
      expect(facts.honours).toEqual(expect.arrayContaining(['maxTokens', 'stop', 'seed']));
    }
  });
});

describe('other servers', () => {
  test.each([
    [
      1,
      'one field at a time, in the words of Groq and Cerebras',
      ['topK', 'minP', 'repeatPenalty', 'frequencyPenalty', 'presencePenalty'],
    ],
    [2, 'all of them at once, in the words of Mistral', ['topK', 'minP', 'repeatPenalty', 'seed']],
    [3, 'all of them at once, in the words of Azure', ['topK', 'minP', 'repeatPenalty']],
  ] as const)('of kind %i refuse %s', async (variety, _, dials) => {
    for (const name of ['Llama 3.3', 'Qwen3']) {
      const { findings, refused, facts } = await tryTwice({ flavour: generic, family: familyOf(name), variety });
      expect(findings).toEqual([]);
      expect(refused.first).not.toEqual([]);
      expect(refused.again).toEqual([]);
      for (const dial of dials) expect(facts.honours).not.toContain(dial);
      expect(facts.notices?.join('\n')).toMatch(/top_?k/i);
    }
  });

  test.each([
    ['OpenRouter, where thinking is mandatory', openRouter, 'DeepSeek-R1', 'off'],
    ['Ollama, where the model cannot be told to think', ollama, 'Phi-4-reasoning', 'full'],
    ['vLLM, where the tokenizer takes no arguments', vllm, 'Magistral', 'off'],
    ['vLLM, where the tokenizer takes no arguments', vllm, 'Magistral', 'low'],
  ] as const)('%s: the switch for thinking is left out', async (_, flavour, name, thinking) => {
    const { findings, refused } = await tryTwice({ flavour, family: familyOf(name) }, thinking);
    expect(findings).toEqual([]);
    expect(refused.again).toEqual([]);
  });
});
