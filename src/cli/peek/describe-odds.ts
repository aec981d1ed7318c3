import type { TokenChance, TokenOdds } from '../../backends/backend.ts';
import type { Sampling } from '../../chat.ts';
import { counted } from '../print.ts';
import { fitWidth, quoteToken } from './quote-token.ts';

/** The table is as wide as the narrowest terminal. */
const WIDTH = { line: 80, token: 22, logit: 8, percent: 8, bar: 14, label: 11 } as const;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
/** Below it nothing of a percentage with two decimals is left. */
const LEAST_SHOWN = 0.00005;

type Told = {
  /** what stands before the token that is looked at */
  subject: string;
  model: string;
  sampling: Sampling;
  /** rows that were asked for; 0: all */
  top: number;
};

/** The odds for people, in lines of at most 80 columns: what holds for all of them, then a row for each token. */
export function describeOdds(odds: TokenOdds, { subject, model, sampling, top }: Told): string[] {
  const { promptTokens, counts, entropyBits, inThought } = odds;
  const alike = 2 ** entropyBits;
  const { inForce, resting } = dialsOf(sampling, inThought);
  return [
    labelled('Next token', `of ${model}, after ${counted(promptTokens, 'token')}: ${subject}`),
    labelled('Entropy', `${entropyBits.toFixed(2)} bits, as of ${alike.toFixed(alike < 10 ? 1 : 0)} tokens equally likely`),
    labelled('Choosable', `${counts.choosable} of ${counted(counts.vocabulary, 'token')}${ruledOut(odds)}`),
    ...listed('Dials', inForce),
    ...listed('Resting', resting),
    ...(inThought ? [labelled('Thought', 'this token stands in one, where dry and xtc rest')] : []),
    '',
    ...table(rowsOf(odds, top)),
  ];
}

function ruledOut({ counts }: TokenOdds): string {
  return counts.ruledOut === 0 ? '' : `; the model rules ${counts.ruledOut} out (logit -∞)`;
}

function labelled(label: string, text: string): string {
  return fitWidth(`${label.padEnd(WIDTH.label)} ${text}`, WIDTH.line).trimEnd();
}

/** Entries behind a label, on as many lines as they take. */
function listed(label: string, entries: readonly string[]): string[] {
  const lines: string[] = [];
  for (const entry of entries) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + entry.length + 2 <= WIDTH.line - WIDTH.label - 2)
      lines[lines.length - 1] = `${last}, ${entry}`;
    else lines.push(entry);
  }
  return lines.map((line, index) => labelled(index === 0 ? label : '', index < lines.length - 1 ? `${line},` : line));
}

/** The dials that do something to these odds, in the order in which they work, and those that wait for something to be said. */
function dialsOf(sampling: Sampling, inThought: boolean): { inForce: string[]; resting: string[] } {
  const { temperature, topK, topP, minP, dry, xtc, logitBias = {} } = sampling;
  const isGreedy = temperature === 0;
  const biased = Object.values(logitBias).filter((bias) => bias !== 0).length;
  const xtcShown = xtc && xtc.probability > 0 ? [`xtc ${xtc.probability} (threshold ${xtc.threshold})`] : [];
  const penalties = (['repeatPenalty', 'frequencyPenalty', 'presencePenalty'] as const).filter(
    (dial) => sampling[dial] !== (dial === 'repeatPenalty' ? 1 : 0),
  );
  return {
    inForce: [
      ...(biased > 0 ? [`logitBias (${counted(biased, 'text')})`] : []),
      ...(topK > 0 && !isGreedy ? [`topK ${topK}`] : []),
      ...(topP < 1 && !isGreedy ? [`topP ${topP}`] : []),
      ...(minP > 0 && !isGreedy ? [`minP ${minP}`] : []),
      ...(inThought ? [] : xtcShown),
      isGreedy ? 'temperature 0 (always the likeliest)' : `temperature ${temperature}`,
    ],
    resting: [
      ...penalties.map((dial) => `${dial} ${sampling[dial]}`),
      ...(dry && dry.multiplier > 0 ? [`dry ${dry.multiplier}`] : []),
      ...(inThought ? xtcShown : []),
    ].map((dial, index, { length }) => (index === length - 1 ? `${dial} (nothing is said yet)` : dial)),
  };
}

/** The likeliest by the logits and the likeliest after sampling, each once, the largest logit first. */
function rowsOf({ raw, shaped }: TokenOdds, top: number): readonly TokenChance[] {
  const missing = shaped.filter(({ token }) => !raw.some((row) => row.token === token));
  return top === 0 ? raw : [...raw, ...missing].toSorted((one, other) => other.logit - one.logit);
}

function table(rows: readonly TokenChance[]): string[] {
  const most = Math.max(...rows.map(({ p, shapedP }) => Math.max(p, shapedP)));
  const head = [
    'token'.padEnd(WIDTH.token),
    'logit'.padStart(WIDTH.logit),
    ` ${'raw p'.padStart(WIDTH.percent)} ${' '.repeat(WIDTH.bar)}`,
    'shaped p'.padStart(WIDTH.percent),
  ];
  const lines = rows.map((row) =>
    [
      fitWidth(quoteToken(row), WIDTH.token),
      (Number.isFinite(row.logit) ? row.logit.toFixed(3) : '-∞').padStart(WIDTH.logit),
      ` ${percent(row.p)} ${bar(row.p / most).padEnd(WIDTH.bar)}`,
      `${percent(row.shapedP)} ${bar(row.shapedP / most)}`,
    ].join(' '),
  );
  const left = restOf(rows);
  return [head.join(' '), ...lines.map((line) => line.trimEnd()), ...left, `A full bar is ${percent(most).trim()}.`];
}

/** What the tokens have together that are not shown. */
function restOf(rows: readonly TokenChance[]): string[] {
  const rest = (of: (row: TokenChance) => number) => Math.max(0, 1 - rows.reduce((sum, row) => sum + of(row), 0));
  const [raw, shaped] = [rest(({ p }) => p), rest(({ shapedP }) => shapedP)];
  if (raw < LEAST_SHOWN && shaped < LEAST_SHOWN) return [];
  const label = 'all others'.padEnd(WIDTH.token + WIDTH.logit + 1);
  return [`${label}  ${percent(raw)} ${' '.repeat(WIDTH.bar)} ${shaped < LEAST_SHOWN ? percent(0) : percent(shaped)}`];
}

function percent(p: number): string {
  const shown = p === 0 ? '-' : p < LEAST_SHOWN ? '<0.01 %' : `${(p * 100).toFixed(2)} %`;
  return shown.padStart(WIDTH.percent);
}

/** As long as its share of the width, to an eighth of a column; what is more than nothing is seen. */
function bar(share: number): string {
  const eighths = share > 0 ? Math.max(1, Math.round(share * WIDTH.bar * 8)) : 0;
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}
