// How many tokens the engine evaluates for each new one, in four kinds of sessions.
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Backend } from '../../src/backends/backend.ts';
import { createTokenCounter } from '../../src/bot/token-counter.ts';
import { hash } from '../pocket/dice.ts';
import { type Chat, createChat, createShippedChat, prepare, type Stage, say } from './chat.ts';
import { createTalk, type Talk } from './talk.ts';
import { count, emptyTally, stoodIn, type Tally } from './tally.ts';
import { answersOf, type Opening, openTroupe } from './troupe.ts';

export type Plan = {
  model: string;
  /** where data folders are made */
  folder: string;
  seed: number;
  /** turns of the one long session */
  single: number;
  /** tokens of context; more than the one long session needs, where the model has as many */
  singleContext: number;
  /** sessions that take turns on few sequences, and turns of each */
  sessions: number;
  turns: number;
  tell(line: string): void;
};

const SEQUENCES = 4;
const ROUND_CONTEXT = 2048;
const LONGEST_REPLY = 64;
const TEMPERATURE = 0.8;
const SHORTEST_MESSAGE = 10;
const LONGEST_MESSAGE = 40;
const TRIMS = 4;
/** few, so that the first trims come soon */
const TRIM_CONTEXT = 4096;

export function stageOf(backend: Backend): Stage {
  return { backend, counter: createTokenCounter(), answer: answersOf(backend) };
}

/** Opens the engine on a data folder of its own, made in `folder`, which goes with it. */
export async function withEngine<Result>(
  { folder, ...opening }: Omit<Opening, 'dataFolder'> & { folder: string },
  work: (stage: Stage, reopen: () => Promise<Stage>) => Promise<Result>,
): Promise<Result> {
  const dataFolder = await mkdtemp(path.join(folder, 'data-'));
  let backend = openTroupe({ ...opening, dataFolder });
  try {
    return await work(stageOf(backend), async () => {
      await backend.close();
      backend = openTroupe({ ...opening, dataFolder });
      return stageOf(backend);
    });
  } finally {
    await backend.close();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

export function playSingle(plan: Plan): Promise<Tally> {
  const { model, folder, singleContext: contextTokens } = plan;
  return withEngine({ model, folder, contextTokens, sequences: 1 }, (stage) => playOne(stage, plan));
}

/** One session, or as much of it as the context holds. */
export async function playOne(stage: Stage, { seed, single, tell }: Pick<Plan, 'seed' | 'single' | 'tell'>): Promise<Tally> {
  const [tally, chat] = [emptyTally(), createChat('single')];
  const talk = createTalk(stage.backend, seed, 'single');
  for (let turn = 0; turn < single; turn++) {
    const line = await nextLine(talk, { chat, turn, seed });
    const prepared = await prepare(stage, chat, line);
    if (prepared.cut !== undefined) break;
    const stood = stoodIn(chat);
    count(tally, await say(stage, chat, line, prepared), stood);
    if (turn % 20 === 19) tell(`single ${turn + 1}/${single} ${tally.evaluated}/${tally.newTokens}`);
  }
  return tally;
}

/** Many sessions that take turns on few sequences; with `restart` the engine is closed and opened again in the middle. */
export function playRounds(plan: Plan, { restart }: { restart: boolean }): Promise<Tally> {
  const { model, folder, seed, sessions, turns, tell } = plan;
  return withEngine({ model, folder, contextTokens: ROUND_CONTEXT, sequences: SEQUENCES }, async (first, reopen) => {
    let stage = first;
    let talk = createTalk(stage.backend, seed, 'rounds');
    const tally = emptyTally();
    const chats = Array.from({ length: sessions }, (_, index) => createChat(`round-${index}`));
    for (let turn = 0; turn < turns; turn++) {
      if (restart && turn === Math.floor(turns / 2)) {
        stage = await reopen();
        talk = createTalk(stage.backend, seed, 'rounds after a restart');
      }
      for (const chat of chats) {
        const line = await nextLine(talk, { chat, turn, seed });
        const stood = stoodIn(chat);
        count(tally, await say(stage, chat, line), stood);
      }
      tell(`${restart ? 'restart' : 'roundRobin'} ${turn + 1}/${turns} ${tally.evaluated}/${tally.newTokens}`);
    }
    return tally;
  });
}

/** From an empty session to just before its fourth trim: that of a new bot, or one whose persona has few words. */
export function playTrims({ model, folder, seed, tell }: Plan, { bare }: { bare: boolean }): Promise<Tally> {
  return withEngine({ model, folder, contextTokens: TRIM_CONTEXT, sequences: 1 }, async (stage) => {
    const [tally, chat] = [emptyTally(), bare ? createChat('trims') : await createShippedChat('trims')];
    const talk = createTalk(stage.backend, seed, 'trims');
    for (let turn = 0; ; turn++) {
      const line = await nextLine(talk, { chat, turn, seed });
      const prepared = await prepare(stage, chat, line);
      if (prepared.cut !== undefined && tally.cuts === TRIMS - 1) return tally;
      const stood = stoodIn(chat);
      count(tally, await say(stage, chat, line, prepared), stood);
      if (turn % 20 === 19) tell(`trims: ${turn + 1} turns, ${tally.cuts} trims, ${tally.evaluated}/${tally.newTokens}`);
    }
  });
}

async function nextLine(talk: Talk, { chat, turn, seed }: { chat: Chat; turn: number; seed: number }) {
  const tokens = SHORTEST_MESSAGE + talk.below(LONGEST_MESSAGE - SHORTEST_MESSAGE + 1);
  const { text } = await talk.about(tokens);
  return { text, seed: hash(seed, `${chat.id}:${turn}`), maxTokens: LONGEST_REPLY, temperature: TEMPERATURE };
}
