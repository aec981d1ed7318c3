import type { AutocompleteBody } from 'discord-api-spec/zod';
import type { Report } from '../checks/check-promises.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { refusals } from '../rest/api-error.ts';
import { messagePayload } from '../world/message-payload.ts';
import { channelPayload, memberPayload, type Payload, userPayload } from '../world/payloads.ts';
import { permissionsOf } from '../world/permissions.ts';
import { EPHEMERAL, type Message, type World } from '../world/world.ts';

/** What a member sees of an answer to an interaction. */
export type SeenMessage = { id: string; content: string; ephemeral: boolean; files: { name: string; text: string }[] };
export type CommandResult = {
  /** Discord's callback type: 4 a message, 5 deferred and then edited, 6 and 7 an update, 8 choices, 9 a modal */
  type: number;
  messageId: string | undefined;
  content: string;
  ephemeral: boolean;
  files: { name: string; text: string }[];
  components: unknown[];
  /** from the event to the first response */
  ackMs: number;
  choices: { name: string; value: string | number }[];
  modal: unknown;
  /** grows as follow-ups arrive */
  followUps: SeenMessage[];
};

export const INTERACTION = { command: 2, component: 3, autocomplete: 4 } as const;

const RESPOND_WITHIN_MS = 3000;
const TOKEN_LIVES_MS = 15 * 60_000;
const FINISH_WITHIN_MS = 20_000;

export type Interaction = {
  id: string;
  token: string;
  type: number;
  channelId: string;
  userId: string;
  createdAt: number;
  startedAt: number;
  expired: boolean;
  /** of the first response */
  callback: { type: number; ackMs: number } | undefined;
  /** the first response's message; for an update of a button's message, that message */
  original: Message | undefined;
  source: Message | undefined;
  followUps: SeenMessage[];
  settle: { resolve: (result: CommandResult) => void; reject: (error: Error) => void };
};
type Start = {
  type: number;
  what: string;
  data: Payload;
  channelId: string;
  userId: string;
  source?: Message;
  locale?: string;
};

/** Members' commands and clicks, from the event to the answer, with the rules on time and on answering once. */
export class Interactions {
  private readonly world: World;
  private readonly gateway: Gateway;
  private readonly report: Report;
  private readonly byToken = new Map<string, Interaction>();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(options: { world: World; gateway: Gateway; report: Report }) {
    this.world = options.world;
    this.gateway = options.gateway;
    this.report = options.report;
  }

  /** Sends INTERACTION_CREATE; resolves when the member sees an answer. */
  start(start: Start): Promise<CommandResult> {
    const settle = Promise.withResolvers<CommandResult>();
    const { type, channelId, userId } = start;
    const interaction: Interaction = {
      id: this.world.nextId(),
      token: `aW50ZXJhY3Rpb24${crypto.randomUUID().replaceAll('-', '')}`,
      type,
      channelId,
      userId,
      createdAt: this.world.now(),
      startedAt: performance.now(),
      expired: false,
      callback: undefined,
      original: undefined,
      source: start.source,
      followUps: [],
      settle,
    };
    this.byToken.set(interaction.token, interaction);
    this.watch(interaction, start.what);
    const data = { ...eventPayload(this.world, interaction, start.data), locale: start.locale ?? 'en-US' };
    this.gateway.dispatch({
      type: 'INTERACTION_CREATE',
      intents: 0,
      guildId: this.world.channel(channelId).guildId,
      data: () => data,
    });
    return settle.promise;
  }

  /** The interaction with this token while the token lives. */
  withToken(token: string): Interaction {
    const interaction = this.byToken.get(token);
    if (interaction === undefined || this.world.now() - interaction.createdAt > TOKEN_LIVES_MS)
      throw refusals.invalidWebhookToken();
    return interaction;
  }

  /** Takes the first response, once and in time. */
  acknowledge(id: string, token: string, type: number): Interaction {
    const interaction = this.byToken.get(token);
    if (interaction === undefined || interaction.id !== id || interaction.expired) throw refusals.unknownInteraction();
    if (interaction.callback !== undefined) throw refusals.alreadyAcknowledged();
    interaction.callback = { type, ackMs: performance.now() - interaction.startedAt };
    return interaction;
  }

  /** Lets the member see the answer. */
  finish(interaction: Interaction, answer: { choices?: AutocompleteBody['choices']; modal?: unknown } = {}): void {
    const seen = interaction.original === undefined ? undefined : seenMessage(interaction.original);
    interaction.settle.resolve({
      type: interaction.callback?.type ?? 0,
      messageId: seen?.id,
      content: seen?.content ?? '',
      ephemeral: seen?.ephemeral ?? false,
      files: seen?.files ?? [],
      components: interaction.original?.components ?? [],
      ackMs: interaction.callback?.ackMs ?? 0,
      choices: answer.choices ?? [],
      modal: answer.modal,
      followUps: interaction.followUps,
    });
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  private watch(interaction: Interaction, what: string): void {
    this.after(RESPOND_WITHIN_MS, () => {
      if (interaction.callback !== undefined) return;
      interaction.expired = true;
      this.report(`${what}: no response within 3 s`);
      interaction.settle.reject(new Error(`${what}: no response within 3 s.`));
    });
    this.after(FINISH_WITHIN_MS, () => interaction.settle.reject(new Error(`${what}: deferred, and no answer within 20 s.`)));
  }

  private after(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      act();
    }, ms);
    timer.unref();
    this.timers.add(timer);
  }
}

export function seenMessage(message: Message): SeenMessage {
  const files = message.attachments.map(({ name, text }) => ({ name, text }));
  return { id: message.id, content: message.content, ephemeral: (message.flags & EPHEMERAL) !== 0, files };
}

function eventPayload(world: World, interaction: Interaction, data: Payload): Payload {
  const channel = world.channel(interaction.channelId);
  const user = userPayload(world.user(interaction.userId));
  return {
    id: interaction.id,
    application_id: world.applicationId,
    type: interaction.type,
    token: interaction.token,
    version: 1,
    data,
    channel_id: channel.id,
    channel: channelPayload(world, channel),
    entitlements: [],
    attachment_size_limit: 10 * 1024 * 1024,
    app_permissions: ((1n << 53n) - 1n).toString(),
    ...(interaction.source === undefined ? {} : { message: messagePayload(world, interaction.source, true) }),
    ...placePayload(world, interaction, user),
  };
}

function placePayload(world: World, interaction: Interaction, user: Payload): Payload {
  const { guildId } = world.channel(interaction.channelId);
  if (guildId === undefined) return { user, context: 1, authorizing_integration_owners: { '0': '0' } };
  const guild = world.guild(guildId);
  const member = guild.members.get(interaction.userId);
  if (member === undefined) throw new Error(`User ${interaction.userId} is no member of guild ${guildId}.`);
  const permissions = permissionsOf(guild, interaction.userId).toString();
  return {
    guild_id: guildId,
    guild: { id: guildId, locale: 'en-US', features: [] },
    guild_locale: 'en-US',
    member: { ...memberPayload(member), user, permissions },
    context: 0,
    authorizing_integration_owners: { '0': guildId },
  };
}
