import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { createTokenCounter } from '../../../src/bot/token-counter.ts';
import type { Stage } from '../chat.ts';
import { stageOf } from '../scenarios.ts';
import { openTroupe } from '../troupe.ts';
import { serverAnswers } from './ask-server.ts';
import { type LlamaServer, startLlamaServer } from './llama-server.ts';

export const SIDES = ['troupe', 'server'] as const;
export type Side = (typeof SIDES)[number];

/** Both engines with the same model, the same context, as many sequences as slots, and one thread each. */
export type Pair = {
  stages: Record<Side, Stage>;
  /** Closes both and opens them again: Troupe on the same data folder. */
  restart(): Promise<void>;
};

export type PairOpening = { program: string; model: string; folder: string; contextTokens: number; sequences: number };

export async function withPair<Result>(opening: PairOpening, work: (pair: Pair) => Promise<Result>): Promise<Result> {
  const dataFolder = await mkdtemp(path.join(opening.folder, 'data-'));
  let opened = await openBoth(opening, dataFolder);
  const pair: Pair = {
    stages: opened.stages,
    async restart() {
      await opened.close();
      opened = await openBoth(opening, dataFolder);
      pair.stages = opened.stages;
    },
  };
  try {
    return await work(pair);
  } finally {
    await opened.close();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

/** Resolves when both have loaded the model. */
async function openBoth(opening: PairOpening, dataFolder: string) {
  const { program, model, contextTokens, sequences } = opening;
  const backend = openTroupe({ model, contextTokens, sequences, dataFolder });
  let server: LlamaServer | undefined;
  try {
    await backend.describe();
    server = await startLlamaServer({ program, model, contextTokens, slots: sequences });
  } catch (error) {
    await backend.close();
    throw error;
  }
  const { url, close } = server;
  const stages: Record<Side, Stage> = {
    troupe: stageOf(backend),
    server: { backend, counter: createTokenCounter(), answer: serverAnswers(url) },
  };
  return {
    stages,
    async close() {
      await Promise.all([close(), backend.close()]);
    },
  };
}

/** Who goes first takes turns. */
export function inTurn(pair: number): readonly Side[] {
  return pair % 2 === 0 ? SIDES : SIDES.toReversed();
}
