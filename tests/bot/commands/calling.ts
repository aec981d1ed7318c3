// Runs commands without a venue: what a member calls, as data.
import { afterEach } from 'vitest';
import type { Backend } from '../../../src/backends/backend.ts';
import type { Bot } from '../../../src/bot/bot.ts';
import type { CommandContext, CommandReply } from '../../../src/bot/commands/command.ts';
import { findSubcommand, runCommand } from '../../../src/bot/commands/run-command.ts';
import { handleMessage } from '../../../src/bot/handle-message.ts';
import { createEvilBackend } from '../../evil-backend.ts';
import { createTestBot, makeMessage, makePersona, personaSet, recordingOutgoing } from '../stage.ts';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const bot of open.splice(0)) await bot.close();
});

export const CHANNEL = { id: 'discord-1', shared: true, ageRestricted: false };

/** A bot with three personas whose model always says 'Fine.' */
export async function openBot(
  over: Partial<Bot> = {},
  backend: Backend = createEvilBackend({ mischiefs: [], says: 'Fine.' }),
): Promise<Bot> {
  const personas = personaSet(
    { sampling: { ...makePersona().sampling, temperature: 0.5 } },
    { id: 'rook', name: 'Rook', description: 'A gruff barista.' },
    { id: 'vamp', name: 'Vamp', rating: 'mature' },
  );
  const bot = await createTestBot(backend, { personas, ...over });
  open.push(bot);
  return bot;
}

/** Calls `path` ('persona set') as a member who may manage the channel, unless told otherwise. */
export async function call(
  bot: Bot,
  path: string,
  options: CommandContext['options'] = {},
  over: Partial<CommandContext> = {},
): Promise<CommandReply> {
  const [command = '', name = ''] = path.split(' ');
  const subcommand = findSubcommand(command, name);
  if (!subcommand) throw new Error(`There is no /${path}.`);
  const member = { id: '7', name: 'Mina', mayManage: true };
  return runCommand(subcommand, { bot, channel: CHANNEL, member, options, language: 'en', readsEveryMessage: true, ...over });
}

export const KOREAN = { language: 'ko' } as const;

/** Says something and waits for the answer. */
export async function say(bot: Bot, text: string): Promise<void> {
  await handleMessage(bot, makeMessage(text), recordingOutgoing());
}
