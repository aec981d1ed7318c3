import { type Client, Events, type Message, RESTEvents, Status } from 'discord.js';
import { messageOf, type TroupeError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Bot } from '../bot.ts';
import { handleMessage } from '../handle-message.ts';
import { type Access, admits } from './access.ts';
import { askApplication } from './ask-application.ts';
import { placeIds } from './channel.ts';
import { connect, explainClose } from './connect.ts';
import { createClient } from './create-client.ts';
import { discordOutgoing } from './discord-outgoing.ts';
import { chooseIntents, type IntentsSetting } from './intents.ts';
import { handleInteraction } from './interactions/handle-interaction.ts';
import { registerCommands } from './interactions/register-commands.ts';
import { inviteUrl } from './invite-url.ts';
import { comesFromBot, readMessage } from './read-message.ts';

export type DiscordOptions = Access & {
  token: string;
  /** REST base without the version */
  apiUrl: string;
  intents: IntentsSetting;
  log: Logger;
  /** told once when Discord closed the connection for good while the bot ran */
  onFatal(error: TroupeError): void;
};

export type DiscordVenue = {
  /** where an operator adds the bot to a server */
  inviteUrl: string;
  tag: string;
  guildCount: number;
  /** sentences for the operator: what will not work, and how to change that */
  missing: readonly string[];
  /** Whether events come in now. */
  isConnected(): boolean;
  /** Hears nothing more, waits for the answers that are being made, and disconnects. */
  close(): Promise<void>;
};

/**
 * Connects the bot to Discord and answers there until closed. Throws ConfigError (wrong token, intents that were not granted) or
 * TroupeError (Discord cannot be reached) when it cannot begin.
 */
export async function startDiscord(bot: Bot, options: DiscordOptions): Promise<DiscordVenue> {
  const { token, apiUrl, log } = options;
  const application = await askApplication(token, apiUrl);
  const chosen = chooseIntents(options.intents, application);
  const client = createClient(apiUrl, chosen.intents);
  const answers = new Set<Promise<void>>();
  logTroubles(client, log);
  listenTo(client, { bot, options, readsEveryMessage: chosen.readsEveryMessage, answers });
  const ready = await connect(client, { token, apiUrl, applicationId: application.id });
  client.on(Events.ShardDisconnect, ({ code }) => options.onFatal(explainClose(code, application.id)));
  const guildCount = ready.guilds.cache.size;
  const invite = inviteUrl(application.id);
  const missing = [...chosen.missing, ...(await missingCommands(ready, log)), ...missingServer(guildCount, invite)];
  const isConnected = () => client.ws.status === Status.Ready;
  return { inviteUrl: invite, tag: ready.user.tag, guildCount, missing, isConnected, close: () => close(client, answers) };
}

type Listening = { bot: Bot; options: DiscordOptions; readsEveryMessage: boolean; answers: Set<Promise<void>> };

function listenTo(client: Client, { bot, options, readsEveryMessage, answers }: Listening): void {
  const { allow, deny } = options;
  const access: Access = { allow, deny };
  const follow = (answer: Promise<void>) => {
    const followed = answer
      .catch((error: unknown) => options.log.error({ error }, 'an event of Discord could not be read'))
      .finally(() => answers.delete(followed));
    answers.add(followed);
  };
  client.on(Events.MessageCreate, (message) => follow(hear(bot, access, message)));
  client.on(Events.InteractionCreate, (interaction) =>
    follow(handleInteraction({ bot, access, readsEveryMessage }, interaction)),
  );
}

async function hear(bot: Bot, access: Access, message: Message): Promise<void> {
  const { channel, author, member } = message;
  if (comesFromBot(message) || !channel.isSendable()) return;
  if (!admits(access, [author.id, ...(member?.roles.cache.keys() ?? []), ...placeIds(channel)])) return;
  await handleMessage(bot, readMessage(message), discordOutgoing(message, channel, bot.log));
}

/** An error event without a listener would end the process. */
function logTroubles(client: Client, log: Logger): void {
  client.on(Events.Error, (error) => log.error({ error }, 'the Discord client reported an error'));
  client.on(Events.ShardError, (error, shard) => log.warn({ error, shard }, 'the connection to Discord has trouble'));
  client.on(Events.ShardReconnecting, (shard) => log.info({ shard }, 'connecting to Discord again'));
  client.on(Events.ShardResume, (shard) => log.info({ shard }, 'connected to Discord again'));
  client.on(Events.Warn, (warning) => log.warn({ warning }, 'the Discord client warned'));
  client.rest.on(RESTEvents.RateLimited, ({ method, route, timeToReset, scope }) =>
    log.debug({ method, route, timeToReset, scope }, 'a request to Discord waits for its rate limit'),
  );
}

async function missingCommands(client: Client<true>, log: Logger): Promise<string[]> {
  try {
    const written = await registerCommands(client.rest, client.application.id);
    log.info({ written }, 'slash commands are registered');
    return [];
  } catch (error) {
    log.error({ error }, 'slash commands could not be registered');
    return [`Discord did not take the slash commands (${messageOf(error)}): they stay as they were; restart to try again.`];
  }
}

function missingServer(guildCount: number, invite: string): string[] {
  return guildCount > 0 ? [] : [`The bot is in no server yet: invite it at ${invite}`];
}

async function close(client: Client, answers: ReadonlySet<Promise<void>>): Promise<void> {
  client.removeAllListeners(Events.MessageCreate);
  client.removeAllListeners(Events.InteractionCreate);
  await Promise.all(answers);
  client.removeAllListeners(Events.ShardReconnecting); // the library announces one even for a connection that it closes itself
  await client.destroy();
}
