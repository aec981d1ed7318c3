import type { Case, Figure, Makings, Study, Verdict } from './case.ts';
import { endsByItself, loops } from './judge.ts';
import { strangeWords } from './own-words.ts';
import type { Mode, Played, Player, Reply } from './player.ts';

const ENDS_TARGET = 0.99;
/** Ours, not the issue's. */
const OWN_WORDS_TARGET = 0.95;
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

type Options = {
  count: number;
  examples: number;
  tell(line: string): void;
  /** what a reply can take its words from */
  stocks: Makings['stocks'];
};
type Outcome = { made: Case; played: Played; verdict: Verdict };
/** `strange`: words that stand neither in the persona's lines nor in its prompt nor in what members said. */
type Said = { reply: Reply; strange: readonly string[] };

/** Plays all studies and counts. The last rows are of every reply of the run, whatever it was asked for; of none there are no rows. */
export async function measure(player: Player, studies: readonly Study[], options: Options) {
  const { count, examples, tell } = options;
  const rows: Row[] = [];
  const failures: Example[] = [];
  const said: Record<Mode, Said[]> = { greedy: [], own: [] };
  const listen = (mode: Mode, outcomes: readonly Outcome[]) => {
    for (const { made, played } of outcomes) {
      const known = options.stocks(made);
      said[mode].push(...played.replies.map((reply) => ({ reply, strange: strangeWords(reply.text, known) })));
    }
  };
  for (const study of studies) {
    const startedAt = performance.now();
    const cases = inOrder(await study.cases(count));
    const greedy = await playAll(player, cases, { mode: 'greedy', study });
    const own = study.own ? await playAll(player, cases, { mode: 'own', study }) : undefined;
    listen('greedy', greedy);
    listen('own', own ?? []);
    for (const figure of study.figures) {
      rows.push(rowOf(figure, greedy, own));
      failures.push(...failuresOf(figure, { greedy, own: own ?? [] }).slice(0, examples));
    }
    tell(`${study.name}: ${cases.length} cases, ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  }
  failures.push(...endless(said).slice(0, examples), ...gibberish(said).slice(0, examples));
  return { rows: said.greedy.length === 0 ? rows : [...rows, ...rowsOfReplies(said)], failures };
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

function rowsOfReplies({ greedy, own }: Record<Mode, readonly Said[]>): Row[] {
  const row = (name: string, how: Pick<Figure, 'best' | 'target'>, is: (said: Said) => boolean): Row => {
    const of = (all: readonly Said[]) => measured(how, { cases: all.length, hits: all.filter(is).length });
    return { name, best: how.best, cases: greedy.length, greedy: of(greedy), ...(own.length > 0 && { own: of(own) }) };
  };
  return [
    row('ends', { best: 'high', target: ENDS_TARGET }, ({ reply }) => endsByItself(reply)),
    row('loops', { best: 'low' }, ({ reply }) => loops(reply.text)),
    row('own-words', { best: 'high', target: OWN_WORDS_TARGET }, hasOwnWords),
  ];
}

function hasOwnWords({ reply, strange }: Said): boolean {
  return reply.text !== '' && strange.length === 0;
}

/** The rows without their targets: of what they measure nothing is asked. */
export function withoutTargets(rows: readonly Row[]): Row[] {
  const untargeted = (figure: Measured): Measured => ({ ...figure, target: null, met: null });
  return rows.map((row) => ({ ...row, greedy: untargeted(row.greedy), ...(row.own && { own: untargeted(row.own) }) }));
}

function failuresOf({ row, counts, best, target }: Figure, outcomes: Record<Mode, readonly Outcome[]>): Example[] {
  if (target === undefined) return [];
  return (['greedy', 'own'] as const).flatMap((mode) =>
    outcomes[mode]
      .filter(({ verdict }) => verdict[counts] === (best === 'low'))
      .map(({ made, played }) => ({ row, mode, expects: made.expects, prompt: lastLines(played.prompt), reply: played.last })),
  );
}

function endless(said: Record<Mode, readonly Said[]>): Example[] {
  return (['greedy', 'own'] as const).flatMap((mode) =>
    said[mode]
      .filter(({ reply }) => !endsByItself(reply))
      .map(({ reply }) => ({ row: 'ends', mode, expects: 'an end by itself', prompt: '', reply })),
  );
}

function gibberish(said: Record<Mode, readonly Said[]>): Example[] {
  return (['greedy', 'own'] as const).flatMap((mode) =>
    said[mode]
      .filter((one) => !hasOwnWords(one))
      .map(({ reply, strange }) => {
        return { row: 'own-words', mode, expects: `known words, not: ${strange.join(', ')}`, prompt: '', reply };
      }),
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
