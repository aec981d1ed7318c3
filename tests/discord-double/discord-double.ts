import type { AllowedMentionsBody } from 'discord-api-spec/zod';
import { Gateway, guildEvent } from './gateway/gateway.ts';
import { intents } from './gateway/intents.ts';
import { type CommandCall, commandData } from './interactions/command-options.ts';
import { type CommandResult, INTERACTION, Interactions } from './interactions/interactions.ts';
import { applicationRoutes } from './rest/application-routes.ts';
import type { Fault } from './rest/faults.ts';
import { interactionRoutes } from './rest/interaction-routes.ts';
import { messageRoutes } from './rest/message-routes.ts';
import { placeRoutes } from './rest/place-routes.ts';
import { type RecordedRequest, RestServer } from './rest/rest-server.ts';
import { channelPayload, memberPayload, type Payload, userPayload } from './world/payloads.ts';
import { Posts } from './world/posts.ts';
import { waitFor } from './wait-for.ts';
import { type Attachment, type Command, type Message, World } from './world/world.ts';

export type DiscordDoubleOptions = {
  /** the bot's token; a made-up one unless told */
  token?: string;
  /** the privileged intents switched on in the developer portal: message content unless told otherwise */
  intents?: { messageContent?: boolean; guildMembers?: boolean; presences?: boolean };
  /** 41,250 ms unless told, as Discord says */
  heartbeatIntervalMs?: number;
  /** a free port unless told */
  port?: number;
};

/** A message as tests look at it. */
export type SeenPost = {
  id: string;
  authorId: string;
  content: string;
  nonce: string | number | undefined;
  replyTo: string | undefined;
  /** ms since the epoch */
  createdAt: number;
  edits: { content: string; at: number }[];
  flags: number;
  allowedMentions: AllowedMentionsBody | undefined;
  attachments: Attachment[];
  components: unknown[];
  deleted: boolean;
};

export type DiscordDouble = Awaited<ReturnType<typeof startDiscordDouble>>;

/**
 * Starts a Discord on loopback: REST at `apiUrl` and the gateway that its `GET /gateway/bot` names. A real discord.js
 * client works with it unmodified through its option `rest.api`.
 */
export async function startDiscordDouble(options: DiscordDoubleOptions = {}) {
  let clockOffsetMs = 0;
  const now = () => Date.now() + clockOffsetMs;
  const world = new World({
    now,
    privileged: {
      messageContent: options.intents?.messageContent ?? true,
      guildMembers: options.intents?.guildMembers ?? false,
      presences: options.intents?.presences ?? false,
    },
  });
  const token = options.token ?? madeUpToken(world.bot.id);
  const violations: string[] = [];
  const report = (violation: string) => void violations.push(violation);
  let port = 0;
  const address = () => `ws://127.0.0.1:${port}`;
  const gateway = new Gateway({ world, token, heartbeatIntervalMs: options.heartbeatIntervalMs ?? 41_250, address, report });
  const posts = new Posts(world, gateway);
  const interactions = new Interactions({ world, gateway, report });
  const stage = { world, posts, report, interactions };
  const routes = [
    ...messageRoutes(stage),
    ...placeRoutes(world, address),
    ...applicationRoutes(world),
    ...interactionRoutes(stage),
  ];
  const rest = new RestServer({ routes, token, report });
  rest.http.on('upgrade', (request, stream, head) => gateway.upgrade(request, stream, head));
  port = await rest.listen(options.port ?? 0);

  return {
    /** what DISCORD_API_URL holds: the REST base without the version */
    apiUrl: `http://127.0.0.1:${port}/api`,
    token,
    applicationId: world.applicationId,
    botUserId: world.bot.id,
    gateway,
    ...places(world, gateway),
    ...talk(world, posts),
    ...commands(world, interactions),
    /** every REST request, in the order they came */
    requests: rest.requests as readonly RecordedRequest[],
    /** everything Discord would refuse, and every broken promise of our own */
    violations,
    /** how many requests were answered with 429 */
    get rateLimited() {
      return rest.rateLimited;
    },
    /** Makes every REST answer take this much longer. */
    setLatency(ms: number): void {
      rest.latencyMs = ms;
    },
    /** Lets coming requests fail. `route`: a template such as `/channels/:id/messages`, or a pattern for the path. */
    failNext(method: string, route: string | RegExp, fault: Fault): void {
      rest.faults.plan(method, route, fault);
    },
    /** Moves Discord's clock forward: ids, tokens of interactions and remembered nonces age; rate limits do not. */
    advanceClock(ms: number): void {
      clockOffsetMs += ms;
    },
    waitFor,
    async close(): Promise<void> {
      interactions.close();
      gateway.close();
      await rest.close();
    },
  };
}

// Shaped like a real one, so that whatever hides tokens in logs hides this one too.
function madeUpToken(botUserId: string): string {
  return `${Buffer.from(botUserId).toString('base64url')}.GdOuBl.${'troupe-loopback-double-'.padEnd(38, 'x')}`;
}

function places(world: World, gateway: Gateway) {
  return {
    addGuild({ name = 'the playhouse', ownerId }: { name?: string; ownerId?: string } = {}): string {
      const guild = world.addGuild(name, ownerId);
      gateway.dispatch(guildEvent(world, guild.id, intents.guilds));
      return guild.id;
    },
    addChannel(
      guildId: string,
      { name = 'stage', nsfw = false, type = 0 }: { name?: string; nsfw?: boolean; type?: number } = {},
    ): string {
      world.guild(guildId);
      const channel = world.addChannel({ type, name, nsfw, guildId, recipientId: undefined });
      gateway.dispatch({
        type: 'CHANNEL_CREATE',
        intents: intents.guilds,
        guildId,
        data: () => channelPayload(world, channel),
      });
      return channel.id;
    },
    addMember(
      guildId: string,
      { name, bot = false, administrator = false }: { name: string; bot?: boolean; administrator?: boolean },
    ): string {
      const guild = world.guild(guildId);
      const user = world.addUser(name, bot);
      const member = world.addMember(guild, user.id, administrator);
      const data = () => ({ ...memberPayload(member), user: userPayload(user), guild_id: guildId });
      gateway.dispatch({ type: 'GUILD_MEMBER_ADD', intents: intents.guildMembers, guildId, data });
      return user.id;
    },
    openDirectMessage: (userId: string): string => world.directMessage(userId).id,
    /** When the bot showed that it types, ms since the epoch. */
    typing: (channelId: string): readonly number[] => world.typing.get(channelId) ?? [],
  };
}

function talk(world: World, posts: Posts) {
  const existing = (channelId: string, messageId: string): Message => {
    const message = world.findMessage(channelId, messageId);
    if (message === undefined) throw new Error(`Channel ${channelId} has no message ${messageId}.`);
    return message;
  };
  return {
    /** A member writes a message. `ping`: whether a reply notifies the author it answers, as it does by default. */
    say(
      channelId: string,
      userId: string,
      text: string,
      { replyTo, ping = true }: { replyTo?: string; ping?: boolean } = {},
    ): string {
      checkMaySpeak(world, channelId, userId);
      if (text.trim() === '') throw new Error('Discord sends no empty message.');
      if (replyTo !== undefined) existing(channelId, replyTo);
      return posts.create({ channelId, authorId: userId, content: text, replyTo, pingsReplied: ping }).id;
    },
    editMessage: (channelId: string, messageId: string, text: string): void =>
      posts.edit(existing(channelId, messageId), { content: text }),
    deleteMessage: (channelId: string, messageId: string): void => posts.delete(existing(channelId, messageId)),
    /** What everybody in the channel sees, oldest first; `all` also gives what was deleted and what is ephemeral. */
    messages(channelId: string, { all = false }: { all?: boolean } = {}): SeenPost[] {
      const chosen = all
        ? [...world.messages.values()].filter((message) => message.channelId === channelId)
        : world.visibleMessages(channelId);
      return chosen.map(seenPost);
    },
  };
}

function checkMaySpeak(world: World, channelId: string, userId: string): void {
  const { guildId, recipientId } = world.channel(channelId);
  const belongs =
    guildId === undefined ? userId === recipientId || userId === world.bot.id : world.guild(guildId).members.has(userId);
  if (!belongs) throw new Error(`User ${userId} is not in channel ${channelId}.`);
}

function seenPost(message: Message): SeenPost {
  const { id, authorId, content, nonce, replyTo, createdAt, flags, allowedMentions, attachments, components, deleted } =
    message;
  const edits = [...message.edits];
  return { id, authorId, content, nonce, replyTo, createdAt, edits, flags, allowedMentions, attachments, components, deleted };
}

function commands(world: World, interactions: Interactions) {
  return {
    /** The registered commands of the application, or of a guild. */
    commands: (guildId = ''): readonly Command[] => world.commands.get(guildId) ?? [],
    /** A member runs a slash command. Resolves when an answer is seen: at once, or after a deferral by its edit. */
    async runCommand(call: CommandCall): Promise<CommandResult> {
      const { channelId, userId } = call;
      const what = `/${call.name}${call.subcommand === undefined ? '' : ` ${call.subcommand}`}`;
      return interactions.start({ type: INTERACTION.command, what, data: commandData(world, call), channelId, userId });
    },
    /** A member types an option; gives the choices that are offered. The option `focused` holds what is typed so far. */
    async autocomplete(call: CommandCall & { focused: string }): Promise<CommandResult['choices']> {
      const { channelId, userId, focused } = call;
      const data = commandData(world, call, focused);
      const result = await interactions.start({
        type: INTERACTION.autocomplete,
        what: `/${call.name} ${focused}`,
        data,
        channelId,
        userId,
      });
      return result.choices;
    },
    /** A member clicks a button. */
    async pressButton(click: {
      channelId: string;
      userId: string;
      messageId: string;
      customId: string;
    }): Promise<CommandResult> {
      const { channelId, userId, messageId, customId } = click;
      const source = world.findMessage(channelId, messageId);
      if (source === undefined || !holdsButton(source.components, customId))
        throw new Error(`Message ${messageId} has no button ${customId}.`);
      const data: Payload = { custom_id: customId, component_type: 2, id: 1 };
      return interactions.start({ type: INTERACTION.component, what: `button ${customId}`, data, channelId, userId, source });
    },
  };
}

function holdsButton(components: unknown, customId: string): boolean {
  if (Array.isArray(components)) return components.some((one: unknown) => holdsButton(one, customId));
  if (typeof components !== 'object' || components === null) return false;
  const enabled =
    'custom_id' in components &&
    components.custom_id === customId &&
    !('disabled' in components && components.disabled === true);
  return enabled || ('components' in components && holdsButton(components.components, customId));
}
