import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { UsageError } from '../src/errors.ts';
import { measureFairness } from './engine/fairness.ts';
import { measureFirstToken } from './engine/first-token.ts';
import { withFloor } from './engine/floor.ts';
import { compareFourWays } from './engine/four-ways.ts';
import { type Models, makeModels } from './engine/models.ts';
import { findLlamaServer, versionOf } from './engine/peer/llama-server.ts';
import { measureEvicted, measureRestarted, measureThroughput, measureTtft } from './engine/peer/versus.ts';
import { type Plan, playRounds, playSingle, playTrims } from './engine/scenarios.ts';
import { type EngineFigures, ROWS, type Row, type Sessions, sessionsOf, tableOf } from './engine/table.ts';
import { rounded, type Tally } from './engine/tally.ts';
import { median } from './median.ts';
import { describeMachine } from './pocket/header.ts';

export type EngineOptions = {
  /** a tenth of the turns, on small models */
  quick: boolean;
  seed: number;
  /** only these rows */
  only?: readonly string[] | undefined;
};

type Sizes = {
  counts: Pick<Plan, 'single' | 'singleContext' | 'sessions' | 'turns'>;
  pairs: number;
  fairness: number;
  rounds: number;
  restarts: number;
  streams: number;
  samples: number;
};
const FULL: Sizes = {
  counts: { single: 200, singleContext: 16_384, sessions: 64, turns: 20 },
  ...{ pairs: 21, fairness: 5, rounds: 3, restarts: 5, streams: 5, samples: 10 },
};
const QUICK: Sizes = {
  counts: { single: 20, singleContext: 4096, sessions: 64, turns: 2 },
  ...{ pairs: 3, fairness: 2, rounds: 1, restarts: 2, streams: 2, samples: 3 },
};
/** All that Pocket was trained for. */
const POCKET_CONTEXT = 6144;

type Run = {
  models: Models;
  folder: string;
  sizes: Sizes;
  seed: number;
  program: string | undefined;
  wants(row: Row): boolean;
  tell(line: string): void;
};

/** What the engine evaluates and how long it takes, beside llama.cpp alone and beside llama-server. */
export async function benchEngine({ quick, seed, only }: EngineOptions): Promise<{ figures: EngineFigures; text: string }> {
  const unknown = only?.find((name) => !ROWS.some((row) => row === name));
  if (unknown !== undefined) throw new UsageError(`There are no rows '${unknown}'; there are: ${ROWS.join(', ')}.`);
  const startedAt = performance.now();
  const machine = describeMachine(); // its load before this one
  const program = findLlamaServer();
  const tell = (line: string) => process.stderr.write(`bench: engine ${line}\n`);
  if (program === undefined)
    tell('LLAMA_SERVER names no program: nothing is compared with llama-server (see docs/benchmarks.md).');
  const folder = await mkdtemp(path.join(os.tmpdir(), 'troupe-bench-'));
  try {
    const models = await makeModels(folder, quick ? 'small' : 'large');
    const wants = (row: Row) => only?.includes(row) ?? true;
    const measured = await measureAll({ models, folder, sizes: quick ? QUICK : FULL, seed, program, wants, tell });
    const header = {
      machine,
      versions: await versionsOf(program),
      models: await describeModels(models),
      ...{ quick, seed, threads: 1, seconds: Math.round((performance.now() - startedAt) / 1000) },
    };
    const figures = { ...measured, header };
    return { figures, text: tableOf(figures) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureAll(run: Run): Promise<Omit<EngineFigures, 'header'>> {
  const { models, wants, sizes, program } = run;
  const full = await playAll(run, 'full');
  const sliding = wants('sliding') ? await playAll(run, 'sliding') : undefined;
  const pocket = wants('pocket') ? await playAll(run, 'pocket') : undefined;
  const first = wants('firstToken')
    ? await measureFirstToken({ ...run, model: models.full, pairs: Math.max(2, sizes.pairs) })
    : null;
  const fairness = wants('fairness') ? await measureFairness({ ...run, model: models.steady, pairs: sizes.fairness }) : null;
  const session =
    wants('fourWays') && full.single
      ? await compareFourWays(planFor(run, 'full'), { troupe: full.single, samples: sizes.samples, program })
      : null;
  return {
    evaluatedPerNewToken: sessionsOf(full).ratios,
    ttftLongOverShort: first?.ratio ?? null,
    vsLlamaServer: await measureVersus(run),
    gapOverChunk: fairness?.gapOverChunk ?? null,
    promptSlowdown: fairness?.promptSlowdown ?? null,
    slidingWindow: sliding ? sessionsOf(sliding).ratios : null,
    pocket: pocket ? sessionsOf(pocket).ratios : null,
    sessions: {
      full: sessionsOf(full).counts,
      slidingWindow: sliding ? sessionsOf(sliding).counts : null,
      pocket: pocket ? sessionsOf(pocket).counts : null,
    },
    ...{ firstToken: first, fairness, fourWays: session, floor: wants('floor') ? await measureFloor(run) : null },
  };
}

function planFor({ models, folder, seed, sizes, tell }: Run, name: 'full' | 'sliding' | 'pocket'): Plan {
  const { counts } = sizes;
  const singleContext = name === 'pocket' ? Math.min(POCKET_CONTEXT, counts.singleContext) : counts.singleContext;
  return { model: models[name], folder, seed, ...counts, singleContext, tell: (line) => tell(`${name} ${line}`) };
}

async function playAll(run: Run, name: 'full' | 'sliding' | 'pocket'): Promise<Sessions<Tally>> {
  const { wants } = run;
  const plan = planFor(run, name);
  return {
    single: wants('single') ? await playSingle(plan) : null,
    roundRobin: wants('roundRobin') ? await playRounds(plan, { restart: false }) : null,
    restart: wants('restart') ? await playRounds(plan, { restart: true }) : null,
    trims: wants('trims') ? await playTrims(plan, { bare: false }) : null,
    trimsBare: wants('trims') ? await playTrims(plan, { bare: true }) : null,
  };
}

async function measureVersus(run: Run): Promise<EngineFigures['vsLlamaServer']> {
  const { models, program, sizes, wants } = run;
  if (program === undefined || !wants('llamaServer')) return null;
  const plan = { ...run, ...sizes, program, model: models.steady };
  const [ttft, evicted, restarted] = [await measureTtft(plan), await measureEvicted(plan), await measureRestarted(plan)];
  const throughput = await measureThroughput(plan);
  return {
    ttft: ttft.ratio,
    evicted: evicted.ratio,
    restarted: restarted.ratio,
    throughput1: throughput[1].ratio,
    throughput4: throughput[4].ratio,
    throughput8: throughput[8].ratio,
    details: { ttft, evicted, restarted, throughput },
  };
}

/** llama.cpp alone, for the same work as in the comparison with llama-server. */
async function measureFloor({ models, sizes }: Run): Promise<NonNullable<EngineFigures['floor']>> {
  const model = models.steady;
  const times = await withFloor({ model, contextTokens: 8192, sequences: 1 }, (floor) =>
    floor.firstToken({ history: 4000, fresh: 39, times: sizes.pairs }),
  );
  return await withFloor({ model, contextTokens: 1024, sequences: 8 }, async (floor) => {
    const rate = async (replies: number) => {
      const rates: number[] = [];
      for (let count = 0; count < sizes.streams; count++) rates.push(await floor.throughput({ replies, tokens: 200 }));
      return rounded(median(rates), 1);
    };
    const throughput = { 1: await rate(1), 4: await rate(4), 8: await rate(8) };
    return { ttftMs: rounded(median(times), 1), throughput };
  });
}

async function versionsOf(program: string | undefined): Promise<Record<string, string>> {
  const library = path.join(import.meta.dirname, '../node_modules/node-llama-cpp');
  const read = async (file: string): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(path.join(library, file), 'utf8'));
  const [{ version }, { release }] = [await read('package.json'), await read('llama/binariesGithubRelease.json')];
  return {
    'node-llama-cpp': String(version),
    'its llama.cpp': String(release),
    'llama-server': program === undefined ? 'none' : versionOf(program),
  };
}

async function describeModels(models: Models): Promise<Record<string, string>> {
  const entries = Object.entries(models).map(async ([name, file]) => {
    const { length } = await readFile(file);
    return [name, `${(length / 1e6).toFixed(1)} MB`] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
