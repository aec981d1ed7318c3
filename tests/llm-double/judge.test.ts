// The judge must be able to say no: here stand clients that do what a naive one does, and a family that leaks on purpose.
import { OpenAI } from 'openai';
import { describe, expect, test } from 'vitest';
import { FAMILIES, familyOf } from './families/families.ts';
import { type Family, STOPS } from './families/family.ts';
import { type FlavourDouble, startFlavourDouble } from './flavour-double.ts';
import type { Flavour } from './flavours/flavour.ts';
import { generic } from './flavours/generic.ts';
import { llamaServer } from './flavours/llama-server.ts';
import { lmStudio } from './flavours/lm-studio.ts';
import { ollama } from './flavours/ollama.ts';
import { judgeDials, judgeLimit, judgeReply, leaks, type Outcome } from './judge.ts';

type Told = { stop?: readonly string[]; max_tokens?: number; [field: string]: unknown };

/** Shows whatever comes as content, as if there were no thoughts. */
async function naive(double: FlavourDouble, { stop = STOPS, ...told }: Told = {}): Promise<Outcome> {
  const client = new OpenAI({ baseURL: double.baseUrl, apiKey: 'k', maxRetries: 0, logLevel: 'off' });
  const messages = [{ role: 'user' as const, content: 'Hello' }];
  let text = '';
  let end: Outcome['end'];
  try {
    const asked = {
      model: double.served.model,
      messages,
      stream: true as const,
      ...(stop.length > 0 ? { stop: [...stop] } : {}),
    };
    for await (const chunk of await client.chat.completions.create({ ...asked, ...told })) {
      text += chunk.choices[0]?.delta.content ?? '';
      const finish = chunk.choices[0]?.finish_reason;
      if (finish) end = finish === 'length' ? 'length' : 'complete';
    }
  } catch (error) {
    return { text, end: undefined, error, exchanges: double.exchanges };
  }
  return { text, end, error: undefined, exchanges: double.exchanges };
}

async function withNaive(flavour: Flavour, family: Family, told: Told): Promise<Outcome> {
  const double = await startFlavourDouble({ flavour, family });
  try {
    return await naive(double, told);
  } finally {
    await double.close();
  }
}

async function kinds(flavour: Flavour, name: string, told: Told = {}): Promise<string[]> {
  const family = familyOf(name);
  return judgeReply(family, await withNaive(flavour, family, told)).map(({ kind }) => kind);
}

const WHOLE = { error: undefined, exchanges: [] } as const;

describe('the judge', () => {
  test.each(FAMILIES.map((family) => [family.name, family] as const))(
    'finds nothing wrong with the reply of %s itself',
    (_, family) => {
      expect(judgeReply(family, { ...WHOLE, text: `${family.reply}\n`, end: 'complete' })).toEqual([]);
      expect(judgeLimit(family, { ...WHOLE, text: family.reply.slice(0, 12), end: 'length' }, 10)).toEqual([]);
    },
  );

  test.each(FAMILIES.filter(({ tags }) => tags).map((family) => [family.name, family] as const))(
    'notices a single word of the thoughts of %s, and a piece of its tags',
    (_, family) => {
      const words = family.musing.match(/[A-Za-z]{6,}|\p{Script=Hangul}{3,}/gu) ?? [];
      expect(words.length).toBeGreaterThan(5);
      for (const word of words) {
        expect(leaks(family, `${family.reply.slice(0, 9)} ${word} ${family.reply.slice(9)}`)).not.toEqual([]);
      }
      for (const tag of [family.tags?.open, family.tags?.close, family.tags?.end]) {
        if (tag) expect(leaks(family, tag.trim() + family.reply)).not.toEqual([]);
      }
    },
  );

  test('notices a family that leaks on purpose: its thoughts have no tags, so that nobody can tell them from the reply', async () => {
    const family = familyOf('Qwen3');
    const leaking: Family = { ...family, tags: { open: '', close: '\n\n', openedBy: 'model' } };
    const findings = judgeReply(family, await withNaive(generic, leaking, { stop: [] }));
    expect(findings.map(({ kind }) => kind)).toEqual(['leak', 'changed']);
    expect(findings[0]?.detail).toMatch(/harbours.*barnacles/);
  });

  test('notices thoughts between tags, after tags that the template opened, and an empty block', async () => {
    expect(await kinds(lmStudio, 'Qwen3', { stop: [] })).toContain('leak');
    expect(await kinds(lmStudio, 'Qwen3-Thinking', { stop: [] })).toContain('leak');
    expect(await kinds(generic, 'gpt-oss', { stop: [] })).toContain('leak');
    expect(await kinds(lmStudio, 'Gemma 4')).toEqual(['leak', 'changed']);
  });

  test('notices a reply that never came, because the thoughts took all the room', async () => {
    expect(await kinds(llamaServer, 'Qwen3', { max_tokens: 60, stop: [] })).toEqual(['blank', 'changed']);
  });

  test('notices a reply that never came, because a stop string stood in the thoughts', async () => {
    expect(await kinds(llamaServer, 'Qwen3')).toEqual(['blank', 'cut']);
    expect(await kinds(ollama, 'gpt-oss')).toEqual(['blank', 'cut', 'context']);
  });

  test('notices what runs on, what lacks its end, and what was refused', async () => {
    expect(await kinds(llamaServer, 'Llama 3.3', { stop: [] })).toEqual(['changed']);
    expect(await kinds(llamaServer, 'Llama 3.3', { max_tokens: 12 })).toEqual(['changed', 'changed']);
    expect(await kinds(llamaServer, 'Llama 3.3')).toEqual([]);
    expect(await kinds(ollama, 'Llama 3.3', { reasoning_effort: 'low' })).toEqual(['blank']);
  });

  test('notices a limit that is not kept', async () => {
    const family = familyOf('Gemma 3');
    const judged = judgeLimit(family, await withNaive(llamaServer, family, { stop: [], max_tokens: 24 }), 10);
    expect(judged.map(({ kind }) => kind)).toEqual(['limit']);
    expect(judgeLimit(family, await withNaive(llamaServer, family, { stop: [], max_tokens: 10 }), 10)).toEqual([]);
  });

  test('notices dials that are said to be honoured and are not, and the other way round', async () => {
    const { exchanges } = await withNaive(llamaServer, familyOf('Gemma 3'), { temperature: 0.5, min_p: 0.1, seed: 7 });
    const sampling = {
      temperature: 0.5,
      topP: 1,
      topK: 0,
      minP: 0.1,
      repeatPenalty: 1,
      frequencyPenalty: 0,
      presencePenalty: 0,
    };
    const told = { sampling: { ...sampling, maxTokens: 10, stop: [] }, seed: 7 };
    const judged = (honours: ('temperature' | 'minP' | 'topK' | 'seed')[]) =>
      judgeDials({ ...told, honours }, exchanges.at(-1)).map(({ detail }) => detail.split(':')[0]);
    expect(judged(['temperature', 'minP', 'seed'])).toEqual([]);
    expect(judged(['temperature', 'minP', 'topK', 'seed'])).toEqual(['topK']);
    expect(judged(['minP', 'seed'])).toEqual(['temperature']);
  });
});
