import type { AllowedMentionsBody, CommandBody } from 'discord-api-spec/zod';
import { createSnowflakes } from './snowflake.ts';

export type User = { id: string; name: string; bot: boolean };
export type Member = { userId: string; roleIds: string[]; joinedAt: number };
export type Guild = {
  id: string;
  name: string;
  ownerId: string;
  administratorRoleId: string;
  members: Map<string, Member>;
  channelIds: string[];
};
export type Channel = {
  id: string;
  /** Discord's channel types: 0 text, 1 direct message, 11 public thread ... */
  type: number;
  name: string;
  nsfw: boolean;
  guildId: string | undefined;
  recipientId: string | undefined;
};
export type Attachment = { id: string; name: string; text: string; size: number };
export type Message = {
  id: string;
  channelId: string;
  authorId: string;
  content: string;
  nonce: string | number | undefined;
  replyTo: string | undefined;
  /** whether a reply notifies the author it answers */
  pingsReplied: boolean;
  createdAt: number;
  edits: { content: string; at: number }[];
  flags: number;
  allowedMentions: AllowedMentionsBody | undefined;
  attachments: Attachment[];
  embeds: Record<string, unknown>[];
  components: unknown[];
  interactionId: string | undefined;
  deleted: boolean;
};
export type Command = CommandBody & { id: string; application_id: string; version: string; guild_id?: string };

export const EPHEMERAL = 1 << 6;
export const LOADING = 1 << 7;

export type WorldOptions = {
  now: () => number;
  /** what is switched on in the developer portal */
  privileged: { messageContent: boolean; guildMembers: boolean; presences: boolean };
};

/** Everything Discord would have in its database. It knows no protocol. */
export class World {
  readonly now: () => number;
  readonly privileged: WorldOptions['privileged'];
  readonly nextId: () => string;
  readonly users = new Map<string, User>();
  readonly guilds = new Map<string, Guild>();
  readonly channels = new Map<string, Channel>();
  readonly messages = new Map<string, Message>();
  readonly typing = new Map<string, number[]>();
  /** by guild id; the application's global commands under '' */
  readonly commands = new Map<string, Command[]>();
  readonly applicationId: string;
  readonly bot: User;

  constructor(options: WorldOptions) {
    this.now = options.now;
    this.privileged = options.privileged;
    this.nextId = createSnowflakes(options.now);
    this.applicationId = this.nextId();
    this.bot = this.addUser('troupe', true);
  }

  addUser(name: string, bot: boolean): User {
    const user = { id: this.nextId(), name, bot };
    this.users.set(user.id, user);
    return user;
  }

  addGuild(name: string, ownerId: string | undefined): Guild {
    const id = this.nextId();
    const owner = ownerId ?? this.addUser('owner', false).id;
    const guild: Guild = {
      id,
      name,
      ownerId: owner,
      administratorRoleId: this.nextId(),
      members: new Map(),
      channelIds: [],
    };
    this.guilds.set(id, guild);
    this.addMember(guild, owner, false);
    this.addMember(guild, this.bot.id, false);
    return guild;
  }

  addMember(guild: Guild, userId: string, administrator: boolean): Member {
    const member = { userId, roleIds: administrator ? [guild.administratorRoleId] : [], joinedAt: this.now() };
    guild.members.set(userId, member);
    return member;
  }

  addChannel(channel: Omit<Channel, 'id'>): Channel {
    const added = { ...channel, id: this.nextId() };
    this.channels.set(added.id, added);
    if (added.guildId !== undefined) this.guild(added.guildId).channelIds.push(added.id);
    return added;
  }

  directMessage(userId: string): Channel {
    this.user(userId);
    const open = [...this.channels.values()].find((channel) => channel.recipientId === userId);
    return open ?? this.addChannel({ type: 1, name: '', nsfw: false, guildId: undefined, recipientId: userId });
  }

  user(id: string): User {
    return required(this.users.get(id), `user ${id}`);
  }

  guild(id: string): Guild {
    return required(this.guilds.get(id), `guild ${id}`);
  }

  channel(id: string): Channel {
    return required(this.channels.get(id), `channel ${id}`);
  }

  /** A message of this channel that was not deleted. */
  findMessage(channelId: string, messageId: string): Message | undefined {
    const message = this.messages.get(messageId);
    return message?.channelId === channelId && !message.deleted ? message : undefined;
  }

  /** The messages everybody in the channel sees, oldest first. */
  visibleMessages(channelId: string): Message[] {
    return [...this.messages.values()].filter(
      (message) => message.channelId === channelId && !message.deleted && (message.flags & EPHEMERAL) === 0,
    );
  }
}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`The double has no ${what}.`);
  return value;
}
