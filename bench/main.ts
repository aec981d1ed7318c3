// npm run bench [-- --only NAME] [--json]: what speed, memory and the embedded model really are, on the machine it runs on.
// For pocket: --quick (few cases; exit code 1 when a row is far off), --model FILE, --examples N, --seed N, --rows NAME,NAME.
// For engine: --quick (a tenth of the turns, small models), --seed N, --rows NAME,NAME; LLAMA_SERVER names the program to compare with.
import { parseArgs } from 'node:util';
import { messageOf, UsageError } from '../src/errors.ts';
import { benchDiscord } from './discord.ts';
import { benchEngine } from './engine.ts';
import { benchMemory } from './memory.ts';
import { benchPocket, type PocketOptions } from './pocket.ts';

type Figures = Record<string, unknown>;
/** `text`: the figures for people, where JSON is not how they read best; `failed`: what CI should stop at. */
type Report = { figures: Figures; text?: string; failed?: readonly string[] };

const PARTS: Record<string, (options: PocketOptions) => Promise<Report>> = {
  memory: async () => ({ figures: await benchMemory() }),
  discord: async () => ({ figures: await benchDiscord() }),
  pocket: benchPocket,
  engine: benchEngine,
};

const OPTIONS = {
  only: { type: 'string' },
  json: { type: 'boolean', default: false },
  quick: { type: 'boolean', default: false },
  model: { type: 'string' },
  examples: { type: 'string', default: '3' },
  seed: { type: 'string', default: '1' },
  rows: { type: 'string' },
} as const;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS });
  const names = values.only === undefined ? Object.keys(PARTS) : [values.only];
  const { quick, model, rows } = values;
  const options = {
    quick,
    model,
    examples: wholeNumber('examples', values.examples),
    seed: wholeNumber('seed', values.seed),
    only: rows?.split(','),
  };
  const results: Record<string, Figures> = {};
  const failed: string[] = [];
  for (const name of names) {
    const part = PARTS[name];
    if (!part) {
      process.stderr.write(`bench: there is no part '${name}'; there are: ${Object.keys(PARTS).join(', ')}.\n`);
      return 2;
    }
    process.stderr.write(`bench: ${name} ...\n`);
    const report = await part(options);
    results[name] = report.figures;
    failed.push(...(report.failed ?? []));
    if (!values.json) process.stdout.write(report.text ?? `${name} ${JSON.stringify(report.figures, null, 2)}\n`);
  }
  if (values.json) process.stdout.write(`${JSON.stringify(results)}\n`);
  if (failed.length > 0) process.stderr.write(`bench: far from their targets: ${failed.join(', ')}\n`);
  return failed.length > 0 ? 1 : 0;
}

function wholeNumber(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`--${option} takes a whole number, not '${text}'.`);
}

process.exitCode = await main().catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`bench: ${messageOf(error)}\n`);
  return 2;
});
