// The true context of each flavour, exact counts where a server offers them, and the server that cuts a prompt without a word.
import { describe, expect, test } from 'vitest';
import type { Backend } from '../../../src/backends/backend.ts';
import { familyOf } from '../../llm-double/families/families.ts';
import { type FlavourDouble, type FlavourDoubleOptions, startFlavourDouble } from '../../llm-double/flavour-double.ts';
import { FLAVOURS } from '../../llm-double/flavours/flavours.ts';
import { generic } from '../../llm-double/flavours/generic.ts';
import { llamaServer } from '../../llm-double/flavours/llama-server.ts';
import { lmStudio } from '../../llm-double/flavours/lm-studio.ts';
import { ollama } from '../../llm-double/flavours/ollama.ts';
import { openRouter } from '../../llm-double/flavours/openrouter.ts';
import { vllm } from '../../llm-double/flavours/vllm.ts';
import { countTokens } from '../../llm-double/speech.ts';
import { ask, openFlavour } from './matrix-ask.ts';
import type { OpenSettings } from './open-openai.ts';

type Pair = { double: FlavourDouble; backend: Backend };

async function withPair<T>(
  { settings = {}, ...options }: Omit<FlavourDoubleOptions, 'family'> & { settings?: OpenSettings },
  use: (pair: Pair) => Promise<T>,
): Promise<T> {
  const double = await startFlavourDouble({ family: familyOf('Llama 3.3'), ...options });
  const backend = openFlavour(double, settings);
  try {
    return await use({ double, backend });
  } finally {
    await backend.close();
    await double.close();
  }
}

/** So many tokens, as the double counts them and about as a backend estimates them. */
function story(tokens: number): { role: 'user'; content: string }[] {
  const line = 'Once upon a time the sea went out and never came back, said the old man.\n';
  return [{ role: 'user', content: line.repeat(Math.ceil(tokens / countTokens(line))) }];
}

describe('what is known of a server', () => {
  test.each(FLAVOURS.map((flavour) => [flavour.name, flavour] as const))(
    '%s is known by its pages, and so is the model that it has loaded',
    async (name, flavour) => {
      await withPair({ flavour }, async ({ double, backend }) => {
        const facts = await backend.describe();
        expect(facts).toMatchObject({ flavour: name, model: { name: double.served.model } });
      });
    },
  );

  test.each([
    ['llama-server', llamaServer],
    ['LM Studio', lmStudio],
    ['vLLM', vllm],
    ['OpenRouter', openRouter],
  ] as const)('the context of %s is what it serves, not what the model was trained for', async (_, flavour) => {
    await withPair({ flavour, window: 12_288, trained: 131_072 }, async ({ backend }) => {
      const { contextTokens, contextAssumed } = await backend.describe();
      expect({ contextTokens, contextAssumed }).toEqual({ contextTokens: 12_288, contextAssumed: undefined });
    });
  });

  test.each([undefined, 12_288])(
    'Ollama is asked for the context that is counted on (set: %s), never left to its default',
    async (contextTokens) => {
      await withPair(
        { flavour: ollama, window: 4096, ...(contextTokens ? { settings: { contextTokens } } : {}) },
        async ({ double, backend }) => {
          const before = await backend.describe();
          const { error } = await ask(backend, double, { thinking: 'off', dials: { maxTokens: 60 } });
          expect(error).toBeUndefined();
          expect(double.exchanges.at(-1)?.heard?.numCtx).toBe(before.contextTokens);
          if (contextTokens) expect(before.contextTokens).toBe(contextTokens);
          expect(before.contextTokens).toBeLessThanOrEqual(double.served.trained);
        },
      );
    },
  );
});

describe('counting', () => {
  const TEXTS = ['', 'Hello there!', '안녕하세요, 별이 밝네요 🌟', 'a\nb'];

  test.each([
    ['llama-server', llamaServer],
    ['vLLM', vllm],
  ] as const)('%s counts exactly, as content', async (_, flavour) => {
    await withPair({ flavour }, async ({ backend }) => {
      expect(await backend.countTokens(TEXTS)).toEqual({ counts: TEXTS.map(countTokens), exact: true });
    });
  });

  test.each([
    ['Ollama', ollama],
    ['LM Studio', lmStudio],
    ['OpenRouter', openRouter],
    ['another server', generic],
  ] as const)('an estimate for %s says that it is one', async (_, flavour) => {
    await withPair({ flavour }, async ({ backend }) => {
      const { counts, exact } = await backend.countTokens(TEXTS);
      expect(exact).toBe(false);
      expect(counts[0]).toBe(0);
    });
  });
});

describe('a server that serves 2,048 tokens and says nothing', () => {
  test('is found out by the first reply whose prompt it cut, and said aloud; the next prompt fits', async () => {
    await withPair({ flavour: generic, window: 2048 }, async ({ double, backend }) => {
      expect((await backend.describe()).contextTokens).toBeGreaterThan(2048);
      const small = await ask(backend, double, { thinking: 'off', dials: { maxTokens: 60 }, messages: story(900) });
      expect(small.error).toBeUndefined();
      expect((await backend.describe()).contextTokens).toBeGreaterThan(2048);
      const large = await ask(backend, double, { thinking: 'off', dials: { maxTokens: 60 }, messages: story(4500) });
      expect(double.exchanges.at(-1)?.heard).toMatchObject({ used: 2048 });
      expect(large.text).not.toBe('');
      const { contextTokens, notices } = await backend.describe();
      expect(contextTokens).toBeLessThanOrEqual(2048);
      expect(contextTokens).toBeGreaterThan(1500);
      expect(notices?.join('\n')).toMatch(/2,?048/);
    });
  });

  test('is not suspected where prompts of any length come whole, in Korean as in English', async () => {
    for (const flavour of FLAVOURS) {
      await withPair({ flavour, window: 16_384 }, async ({ double, backend }) => {
        const before = (await backend.describe()).contextTokens;
        const korean = [{ role: 'user' as const, content: '옛날 옛적에 바다가 나가서 돌아오지 않았다. '.repeat(100) }];
        for (const messages of [story(30), story(2500), korean]) {
          await ask(backend, double, { thinking: 'off', dials: { maxTokens: 60 }, messages });
        }
        expect((await backend.describe()).contextTokens).toBe(before);
      });
    }
  });
});
