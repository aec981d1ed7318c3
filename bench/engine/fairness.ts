import type { PreparedPrompt } from '../../src/bot/prepare-prompt.ts';
import { median } from '../median.ts';
import { type Chat, createChat, firstMs, type Line, prepare, type Stage, say } from './chat.ts';
import { withFloor } from './floor.ts';
import { withEngine } from './scenarios.ts';
import { createTalk, growTo, type Talk } from './talk.ts';
import { rounded } from './tally.ts';

const PROMPT = 4000;
const CONTEXT = 8192;
/** The running reply is stopped when the prompt is through. */
const ENDLESS = 4000;

export type Fairness = {
  pairs: number;
  gapOverChunk: number;
  promptSlowdown: number;
  /** medians; `gapMs` is the 95th percentile of all gaps */
  chunkMs: number;
  gapMs: number;
  gaps: number;
  idlePromptMs: number;
  busyPromptMs: number;
};

type Plan = { model: string; folder: string; seed: number; pairs: number; tell(line: string): void };

/** A long prompt comes in while a reply runs: how long the reply stands still, and how much longer the prompt takes than alone. */
export async function measureFairness({ model, folder, seed, pairs, tell }: Plan): Promise<Fairness> {
  const found = { idle: [] as number[], busy: [] as number[], gaps: [] as number[] };
  await withEngine({ model, folder, contextTokens: CONTEXT, sequences: 4 }, async (stage) => {
    const talk = createTalk(stage.backend, seed, 'fairness');
    for (let pair = 0; pair < pairs; pair++) {
      for (const kind of pair % 2 === 0 ? (['idle', 'busy'] as const) : (['busy', 'idle'] as const)) {
        const ready = await makePrompt(stage, `${kind}-${pair}`, talk);
        const { ms, gaps } = kind === 'idle' ? await readPrompt(stage, ready) : await readWhileSpeaking(stage, ready, talk);
        found[kind].push(ms);
        found.gaps.push(...gaps);
      }
      tell(`fairness ${pair + 1}/${pairs} idle ${found.idle.at(-1)} busy ${found.busy.at(-1)} gaps ${found.gaps.length}`);
    }
  });
  const chunks = await withFloor({ model, contextTokens: CONTEXT, sequences: 1 }, async (floor) => {
    const times: number[] = [];
    for (let pair = 0; pair < pairs; pair++) times.push(...(await floor.chunks(PROMPT)));
    return times;
  });
  const [chunkMs, gapMs] = [median(chunks), percentile(found.gaps, 0.95)];
  const [idlePromptMs, busyPromptMs] = [median(found.idle), median(found.busy)];
  return {
    pairs,
    gapOverChunk: rounded(gapMs / chunkMs),
    promptSlowdown: rounded(busyPromptMs / idlePromptMs),
    ...{ chunkMs: rounded(chunkMs, 1), gapMs: rounded(gapMs, 1), gaps: found.gaps.length },
    ...{ idlePromptMs: rounded(idlePromptMs, 1), busyPromptMs: rounded(busyPromptMs, 1) },
  };
}

type Ready = { chat: Chat; line: Line; prepared: PreparedPrompt };

/** A prompt of a session that nobody has seen before, and that has nothing in common with another. */
async function makePrompt(stage: Stage, name: string, talk: Talk): Promise<Ready> {
  const chat = createChat(name, `${name} ${(await talk.about(20)).text}.`);
  await growTo(stage, chat, { tokens: PROMPT, talk });
  const line = { text: 'a', seed: 1, maxTokens: 1, temperature: 0 };
  return { chat, line, prepared: await prepare(stage, chat, line) };
}

async function readPrompt(stage: Stage, { chat, line, prepared }: Ready): Promise<{ ms: number; gaps: number[] }> {
  return { ms: firstMs(await say(stage, chat, line, prepared)), gaps: [] };
}

async function readWhileSpeaking(stage: Stage, ready: Ready, talk: Talk): Promise<{ ms: number; gaps: number[] }> {
  const stopping = new AbortController();
  const { promise: began, resolve: begin, reject: fail } = Promise.withResolvers<void>();
  const noting: Stage = { ...stage, answer: (asked) => stage.answer({ ...asked, onText: begin }) };
  const { text } = await talk.about(20);
  const line = { text, seed: 1, maxTokens: ENDLESS, temperature: 0, signal: stopping.signal };
  const speaking = say(noting, createChat(`speaker of ${ready.chat.id}`), line);
  speaking.catch(fail);
  await began;
  const read = await say(stage, ready.chat, ready.line, ready.prepared).finally(() => stopping.abort());
  const { heardAt, tokens } = await speaking;
  if (tokens.reply >= ENDLESS) throw new Error('The running reply ended before the prompt was through: it must be longer.');
  return { ms: firstMs(read), gaps: gapsWithin(heardAt, { from: read.askedAt, to: read.askedAt + firstMs(read) }) };
}

/** The gaps between neighbours of which any part lies within the time, ms. */
export function gapsWithin(times: readonly number[], { from, to }: { from: number; to: number }): number[] {
  return times.slice(1).flatMap((time, index) => {
    const before = times[index] ?? time;
    return time > from && before < to ? [time - before] : [];
  });
}

/** The smallest value that so large a share of all values does not pass (nearest rank); NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
  return values.toSorted((one, other) => one - other)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? Number.NaN;
}
