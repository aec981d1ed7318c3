import type { Fairness } from './fairness.ts';
import type { FirstToken } from './first-token.ts';
import type { FourWays } from './four-ways.ts';
import type { Compared, measureEvicted, measureThroughput } from './peer/versus.ts';
import { evaluatedPerNewToken, rounded, type Tally } from './tally.ts';

/** What can be asked for by `--rows`. */
export const ROWS = [
  ...(['single', 'roundRobin', 'restart', 'trims', 'sliding', 'pocket'] as const),
  ...(['firstToken', 'fairness', 'fourWays', 'llamaServer', 'floor'] as const),
] as const;
export type Row = (typeof ROWS)[number];

const SESSIONS = ['single', 'roundRobin', 'restart', 'trims', 'trimsBare'] as const;
/** `trims`: with the instructions that ship; `trimsBare`: with few, so that more of the prompt goes and comes. */
export type Sessions<Value> = Record<(typeof SESSIONS)[number], Value | null>;

/** Beside each ratio, what it was made of. `laterRatio`: without each session's first turn, of which the whole prompt is new. */
type Counts = Omit<Tally, 'prompts' | 'later'> & { laterRatio: number };

export type EngineFigures = {
  header: Record<string, unknown>;
  evaluatedPerNewToken: Sessions<number>;
  ttftLongOverShort: number | null;
  vsLlamaServer:
    | (Record<'ttft' | 'evicted' | 'restarted' | 'throughput1' | 'throughput4' | 'throughput8', number> & {
        details: {
          ttft: Compared;
          evicted: Awaited<ReturnType<typeof measureEvicted>>;
          restarted: Compared;
          throughput: Awaited<ReturnType<typeof measureThroughput>>;
        };
      })
    | null;
  gapOverChunk: number | null;
  promptSlowdown: number | null;
  slidingWindow: Sessions<number> | null;
  pocket: Sessions<number> | null;
  sessions: Record<'full' | 'slidingWindow' | 'pocket', Sessions<Counts> | null>;
  firstToken: FirstToken | null;
  fairness: Fairness | null;
  fourWays: FourWays | null;
  floor: { ttftMs: number; throughput: Record<1 | 4 | 8, number> } | null;
};

export function sessionsOf(tallies: Sessions<Tally>): { ratios: Sessions<number>; counts: Sessions<Counts> } {
  const each = <Value>(make: (tally: Tally) => Value): Sessions<Value> => {
    const { single, roundRobin, restart, trims, trimsBare } = tallies;
    const one = (tally: Tally | null) => tally && make(tally);
    const rounds = { roundRobin: one(roundRobin), restart: one(restart) };
    return { single: one(single), ...rounds, trims: one(trims), trimsBare: one(trimsBare) };
  };
  return {
    ratios: each(evaluatedPerNewToken),
    counts: each(({ prompts: _, later, ...counts }) => ({ ...counts, laterRatio: evaluatedPerNewToken(later) })),
  };
}

type Line = readonly string[];
type Target = { target: string; verdict(value: number): string };

/** The figures for people: what was measured, each figure beside its target, and the four ways side by side. */
export function tableOf(figures: EngineFigures): string {
  const blocks = [headerLines(figures.header), align(targetLines(figures)), align(fourWaysLines(figures))];
  return blocks.map((block) => `${block.join('\n')}\n`).join('\n');
}

function headerLines(header: Record<string, unknown>): string[] {
  return Object.entries(header).map(([name, value]) => {
    const facts =
      typeof value === 'object' && value !== null ? Object.entries(value).map(([key, fact]) => `${key} ${fact}`) : [value];
    return `${name.padEnd(10)}${facts.join(', ')}`;
  });
}

const MOST_OF_SESSION: Sessions<number> = { single: 1.05, roundRobin: 1.05, restart: 1.05, trims: 2, trimsBare: null };

function targetLines(figures: EngineFigures): Line[] {
  const { evaluatedPerNewToken: full, slidingWindow, pocket, vsLlamaServer: versus, firstToken, fairness } = figures;
  const said = (isMet: boolean) => (isMet ? 'met' : 'MISSED');
  const atMost = (target: number | null): Target => {
    if (target === null) return { target: '', verdict: () => '' };
    return { target: `≤ ${target}`, verdict: (value) => said(value <= target) };
  };
  const atLeast = (target: number): Target => ({ target: `≥ ${target}`, verdict: (value) => said(value >= target) });
  const row = (name: string, value: number | null | undefined, { target, verdict }: Target, note = '') => {
    if (value === null || value === undefined) return [name, 'not measured', target, '', note];
    return [name, String(value), target, verdict(value), note];
  };
  const sessions = SESSIONS.map((name) => {
    const beside = `sliding window ${slidingWindow?.[name] ?? '-'}, Pocket ${pocket?.[name] ?? '-'}`;
    return row(`evaluated per new token: ${name}`, full[name], atMost(MOST_OF_SESSION[name]), beside);
  });
  const against = (['ttft', 'evicted', 'restarted'] as const).map((name) => {
    const note = versus ? pairOf(versus.details[name], 'ms') : '';
    return row(`against llama-server: ${name}`, versus?.[name], atMost(name === 'restarted' ? 0.25 : 1.1), note);
  });
  const streams = ([1, 4, 8] as const).map((count) => {
    const note = versus ? pairOf(versus.details.throughput[count], 'tokens/s') : '';
    return row(`against llama-server: throughput, ${count}`, versus?.[`throughput${count}`], atLeast(0.95), note);
  });
  const firstNote = firstToken
    ? `${firstToken.longMs} : ${firstToken.shortMs} ms; llama.cpp alone ${firstToken.floor.ratio}`
    : '';
  const gapNote = fairness ? `${fairness.gapMs} : ${fairness.chunkMs} ms` : '';
  const slowNote = fairness ? `${fairness.busyPromptMs} : ${fairness.idlePromptMs} ms` : '';
  return [
    ['figure', 'value', 'target', '', ''],
    ...sessions,
    row('first token, 6,000 : 200 tokens of history', figures.ttftLongOverShort, atMost(1.3), firstNote),
    ...against,
    ...streams,
    row('gap in a reply : one chunk', figures.gapOverChunk, atMost(2), gapNote),
    row('prompt beside a reply : alone', figures.promptSlowdown, atMost(1.3), slowNote),
  ];
}

function pairOf({ troupe, server, low, high }: Compared, unit: string): string {
  return `${troupe} : ${server} ${unit}, quartiles ${low} to ${high}`;
}

function fourWaysLines({ fourWays, floor, fairness, vsLlamaServer }: EngineFigures): Line[] {
  const show = (value: number | null | undefined) => (value === null || value === undefined ? '-' : String(rounded(value, 1)));
  const details = vsLlamaServer?.details;
  const streams = ([1, 4, 8] as const).map((count) => {
    const rate = details?.throughput[count];
    return [`tokens/s, ${count} at once`, show(floor?.throughput[count]), show(rate?.troupe), show(rate?.server), '-'];
  });
  const { ttft } = details ?? {};
  const session = (pick: 'evaluated' | 'seconds') =>
    (['floor', 'troupe', 'llamaServer', 'naive'] as const).map((way) => show(fourWays?.[way]?.[pick]));
  return [
    ['', 'floor', 'Troupe', 'llama-server', 'naive'],
    [
      'first token, 4,000 + 39 tokens, ms',
      show(floor?.ttftMs),
      show(ttft?.troupe),
      show(ttft?.server),
      show(fairness?.idlePromptMs),
    ],
    [`${fourWays?.turns ?? '-'} turns: tokens evaluated`, ...session('evaluated')],
    [`${fourWays?.turns ?? '-'} turns: s to first tokens`, ...session('seconds')],
    ...streams,
  ];
}

/** Columns as wide as their widest cell; the first stands left, the others right. */
function align(lines: readonly Line[]): string[] {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((cells) => (cells[column] ?? '').length)));
  return lines.map((cells) => {
    const padded = cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    return padded.join('  ').trimEnd();
  });
}
