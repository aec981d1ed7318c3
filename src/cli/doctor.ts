import type { Venue } from '../config/default-backend.ts';
import { type Config, loadConfig } from '../config.ts';
import { type Check, runChecks } from './doctor/run-checks.ts';
import { print, printJson } from './print.ts';

const MARKS: Readonly<Record<Check['status'], string>> = { works: '✓', absent: '–', broken: '✗' };

/** Says what works here and what to do about the rest. Gives 0 when what `npm start` would open now can run, else 1. */
export async function doctor({ json = false }: { json?: boolean }): Promise<number> {
  const config = loadConfig();
  const venue: Venue = config.discord.token === undefined ? 'terminal' : 'discord';
  const checks = await runChecks(config, venue);
  const canRun = checks.every(({ status }) => status !== 'broken');
  if (json) printJson({ venue, canRun, checks });
  else print([...checks.map(lineFor), '', verdict(config, { venue, canRun })]);
  return canRun ? 0 : 1;
}

function lineFor({ status, name, says, advice }: Check): string {
  return `${MARKS[status]} ${name.padEnd(9)} ${says}${advice === undefined ? '' : ` ${advice}`}`;
}

function verdict({ discord }: Config, { venue, canRun }: { venue: Venue; canRun: boolean }): string {
  const where = venue === 'discord' ? `the bot on Discord (${discord.apiUrl})` : 'the terminal: a conversation with a persona';
  return canRun
    ? `npm start opens ${where}.`
    : `npm start would open ${where}, and cannot until what is marked ✗ is put right.`;
}
