// Against llama.cpp's own server: one thread each, the same model, the same text and dials, pairs that take turns.
import { median } from '../../median.ts';
import { type Answer, type Chat, createChat, firstMs, type Said, type Stage, say } from '../chat.ts';
import { createTalk, growTo, type Talk, tokensAroundMessage } from '../talk.ts';
import { rounded } from '../tally.ts';
import { inTurn, type Pair, SIDES, type Side, withPair } from './pair.ts';

export type Plan = {
  program: string;
  /** one whose replies are endless, and become the same tokens again */
  model: string;
  folder: string;
  seed: number;
  /** how often each thing is measured */
  pairs: number;
  rounds: number;
  restarts: number;
  streams: number;
  tell(line: string): void;
};

/** `ratio`: the median of Troupe's figure divided by the server's, pair by pair; `low` and `high` are its quartiles. */
export type Compared = { pairs: number; ratio: number; low: number; high: number; troupe: number; server: number };

const REPLY = 8;
const STREAM = 200;
const SLOTS = 4;
const STREAMS = [1, 4, 8] as const;
const [HISTORY, FRESH] = [4000, 39];
const [MANY, MANY_HISTORY, MANY_FRESH] = [24, 1000, 38];

type Two<Value> = Record<Side, Value>;
type Asking = { chats: Two<Chat>; talk: Talk; fresh: number };

/** The first token with 4,000 tokens of history, warm. */
export function measureTtft({ pairs, seed, tell, ...opening }: Plan): Promise<Compared> {
  return withPair({ ...opening, contextTokens: 8192, sequences: SLOTS }, async (pair) => {
    const talk = createTalk(pair.stages.troupe.backend, seed, 'ttft');
    const chats = await twoChats(pair, 'ttft', { tokens: HISTORY - (pairs * (FRESH + REPLY)) / 2, talk });
    const asking = { chats, talk, fresh: FRESH };
    await ask(pair, asking, 0);
    const times: Two<number>[] = [];
    for (let count = 0; count < pairs; count++) {
      times.push(timesOf(await ask(pair, asking, count)));
      tell(`ttft ${count + 1}/${pairs} ${JSON.stringify(times.at(-1))}`);
    }
    return compare(times);
  });
}

/** More sessions than slots, each asked in turn, so that each has lost its slot; with the tokens that both evaluated. */
export function measureEvicted(plan: Plan): Promise<Compared & { evaluated: Two<number> }> {
  const { rounds, seed, tell, ...opening } = plan;
  return withPair({ ...opening, contextTokens: 2048, sequences: SLOTS }, async (pair) => {
    const talk = createTalk(pair.stages.troupe.backend, seed, 'evicted');
    const sessions: Two<Chat>[] = [];
    for (let index = 0; index < MANY; index++) {
      sessions.push(await twoChats(pair, `evicted-${index}`, { tokens: MANY_HISTORY, talk }));
    }
    const heard: Two<Said>[] = [];
    for (let round = 0; round <= rounds; round++) {
      for (const [index, chats] of sessions.entries()) {
        const said = await ask(pair, { chats, talk, fresh: MANY_FRESH }, index);
        if (round > 0) heard.push(said); // the first time all of the prompt is evaluated
      }
      tell(`evicted ${round}/${rounds}`);
    }
    const evaluated = (side: Side) => median(heard.map((said) => said[side].tokens.evaluated));
    return { ...compare(heard.map(timesOf)), evaluated: { troupe: evaluated('troupe'), server: evaluated('server') } };
  });
}

/** The first token of a session that is known, after both were closed and opened again. */
export function measureRestarted({ restarts, seed, tell, ...opening }: Plan): Promise<Compared> {
  return withPair({ ...opening, contextTokens: 8192, sequences: SLOTS }, async (pair) => {
    const first = createTalk(pair.stages.troupe.backend, seed, 'restarted');
    const chats = await twoChats(pair, 'restarted', { tokens: HISTORY, talk: first });
    await ask(pair, { chats, talk: first, fresh: FRESH }, 0);
    const times: Two<number>[] = [];
    for (let count = 0; count < restarts; count++) {
      await pair.restart();
      const talk = createTalk(pair.stages.troupe.backend, seed, `restarted ${count}`);
      times.push(timesOf(await ask(pair, { chats, talk, fresh: FRESH }, count)));
      tell(`restarted ${count + 1}/${restarts} ${JSON.stringify(times.at(-1))}`);
    }
    return compare(times);
  });
}

/** Tokens per second of so many replies at once, in sessions that have their own sequences and slots. */
export function measureThroughput({
  streams,
  seed,
  tell,
  ...opening
}: Plan): Promise<Record<(typeof STREAMS)[number], Compared>> {
  return withPair({ ...opening, contextTokens: 2048, sequences: Math.max(...STREAMS) }, async (pair) => {
    const talk = createTalk(pair.stages.troupe.backend, seed, 'throughput');
    const measure = async (replies: number): Promise<Compared> => {
      const sessions: Two<Chat>[] = [];
      for (let index = 0; index < replies; index++) {
        sessions.push(await twoChats(pair, `stream-${replies}-${index}`, { tokens: 0, talk }));
      }
      const rates: Two<number>[] = [];
      for (let count = 0; count <= streams; count++) {
        const rate: Two<number> = { troupe: 0, server: 0 };
        for (const side of inTurn(count)) {
          rate[side] = await stream(
            pair.stages[side],
            sessions.map((chats) => chats[side]),
            talk,
          );
        }
        if (count > 0) rates.push(rate); // the first time they get their sequences
        tell(`throughput ${replies}: ${count}/${streams} ${JSON.stringify(rate)}`);
      }
      return compare(rates);
    };
    return { 1: await measure(1), 4: await measure(4), 8: await measure(8) };
  });
}

async function stream(stage: Stage, chats: readonly Chat[], talk: Talk): Promise<number> {
  const { text } = await talk.about(20);
  const line = { text, seed: 1, maxTokens: STREAM, temperature: 0 };
  return steadyRate(await Promise.all(chats.map((chat) => say(stage, chat, line))));
}

/** Tokens per second while all of the replies run: from where the last has begun to where the first has ended. NaN where that never is. */
export function steadyRate(answers: readonly Pick<Answer, 'heardAt' | 'tokens'>[]): number {
  const from = Math.max(...answers.map(({ heardAt }) => heardAt[0] ?? Number.NaN));
  const to = Math.min(...answers.map(({ heardAt }) => heardAt.at(-1) ?? Number.NaN));
  if (to <= from) return Number.NaN;
  const within = answers.map(({ heardAt, tokens }) => {
    const texts = heardAt.filter((at) => at > from && at <= to).length;
    return (texts / heardAt.length) * tokens.reply; // a text is a token, but for what spells a character together
  });
  return within.reduce((sum, tokens) => sum + tokens, 0) / ((to - from) / 1000);
}

/** The same history for both, unlike that of any other session. */
async function twoChats({ stages }: Pair, name: string, { tokens, talk }: { tokens: number; talk: Talk }): Promise<Two<Chat>> {
  const opening = `${name} ${(await talk.about(20)).text}.`;
  const chat = createChat(name, opening);
  await growTo(stages.troupe, chat, { tokens, talk });
  return { troupe: chat, server: { ...chat } };
}

/** Asks both the same, one after the other. */
async function ask({ stages }: Pair, { chats, talk, fresh }: Asking, count: number): Promise<Two<Said>> {
  const text = await talk.exactly(fresh - (await tokensAroundMessage(stages.troupe.backend)));
  const said: Partial<Two<Said>> = {};
  for (const side of inTurn(count)) {
    said[side] = await say(stages[side], chats[side], { text, seed: 1, maxTokens: REPLY, temperature: 0 });
  }
  const { troupe, server } = said;
  if (!troupe || !server) throw new Error(`Only ${SIDES.filter((side) => said[side])} answered.`);
  return { troupe, server };
}

function timesOf({ troupe, server }: Two<Said>): Two<number> {
  return { troupe: firstMs(troupe), server: firstMs(server) };
}

export function compare(pairs: readonly Two<number>[]): Compared {
  const ratios = pairs.map(({ troupe, server }) => troupe / server).toSorted((one, other) => one - other);
  const quartile = (share: number) => rounded(ratios[Math.round((ratios.length - 1) * share)] ?? Number.NaN);
  return {
    pairs: pairs.length,
    ratio: rounded(median(ratios)),
    ...{ low: quartile(0.25), high: quartile(0.75) },
    troupe: rounded(median(pairs.map(({ troupe }) => troupe)), 1),
    server: rounded(median(pairs.map(({ server }) => server)), 1),
  };
}
