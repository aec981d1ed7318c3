import { describe, expect, it } from 'vitest';
import type { Case, Study } from '../../bench/pocket/case.ts';
import { comparePrompts } from '../../bench/pocket/header.ts';
import { measure, type Row, rowsMissedBy, withoutTargets } from '../../bench/pocket/measure.ts';
import { stockOf } from '../../bench/pocket/own-words.ts';
import type { Played, Player, Reply } from '../../bench/pocket/player.ts';
import { exampleLines, tableOf } from '../../bench/pocket/table.ts';
import type { Persona } from '../../src/personas/persona.ts';

const reply = (text: string, over: Partial<Reply> = {}): Reply => ({ text, end: 'complete', tokens: 5, ...over });

function caseOf(text: string): Case {
  return {
    persona: { id: 'rook', name: 'Rook' } as Persona,
    house: { system: '', sealed: [], language: 'en' },
    shared: false,
    before: [],
    ask: { by: 'Guest', text },
    expects: 'good',
    judge: (said) => ({ good: said === 'good' }),
  };
}

/** Says what it is asked, word for word. */
const echo: Player = {
  async play({ ask }): Promise<Played> {
    const last = ask.text === 'endless' ? reply('good', { end: 'length', tokens: 300 }) : reply(ask.text);
    return {
      replies: [reply('on the way'), last],
      last,
      prompt: `one\ntwo\nthree\nfour\nfive ${ask.text}`,
      cut: ask.text === 'bad',
    };
  },
  tokensAfter: async () => 0,
};

function study(said: readonly string[], over: Partial<Study> = {}): Study {
  const figures = [{ row: 'good', counts: 'good', best: 'high', target: 0.5 } as const];
  return { name: 's', own: false, figures, cases: () => said.map(caseOf), ...over };
}

const LINES = stockOf('on the way good bad worse worst round and we go');
const run = (studies: Study[], examples = 3) =>
  measure(echo, studies, { count: 1, examples, tell: () => undefined, stocks: () => [LINES] });
const rowNamed = (rows: readonly Row[], name: string) => rows.find((row) => row.name === name);

describe('measure', () => {
  it('counts what the judges found', async () => {
    const { rows } = await run([study(['good', 'good', 'bad', 'good'])]);
    expect(rowNamed(rows, 'good')).toMatchObject({ cases: 4, greedy: { value: 0.75, target: 0.5, met: true }, cutPrompts: 1 });
    expect(rowNamed(rows, 'good')).not.toHaveProperty('own');
  });

  it('runs twice where a row asks for it', async () => {
    const { rows } = await run([study(['good', 'bad', 'bad'], { own: true })]);
    expect(rowNamed(rows, 'good')?.own).toMatchObject({ cases: 3, value: 0.3333, met: false });
  });

  it('counts the ends of all replies, also those on the way', async () => {
    const { rows, failures } = await run([study(['good', 'endless'])]);
    expect(rowNamed(rows, 'ends')).toMatchObject({ cases: 4, greedy: { value: 0.75, target: 0.99, met: false } });
    expect(failures.map(({ row }) => row)).toEqual(['ends']);
  });

  it('counts loops without a target', async () => {
    const { rows } = await run([study(['round and round we go, round and round we go'])]);
    expect(rowNamed(rows, 'loops')?.greedy).toMatchObject({ value: 0.5, target: null, met: null });
  });

  it('counts the replies that have known words alone, also with own dials', async () => {
    const { rows, failures } = await run([study(['good', 'runnicleable', '', 'bad'], { own: true, figures: [] })]);
    expect(rowNamed(rows, 'own-words')).toMatchObject({
      best: 'high',
      cases: 8,
      greedy: { value: 0.75, target: 0.95, met: false },
    });
    expect(rowNamed(rows, 'own-words')?.own).toMatchObject({ cases: 8, value: 0.75 });
    expect(failures[0]).toMatchObject({ row: 'own-words', mode: 'greedy', expects: 'known words, not: runnicleable' });
  });

  it('has no rows where nothing was asked', async () => {
    const { rows, failures } = await run([]);
    expect(rows).toEqual([]);
    expect(failures).toEqual([]);
    expect(tableOf({ header: { model: 'pocket.gguf' }, rows, start: null })).toBe('model           pocket.gguf\n');
  });

  it('asks nothing of rows without their targets', async () => {
    const { rows } = await run([study(['endless', 'bad', 'bad'], { own: true })]);
    expect(rowsMissedBy(0, rows)).toEqual(['good', 'ends']);
    const bare = withoutTargets(rows);
    expect(rowsMissedBy(0, bare)).toEqual([]);
    expect(bare.flatMap(({ greedy, own }) => [greedy.target, greedy.met, own?.target, own?.met])).toEqual(Array(16).fill(null));
    expect(bare.map(({ greedy }) => greedy.value)).toEqual(rows.map(({ greedy }) => greedy.value));
  });

  it('shows so many failures of each row', async () => {
    const { failures } = await run([study(['bad', 'worse', 'good', 'worst'])], 2);
    expect(failures.map(({ reply: { text } }) => text)).toEqual(['bad', 'worse']);
    expect(failures[0]?.prompt).toBe('two\nthree\nfour\nfive bad');
    expect(exampleLines(failures)).toContain('>>> bad [complete, 5 tokens]');
  });

  it('takes a high share for bad where a low one is wanted', async () => {
    const figures = [{ row: 'confused', counts: 'good', best: 'low', target: 0.05 } as const];
    const { rows, failures } = await run([study(['good', 'bad'], { figures })]);
    expect(rowNamed(rows, 'confused')?.greedy).toMatchObject({ value: 0.5, met: false });
    expect(failures.map(({ reply: { text } }) => text)).toEqual(['good']);
  });
});

describe('rowsMissedBy', () => {
  const row = (best: Row['best'], value: number, target: number | null): Row => {
    return { name: `${best} ${value}`, best, cases: 1, greedy: { cases: 1, value, target, met: null } };
  };
  it('names what is far from its target, either way', () => {
    const rows = [row('high', 0.84, 0.95), row('high', 0.86, 0.95), row('low', 0.16, 0.05), row('low', 0.14, 0.05)];
    expect(rowsMissedBy(0.1, rows)).toEqual(['high 0.84', 'low 0.16']);
  });
  it('looks at own dials too, and leaves rows without a target alone', () => {
    const own = { cases: 1, value: 0, target: 0.9, met: false };
    expect(rowsMissedBy(0.1, [{ ...row('high', 0.95, 0.9), own }, row('low', 1, null)])).toEqual(['high 0.95']);
  });
  it('takes no figure for a missed one', () => {
    expect(rowsMissedBy(0.1, [row('high', Number.NaN, 0.9)])).toHaveLength(1);
  });
});

describe('the printed table', () => {
  it('has recall with and without the history side by side, and every row beside its target', () => {
    const of = (value: number, target: number, met: boolean) => ({ cases: 120, value, target, met });
    const rows: Row[] = [
      { name: 'recall-1', best: 'high', cases: 120, greedy: of(0.98, 0.95, true), own: of(0.9, 0.95, false) },
      { name: 'forgets', best: 'low', cases: 120, greedy: of(0.01, 0.05, true) },
      { name: 'forgets-not-told', best: 'high', cases: 120, greedy: of(0.99, 0.95, true) },
    ];
    const text = tableOf({ header: { model: 'pocket.gguf', machine: { cores: 2 } }, rows, start: null });
    expect(text).toMatch(/with the history\s+without\n.*told value.*0\.980\s+0\.010\n.*not told\s+0\.990/);
    expect(text).toMatch(/recall-1 +120 +0\.980 +0\.900 +≥ 0\.95 +MISSED/);
    expect(text).toMatch(/forgets +120 +0\.010 +≤ 0\.05 +met/);
    expect(text).toContain('cores 2');
  });
});

describe('comparePrompts', () => {
  it('says whether the model was trained on the prompts of today', () => {
    expect(comparePrompts('abc', 'abc')).toBe('as trained');
    expect(comparePrompts('abc', 'abd')).toMatch(/^changed since training: .*abc.*abd/);
    expect(comparePrompts(undefined, 'abc')).toMatch(/^unknown/);
    expect(comparePrompts(7, 'abc')).toMatch(/^unknown/);
  });
});
