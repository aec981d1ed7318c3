import type { Venue } from '../config/default-backend.ts';
import { type Config, loadConfig } from '../config.ts';
import { type Check, runChecks } from './doctor/run-checks.ts';
import { print, printJson } from './print.ts';
import { isFresh, lastBeatAgo } from './running/health-file.ts';

const MARKS: Readonly<Record<Check['status'], string>> = { works: '✓', absent: '–', broken: '✗' };

/** Says what works here and what to do about the rest. Gives 0 when what `npm start` would open now can run, else 1. */
export async function doctor({ json = false, health = false }: { json?: boolean; health?: boolean }): Promise<number> {
  const config = loadConfig();
  if (health) return tellHealth(config, json);
  const venue: Venue = config.discord.token === undefined ? 'terminal' : 'discord';
  const checks = await runChecks(config, venue);
  const canRun = checks.every(({ status }) => status !== 'broken');
  if (json) printJson({ venue, canRun, checks });
  else print([...checks.map(lineFor), '', verdict(config, { venue, canRun })]);
  return canRun ? 0 : 1;
}

/** Whether a bot that runs on this data folder is connected: a file's age, and nothing is opened. */
function tellHealth({ places }: Config, json: boolean): number {
  const ago = lastBeatAgo(places.data);
  const healthy = isFresh(ago);
  const secondsAgo = ago === undefined ? null : Math.round(ago / 1000);
  if (json) printJson({ healthy, secondsAgo });
  else print([secondsAgo === null ? `no bot runs on ${places.data}.` : `the bot was connected ${secondsAgo} s ago.`]);
  return healthy ? 0 : 1;
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
