import { median } from '../median.ts';
import { type Chat, createChat, firstMs, type Stage, say } from './chat.ts';
import { withFloor } from './floor.ts';
import { withEngine } from './scenarios.ts';
import { createTalk, growTo, type Talk, tokensAroundMessage } from './talk.ts';
import { rounded } from './tally.ts';

/** Tokens of history, and of what is new each time. */
const [LONG, SHORT, FRESH] = [6000, 200, 39];
const REPLY = 8;
const CONTEXT = 8192;

export type FirstToken = {
  pairs: number;
  ratio: number;
  longMs: number;
  shortMs: number;
  /** the same by llama.cpp alone: what attention to a longer history costs on this model */
  floor: { ratio: number; longMs: number; shortMs: number };
};

type Plan = { model: string; folder: string; seed: number; pairs: number; tell(line: string): void };

/**
 * The first token of a warm session with a long history beside that of one with a short history. The long session goes on from pair
 * to pair, so that the history is as long as it is said to be in the middle of them; for each pair there is a new short session.
 */
export function measureFirstToken(plan: Plan): Promise<FirstToken> {
  const { model, folder, pairs, seed, tell } = plan;
  return withEngine({ model, folder, contextTokens: CONTEXT, sequences: 4 }, async (stage) => {
    const talk = createTalk(stage.backend, seed, 'first token');
    const long = createChat('long');
    await warm(stage, long, { tokens: LONG - (pairs * (FRESH + REPLY)) / 2, talk });
    const times: { long: number; short: number }[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      const short = createChat(`short-${pair}`);
      await warm(stage, short, { tokens: SHORT, talk });
      const timed = { long: 0, short: 0 };
      for (const name of pair % 2 === 0 ? (['long', 'short'] as const) : (['short', 'long'] as const)) {
        timed[name] = await ask(stage, name === 'long' ? long : short, talk);
      }
      times.push(timed);
      tell(`first token ${pair + 1}/${pairs} ${JSON.stringify(timed)}`);
    }
    const floor = await measureFloor(plan);
    return {
      pairs,
      ratio: rounded(median(times.map((timed) => timed.long)) / median(times.map((timed) => timed.short))),
      longMs: rounded(median(times.map((timed) => timed.long)), 1),
      shortMs: rounded(median(times.map((timed) => timed.short)), 1),
      floor,
    };
  });
}

async function measureFloor({ model, pairs }: Plan): Promise<FirstToken['floor']> {
  return await withFloor({ model, contextTokens: CONTEXT, sequences: 1 }, async (floor) => {
    const measure = (history: number) => floor.firstToken({ history, fresh: FRESH, times: pairs });
    const [longMs, shortMs] = [median(await measure(LONG)), median(await measure(SHORT))];
    return { ratio: rounded(longMs / shortMs), longMs: rounded(longMs, 1), shortMs: rounded(shortMs, 1) };
  });
}

/** Gives a session a history, and has all of it evaluated. */
async function warm(stage: Stage, chat: Chat, { tokens, talk }: { tokens: number; talk: Talk }): Promise<void> {
  await growTo(stage, chat, { tokens: tokens - FRESH - REPLY, talk });
  await ask(stage, chat, talk);
}

/** Ms to the first token, with exactly so many new ones. */
async function ask(stage: Stage, chat: Chat, talk: Talk): Promise<number> {
  const text = await talk.exactly(FRESH - (await tokensAroundMessage(stage.backend)));
  const said = await say(stage, chat, { text, seed: 1, maxTokens: REPLY, temperature: 0 });
  return firstMs(said);
}
