import { memberPayload, type Payload, userPayload } from './payloads.ts';
import type { Message, World } from './world.ts';

const USER_MENTION = /<@!?(\d+)>/g;
const DEFAULT = 0;
const REPLY = 19;
const COMMAND_REPLY = 20;

/** Who a message notifies: the users named in its text, as far as it allows, and the author it answers. */
export function mentionsOf(world: World, message: Message): string[] {
  const allowed = message.allowedMentions;
  const named = [...message.content.matchAll(USER_MENTION)].flatMap((match) => match[1] ?? []);
  const heard = named.filter(
    (id) => world.users.has(id) && (allowed === undefined || allowed.parse?.includes('users') || allowed.users?.includes(id)),
  );
  const answered = message.replyTo === undefined ? undefined : world.messages.get(message.replyTo);
  if (answered !== undefined && message.pingsReplied) heard.push(answered.authorId);
  return [...new Set(heard)];
}

/**
 * Without the message content intent the text comes only for the application's own messages, direct messages and
 * messages that mention it (Discord's gateway documentation, "Message Content Intent").
 */
function mayRead(world: World, message: Message): boolean {
  const own = message.authorId === world.bot.id;
  const direct = world.channel(message.channelId).guildId === undefined;
  return own || direct || mentionsOf(world, message).includes(world.bot.id);
}

function attachmentPayload(message: Message): Payload[] {
  return message.attachments.map((attachment) => {
    const url = `https://cdn.discordapp.com/attachments/${message.channelId}/${attachment.id}/${attachment.name}`;
    return {
      id: attachment.id,
      filename: attachment.name,
      size: attachment.size,
      url,
      proxy_url: url,
      content_type: 'text/plain',
    };
  });
}

function contentPayload(world: World, message: Message, readsAll: boolean): Payload {
  const shown = readsAll || mayRead(world, message);
  return {
    content: shown ? message.content : '',
    embeds: shown ? message.embeds : [],
    attachments: shown ? attachmentPayload(message) : [],
    components: shown ? message.components : [],
  };
}

function replyPayload(world: World, message: Message, readsAll: boolean): Payload {
  if (message.replyTo === undefined) return {};
  const { guildId } = world.channel(message.channelId);
  const answered = world.findMessage(message.channelId, message.replyTo);
  const place = { channel_id: message.channelId, ...(guildId === undefined ? {} : { guild_id: guildId }) };
  return {
    message_reference: { type: 0, message_id: message.replyTo, ...place },
    referenced_message: answered === undefined ? null : messagePayload(world, { ...answered, replyTo: undefined }, readsAll),
  };
}

function interactionPayload(world: World, message: Message): Payload {
  if (message.interactionId === undefined) return {};
  return { application_id: world.applicationId, webhook_id: world.applicationId };
}

function messageType(message: Message): number {
  if (message.interactionId !== undefined) return COMMAND_REPLY;
  return message.replyTo === undefined ? DEFAULT : REPLY;
}

/** The message as REST gives it. `readsAll`: the reader has the message content intent. */
export function messagePayload(world: World, message: Message, readsAll: boolean): Payload {
  const edited = message.edits.at(-1)?.at;
  return {
    id: message.id,
    type: messageType(message),
    channel_id: message.channelId,
    author: userPayload(world.user(message.authorId)),
    timestamp: new Date(message.createdAt).toISOString(),
    edited_timestamp: edited === undefined ? null : new Date(edited).toISOString(),
    tts: false,
    pinned: false,
    mention_everyone: false,
    mention_roles: [],
    mentions: mentionsOf(world, message).map((id) => userPayload(world.user(id))),
    flags: message.flags,
    ...(message.nonce === undefined ? {} : { nonce: message.nonce }),
    ...contentPayload(world, message, readsAll),
    ...replyPayload(world, message, readsAll),
    ...interactionPayload(world, message),
  };
}

/** The message as the gateway gives it: with its guild and its author's membership. */
export function messageEventPayload(world: World, message: Message, readsAll: boolean): Payload {
  const payload = messagePayload(world, message, readsAll);
  const { guildId, type } = world.channel(message.channelId);
  if (guildId === undefined) return { ...payload, channel_type: type };
  const member = world.guild(guildId).members.get(message.authorId);
  return {
    ...payload,
    channel_type: type,
    guild_id: guildId,
    ...(member === undefined ? {} : { member: memberPayload(member) }),
  };
}
