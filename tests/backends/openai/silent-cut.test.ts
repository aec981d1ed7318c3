// A server that serves 2,048 tokens and says nothing: the real backend under the whole path of a message, and prompts as the program
// makes them.
import { describe, expect, test } from 'vitest';
import type { Bot } from '../../../src/bot/bot.ts';
import { handleMessage } from '../../../src/bot/handle-message.ts';
import { createTestBot, makeMessage, recordingOutgoing } from '../../bot/stage.ts';
import { familyOf } from '../../llm-double/families/families.ts';
import { type FlavourDouble, startFlavourDouble } from '../../llm-double/flavour-double.ts';
import { generic } from '../../llm-double/flavours/generic.ts';
import { openOpenai } from './open-openai.ts';

type Scene = { bot: Bot; double: FlavourDouble; say(text: string): Promise<string> };

async function withScene<T>(use: (scene: Scene) => Promise<T>): Promise<T> {
  const double = await startFlavourDouble({ flavour: generic, family: familyOf('Llama 3.3'), window: 2048 });
  const backend = openOpenai(double.baseUrl);
  const bot = await createTestBot(backend);
  async function say(text: string): Promise<string> {
    const outgoing = recordingOutgoing();
    await handleMessage(bot, makeMessage(text), outgoing);
    return outgoing.shown.map(({ texts }) => texts.at(-1)).join('\n');
  }
  try {
    return await use({ bot, double, say });
  } finally {
    await bot.close();
    await backend.close();
    await double.close();
  }
}

const heardOf = ({ exchanges }: FlavourDouble) => exchanges.at(-1)?.heard ?? { prompt: 0, used: 0 };
const NOTICE = /-# The server of backend main read only 2048 tokens of a longer prompt and said nothing of it/;

describe('a server that serves 2,048 tokens and says nothing', () => {
  test.each([
    ['English', 'So I walked along the quay until the lamps went out, and somebody was singing behind the nets. '],
    ['Korean', '그래서 등불이 꺼질 때까지 부두를 따라 걸었는데 누군가 그물 뒤에서 노래를 부르고 있었다. '],
  ])(
    'is noticed by the first reply of a session that grew past it, people are told once, and every later prompt fits: %s',
    async (_, line) => {
      await withScene(async ({ double, say }) => {
        let exceeded = 0;
        for (let turn = 0; turn < 40 && exceeded === 0; turn++) {
          const shown = await say(line.repeat(2 + (turn % 4)));
          const { prompt, used } = heardOf(double);
          if (prompt > used) exceeded = prompt;
          expect(NOTICE.test(shown), `${prompt} tokens, ${used} read: ${shown}`).toBe(prompt > used);
          expect(shown).toContain('Well met, wanderer.');
        }
        expect(exceeded).toBeGreaterThan(2048);
        for (let turn = 0; turn < 12; turn++) {
          const shown = await say(line.repeat(3));
          const { prompt, used } = heardOf(double);
          expect(prompt).toBe(used);
          expect(shown).not.toMatch(NOTICE);
        }
      });
    },
  );

  test('is noticed by the very first reply where that goes past it', async () => {
    await withScene(async ({ bot, double, say }) => {
      const shown = await say('word '.repeat(3000));
      expect(heardOf(double)).toMatchObject({ used: 2048 });
      expect(shown).toMatch(NOTICE);
      expect(await bot.backend('default').describe()).toMatchObject({ contextTokens: 2048 });
      await say('And then?');
      const { prompt, used } = heardOf(double);
      expect(prompt).toBe(used);
    });
  });
});
