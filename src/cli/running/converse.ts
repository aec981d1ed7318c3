import { userInfo } from 'node:os';
import type { Backend } from '../../backends/backend.ts';
import type { Bot } from '../../bot/bot.ts';
import { speakingHere } from '../../bot/speaking-here.ts';
import { openingLine, runTerminal } from '../../bot/terminal.ts';
import { chooseDefaultBackend, type DefaultBackend } from '../../config/default-backend.ts';
import type { Config } from '../../config.ts';
import { createLog, createPlainLog } from '../../log.ts';
import { withoutControls } from '../../safety/sanitise.ts';
import { announce, modelLine } from './announce.ts';
import { openBot } from './open-bot.ts';
import { pocketLines } from './pocket-lines.ts';
import { followStopSignals } from './stop-signals.ts';

export type Conversation = { session: string; persona?: string; json?: boolean };

/** The terminal venue: lines on stdin, replies on stdout, everything else on stderr. Exit code 1 when a line got no answer. */
export async function converse(config: Config, { session, persona, json = false }: Conversation): Promise<number> {
  // Whoever asks for a level reads logs; everybody else is told in plain words.
  const log = config.logLevel ? createLog(config.logLevel) : createPlainLog('warn', (line) => process.stderr.write(line));
  const standard = await chooseDefaultBackend(config, 'terminal');
  const style = json ? 'json' : process.stdout.isTTY ? 'stream' : 'lines';
  const isTyped = style === 'stream' && process.stdin.isTTY;
  const stopping = followStopSignals();
  const { bot, close } = await openBot(config, {
    standard,
    log,
    stopping: stopping.signal,
    ...(persona !== undefined && { persona }),
  });
  try {
    announce([
      `Troupe in the terminal; you talk to ${(await speakingHere({ bot, channel: { id: session } })).persona?.name}.`,
      ...(await modelLines(config, bot.backend('default'), standard)),
      `Remembered in ${config.storeUrl}, session ${session}.${isTyped ? ' /help lists what you can type; Ctrl-D ends.' : ''}`,
      ...(await openingLines(bot, session)),
    ]);
    const { failures } = await runTerminal(bot, {
      input: process.stdin,
      output: process.stdout,
      aside: process.stderr,
      session,
      member: memberName(),
      style,
    });
    return failures > 0 ? 1 : 0;
  } finally {
    await close();
    stopping.release();
  }
}

function modelLines({ places }: Config, backend: Backend, standard: DefaultBackend): Promise<string[]> {
  if (standard.fallback) return pocketLines({ backend, standard, file: places.pocket });
  return modelLine(backend, standard).then((line) => [line]);
}

/** What was said last, or the greeting where the session has not begun: the model is shown it as said, so people are too. */
async function openingLines(bot: Bot, channel: string): Promise<string[]> {
  const { session } = await speakingHere({ bot, channel: { id: channel } });
  const { turns } = await bot.sessions.recall(session);
  const last = turns.findLast(({ hidden, role }) => !hidden && role === 'assistant');
  if (last) return ['', `Last time, ${last.author.name}: ${withoutControls(last.variants[last.chosen]?.text ?? '')}`];
  const greeting = await openingLine(bot, channel, memberName());
  return greeting === undefined ? [] : ['', greeting];
}

/** The name of the account that runs this; some containers have none. */
function memberName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'You';
  }
}
