import type { Case, Figure, Study, Verdict } from './case.ts';
import { endsByItself, loops } from './judge.ts';
import type { Mode, Played, Player, Reply } from './player.ts';

const ENDS_TARGET = 0.99;
const PROMPT_LINES_SHOWN = 4;

export type Measured = { cases: number; value: number; target: number | null; met: boolean | null };
export type Row = {
  name: string;
  best: Figure['best'];
  cases: number;
  greedy: Measured;
  own?: Measured;
  /** cases whose prompt no longer held all turns: no model can recall what is not there */
  cutPrompts?: number;
  /** the least of all cases */
  tokensBack?: number;
};
export type Example = { row: string; mode: Mode; expects: string; prompt: string; reply: Reply };

type Options = { count: number; examples: number; tell(line: string): void };
type Outcome = { made: Case; played: Played; verdict: Verdict };

/** Plays all studies and counts. The last rows are of every reply of the run, whatever it was asked for. */
export async function measure(player: Player, studies: readonly Study[], { count, examples, tell }: Options) {
  const rows: Row[] = [];
  const failures: Example[] = [];
  const replies: Record<Mode, Reply[]> = { greedy: [], own: [] };
  for (const study of studies) {
    const startedAt = performance.now();
    const cases = inOrder(await study.cases(count));
    const greedy = await playAll(player, cases, { mode: 'greedy', study });
    const own = study.own ? await playAll(player, cases, { mode: 'own', study }) : undefined;
    replies.greedy.push(...greedy.flatMap(({ played }) => played.replies));
    replies.own.push(...(own ?? []).flatMap(({ played }) => played.replies));
    for (const figure of study.figures) {
      rows.push(rowOf(figure, greedy, own));
      failures.push(...failuresOf(figure, { greedy, own: own ?? [] }).slice(0, examples));
    }
    tell(`${study.name}: ${cases.length} cases, ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  }
  failures.push(...endless(replies).slice(0, examples));
  return { rows: [...rows, ...rowsOfReplies(replies)], failures };
}

/** Cases with the same beginning stand together: the engine then evaluates that beginning once. */
function inOrder(cases: readonly Case[]): Case[] {
  const beginning = ({ persona, house, shared }: Case) => [persona.id, persona.name, house.language, shared].join('/');
  return cases.toSorted((a, b) => (beginning(a) < beginning(b) ? -1 : beginning(a) > beginning(b) ? 1 : 0));
}

async function playAll(
  player: Player,
  cases: readonly Case[],
  { mode, study }: { mode: Mode; study: Study },
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [index, made] of cases.entries()) {
    const played = await player.play(made, { mode, name: `${study.name}:${index}` });
    outcomes.push({ made, played, verdict: made.judge(played.last.text) });
  }
  return outcomes;
}

function rowOf(figure: Figure, greedy: readonly Outcome[], own: readonly Outcome[] | undefined): Row {
  const all = [...greedy, ...(own ?? [])];
  const cutPrompts = all.filter(({ played }) => played.cut).length;
  const distances = all.flatMap(({ made }) => made.tokensBack ?? []).filter(Number.isFinite);
  return {
    name: figure.row,
    best: figure.best,
    cases: greedy.length,
    greedy: measured(figure, shareOf(figure, greedy)),
    ...(own && { own: measured(figure, shareOf(figure, own)) }),
    ...(cutPrompts > 0 && { cutPrompts }),
    ...(distances.length > 0 && { tokensBack: Math.min(...distances) }),
  };
}

type Share = { cases: number; hits: number };

function shareOf({ counts }: Figure, outcomes: readonly Outcome[]): Share {
  return { cases: outcomes.length, hits: outcomes.filter(({ verdict }) => verdict[counts]).length };
}

function measured({ best, target }: Pick<Figure, 'best' | 'target'>, { cases, hits }: Share): Measured {
  const value = cases === 0 ? Number.NaN : hits / cases;
  const met = target === undefined ? null : best === 'high' ? value >= target : value <= target;
  return { cases, value: Number(value.toFixed(4)), target: target ?? null, met };
}

function rowsOfReplies({ greedy, own }: Record<Mode, readonly Reply[]>): Row[] {
  const row = (name: string, how: Pick<Figure, 'best' | 'target'>, is: (reply: Reply) => boolean): Row => {
    const of = (replies: readonly Reply[]) => measured(how, { cases: replies.length, hits: replies.filter(is).length });
    return { name, best: how.best, cases: greedy.length, greedy: of(greedy), ...(own.length > 0 && { own: of(own) }) };
  };
  return [
    row('ends', { best: 'high', target: ENDS_TARGET }, endsByItself),
    row('loops', { best: 'low' }, ({ text }) => loops(text)),
  ];
}

function failuresOf({ row, counts, best, target }: Figure, outcomes: Record<Mode, readonly Outcome[]>): Example[] {
  if (target === undefined) return [];
  return (['greedy', 'own'] as const).flatMap((mode) =>
    outcomes[mode]
      .filter(({ verdict }) => verdict[counts] === (best === 'low'))
      .map(({ made, played }) => ({ row, mode, expects: made.expects, prompt: lastLines(played.prompt), reply: played.last })),
  );
}

function endless(replies: Record<Mode, readonly Reply[]>): Example[] {
  return (['greedy', 'own'] as const).flatMap((mode) =>
    replies[mode]
      .filter((reply) => !endsByItself(reply))
      .map((reply) => ({ row: 'ends', mode, expects: 'an end by itself', prompt: '', reply })),
  );
}

function lastLines(prompt: string): string {
  return prompt.trimEnd().split('\n').slice(-PROMPT_LINES_SHOWN).join('\n');
}

/** The rows that miss their target by more than this, for a guard that must not trip over chance. */
export function rowsMissedBy(margin: number, rows: readonly Row[]): string[] {
  const misses = ({ value, target }: Measured, best: Figure['best']) =>
    target !== null && !((best === 'high' ? target - value : value - target) <= margin);
  return rows
    .filter(({ best, greedy, own }) => misses(greedy, best) || (own !== undefined && misses(own, best)))
    .map(({ name }) => name);
}
