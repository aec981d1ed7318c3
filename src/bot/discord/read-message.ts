import { type Message, MessageReferenceType } from 'discord.js';
import type { IncomingMessage } from '../incoming.ts';
import { isAgeRestricted, venueChannelId } from './channel.ts';
import { callsBot, cleanName, type MentionNames, type OwnIds, readableText } from './readable-text.ts';

/** Whether a message is the bot's own, or comes from another bot, a webhook or Discord itself: none of them is ever answered. */
export function comesFromBot(message: Message): boolean {
  const own = message.author.id === message.client.user?.id;
  return own || message.author.bot || message.webhookId !== null || message.author.system || message.system;
}

/** Discord's message as plain data. */
export function readMessage(message: Message): IncomingMessage {
  const own = ownIds(message);
  const mentionsBot = callsBot(message.content, own);
  const text = readableText(message.content, own, mentionNames(message));
  return {
    id: message.id,
    channel: {
      id: venueChannelId(message.channelId),
      shared: message.guildId !== null,
      ageRestricted: isAgeRestricted(message.channel),
    },
    author: {
      id: message.author.id,
      name: cleanName(message.member?.nickname, message.author.globalName, message.author.username),
      isBot: comesFromBot(message),
    },
    // Somebody who writes nothing but the bot's name wants to be answered.
    text: text === '' && mentionsBot ? `@${message.client.user?.displayName ?? 'bot'}` : text,
    mentionsBot,
    repliesToBot: isReply(message) && message.mentions.repliedUser?.id === own.user,
    source: 'discord-message',
    at: message.createdTimestamp,
  };
}

/** A forwarded message refers to another one as well. */
function isReply({ reference }: Message): boolean {
  return reference !== null && reference.type !== MessageReferenceType.Forward;
}

function ownIds(message: Message): OwnIds {
  const user = message.client.user?.id ?? '';
  const role = message.guild?.roles.cache.find((candidate) => candidate.tags?.botId === user);
  return { user, role: role?.id };
}

function mentionNames(message: Message): MentionNames {
  return {
    user(id) {
      const user = message.mentions.users.get(id);
      return user && cleanName(message.guild?.members.cache.get(id)?.nickname, user.globalName, user.username);
    },
    role: (id) => message.guild?.roles.cache.get(id)?.name,
    channel(id) {
      const channel = message.client.channels.cache.get(id);
      return channel && 'name' in channel && channel.name ? channel.name : undefined;
    },
  };
}
