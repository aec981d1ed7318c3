// The same long session four ways: as llama.cpp alone could do it at best, as Troupe does it, as llama-server does it, and naively,
// with the whole prompt evaluated on every turn.
import { median } from '../median.ts';
import { createChat, firstMs, say } from './chat.ts';
import { withFloor } from './floor.ts';
import { withPair } from './peer/pair.ts';
import { type Plan, playOne, withEngine } from './scenarios.ts';
import { createTalk, growTo } from './talk.ts';
import { rounded, type Tally } from './tally.ts';

/** Tokens of prompts that were evaluated, and the time until the first token of all replies together. */
type Way = { evaluated: number; seconds: number };
export type FourWays = { turns: number; newTokens: number; floor: Way; troupe: Way; llamaServer: Way | null; naive: Way };

type Point = { tokens: number; ms: number };

/** @param troupe what the session came to with Troupe; @param samples at how many lengths of the prompt the other ways are timed */
export async function compareFourWays(
  plan: Plan,
  { troupe, samples, program }: { troupe: Tally; samples: number; program: string | undefined },
): Promise<FourWays> {
  const { turns, newTokens, prompts } = troupe;
  const lengths = spreadOver(
    prompts.map(({ tokens }) => tokens),
    samples,
  );
  const fresh = Math.round(median(prompts.slice(1).map((prompt) => prompt.newTokens)));
  const [floor, naive] = [await timeFloor(plan, lengths, fresh), await timeNaive(plan, lengths)];
  const total = (points: readonly Point[]) => sum(prompts.map(({ tokens }) => interpolate(points, tokens))) / 1000;
  return {
    turns,
    newTokens,
    floor: { evaluated: newTokens, seconds: rounded(total(floor), 1) },
    troupe: wayOf(troupe),
    llamaServer: program === undefined ? null : wayOf(await playOnServer(plan, program)),
    naive: { evaluated: sum(prompts.map(({ tokens }) => tokens)), seconds: rounded(total(naive), 1) },
  };
}

function wayOf({ evaluated, prompts }: Tally): Way {
  return { evaluated, seconds: rounded(sum(prompts.map((prompt) => prompt.firstMs)) / 1000, 1) };
}

function playOnServer(plan: Plan, program: string): Promise<Tally> {
  const { model, folder, singleContext: contextTokens } = plan;
  return withPair({ program, model, folder, contextTokens, sequences: 1 }, ({ stages }) => playOne(stages.server, plan));
}

async function timeFloor({ model, singleContext }: Plan, lengths: readonly number[], fresh: number): Promise<Point[]> {
  return await withFloor({ model, contextTokens: singleContext, sequences: 1 }, async (floor) => {
    const points: Point[] = [];
    for (const tokens of lengths) {
      const times = await floor.firstToken({ history: Math.max(1, tokens - fresh), fresh, times: 3 });
      points.push({ tokens, ms: median(times) });
    }
    return points;
  });
}

/** Sessions that nobody has seen before, and that have nothing in common. */
function timeNaive(
  { model, folder, seed, singleContext: contextTokens, tell }: Plan,
  lengths: readonly number[],
): Promise<Point[]> {
  return withEngine({ model, folder, contextTokens, sequences: 1 }, async (stage) => {
    const talk = createTalk(stage.backend, seed, 'naive');
    const points: Point[] = [];
    for (const length of lengths) {
      const chat = createChat(`naive-${length}`, `${length} ${(await talk.about(20)).text}.`);
      await growTo(stage, chat, { tokens: length, talk });
      const said = await say(stage, chat, { text: 'a', seed: 1, maxTokens: 1, temperature: 0 });
      points.push({ tokens: said.tokens.prompt, ms: firstMs(said) });
      tell(`naive ${JSON.stringify(points.at(-1))}`);
    }
    return points;
  });
}

/** So many values from the smallest to the largest, at even distances. */
export function spreadOver(values: readonly number[], count: number): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return Array.from({ length: count }, (_, index) => Math.round(low + ((high - low) * index) / Math.max(1, count - 1)));
}

/** On the straight lines between the points, which are in order; before the first and after the last on the nearest line. */
export function interpolate(points: readonly Point[], tokens: number): number {
  const found = points.findIndex((point) => point.tokens >= tokens);
  const right = Math.max(1, found < 0 ? points.length - 1 : found);
  const [from, to] = [points[right - 1], points[right]];
  if (!from || !to || from.tokens === to.tokens) return from?.ms ?? Number.NaN;
  return from.ms + ((to.ms - from.ms) * (tokens - from.tokens)) / (to.tokens - from.tokens);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
