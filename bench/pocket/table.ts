import type { Example, Measured, Row } from './measure.ts';
import type { StartFigures } from './start.ts';

export type PocketFigures = { header: Record<string, unknown>; rows: readonly Row[]; start: StartFigures | null };

/** What stands side by side: the same questions, asked with the history and without. */
const [WITH_HISTORY, WITHOUT_HISTORY, SAYS_SO] = ['recall-1', 'forgets', 'forgets-not-told'];

/** The figures for people: what was measured, the two columns, every row beside its target. */
export function tableOf({ header, rows, start }: PocketFigures): string {
  return [headerLines(header), twoColumns(rows), rowLines(rows), start ? startLines(start) : []]
    .filter((block) => block.length > 0)
    .map((block) => `${block.join('\n')}\n`)
    .join('\n');
}

function headerLines(header: Record<string, unknown>): string[] {
  return Object.entries(header).map(([name, value]) => {
    const facts =
      typeof value === 'object' && value !== null ? Object.entries(value).map(([key, fact]) => `${key} ${fact}`) : [value];
    return `${name.padEnd(16)}${facts.join(', ')}`;
  });
}

function twoColumns(rows: readonly Row[]): string[] {
  const value = (name: string | undefined) => {
    const found = rows.find((row) => row.name === name);
    return found ? percent(found.greedy) : '';
  };
  if (value(WITHOUT_HISTORY) === '') return [];
  return align([
    ['the model forgets, the prompt remembers', 'with the history', 'without'],
    ['the told value is in the reply', value(WITH_HISTORY), value(WITHOUT_HISTORY)],
    ['the reply says it was not told', '', value(SAYS_SO)],
  ]);
}

function rowLines(rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const notes = (row: Row) =>
    [
      row.cutPrompts === undefined ? '' : `${row.cutPrompts} prompts cut`,
      row.tokensBack === undefined ? '' : `≥ ${row.tokensBack} tokens back`,
    ]
      .filter((note) => note !== '')
      .join(', ');
  const lines = rows.map((row) => [
    row.name,
    String(row.cases),
    percent(row.greedy),
    row.own ? percent(row.own) : '',
    targetOf(row),
    verdictOf([row.greedy, ...(row.own ? [row.own] : [])]),
    notes(row),
  ]);
  return align([['row', 'cases', 'temp. 0', 'own dials', 'target', '', ''], ...lines]);
}

function startLines({ times, firstReplyMs, peakMiB, targets, notes }: StartFigures): string[] {
  return [
    `npm start to the first reply, median of ${times}: ${firstReplyMs} ms (target ≤ ${targets.firstReplyMs})`,
    `most memory of the program: ${peakMiB ?? 'unknown'} MiB (target ≤ ${targets.peakMiB})`,
    ...notes.map((note) => `note: ${note}`),
  ];
}

function percent({ value }: Measured): string {
  return value.toFixed(3);
}

function targetOf({ best, greedy }: Row): string {
  return greedy.target === null ? '' : `${best === 'high' ? '≥' : '≤'} ${greedy.target.toFixed(2)}`;
}

function verdictOf(figures: readonly Measured[]): string {
  if (figures.every(({ met }) => met === null)) return '';
  return figures.every(({ met }) => met === true) ? 'met' : 'MISSED';
}

/** Columns as wide as their widest cell; the first stands left, the others right. */
function align(lines: readonly (readonly string[])[]): string[] {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((cells) => (cells[column] ?? '').length)));
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0);
  return lines.map((cells) => cells.map(pad).join('  ').trimEnd());
}

/** Failing cases for people: the end of the prompt, what should have come, what came. */
export function exampleLines(examples: readonly Example[]): string {
  return examples
    .map(({ row, mode, expects, prompt, reply }) => {
      const said = reply.text === '' ? '(nothing)' : reply.text;
      const end = `${reply.end}, ${reply.tokens} tokens`;
      return `--- ${row} (${mode}), expects ${expects}\n${prompt}${prompt === '' ? '' : '\n'}>>> ${said} [${end}]\n`;
    })
    .join('');
}
