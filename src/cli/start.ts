import { startDiscord } from '../bot/discord/start-discord.ts';
import { chooseDefaultBackend } from '../config/default-backend.ts';
import { type Config, loadConfig } from '../config.ts';
import { ConfigError, type TroupeError } from '../errors.ts';
import { createLog } from '../log.ts';
import { counted } from './print.ts';
import { reportError } from './report-error.ts';
import { announce, modelLine } from './running/announce.ts';
import { converse } from './running/converse.ts';
import { keepHealthFile } from './running/health-file.ts';
import { openBot } from './running/open-bot.ts';
import { followStopSignals } from './running/stop-signals.ts';

/** The bot on Discord where there is a token; the terminal otherwise, unless `discord` is asked for. Gives the exit code. */
export async function start({ discord = false }: { discord?: boolean }): Promise<number> {
  const config = loadConfig();
  const { token } = config.discord;
  if (token !== undefined) return startBot(config, token);
  if (!discord) return converse(config, { session: 'terminal' });
  const message =
    'is not set, and without it there is no bot on Discord: make an application at https://discord.com/developers/applications, ' +
    'copy the token under "Bot" and put it into .env (`npm run setup` does that), or start without --discord to talk in the terminal.';
  throw new ConfigError([{ file: 'DISCORD_TOKEN', message }]);
}

async function startBot(config: Config, token: string): Promise<number> {
  const log = createLog(config.logLevel ?? 'info');
  const standard = await chooseDefaultBackend(config, 'discord');
  const stopping = followStopSignals();
  const { bot, close } = await openBot(config, { standard, log, stopping: stopping.signal });
  try {
    // A model that never can answer is told of before anybody sees the bot.
    const model = await modelLine(bot.backend('default'), standard);
    const ended = Promise.withResolvers<TroupeError>();
    const { apiUrl, intents, allow, deny } = config.discord;
    const venue = await startDiscord(bot, { token, apiUrl, intents, allow, deny, log, onFatal: ended.resolve });
    announce([
      `Troupe is on Discord as ${venue.tag}, in ${counted(venue.guildCount, 'server')}, with ${counted(bot.personas.all().length, 'persona')}.`,
      `Invite it: ${venue.inviteUrl}`,
      model,
      `Store: ${config.storeUrl}`,
      ...venue.missing.map((sentence) => `Missing: ${sentence}`),
    ]);
    const health = keepHealthFile(config.places.data, {
      isWell: venue.isConnected,
      onTrouble: (error) => log.warn({ error }, 'the sign of life for doctor --health cannot be written'),
    });
    try {
      const fatal = await Promise.race([stopping.asked, ended.promise]);
      if (fatal) reportError(fatal);
      return fatal ? fatal.exitCode : 0;
    } finally {
      health.stop();
      await venue.close();
    }
  } finally {
    await close();
    stopping.release();
  }
}
