import type { AllowedMentionsBody } from 'discord-api-spec/zod';
import type { Posts } from '../world/posts.ts';
import type { Attachment, Message, World } from '../world/world.ts';

type SeenPost = {
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

/** What members do with messages, and what they see. */
export function talkControls(world: World, posts: Posts) {
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
    /** The same MESSAGE_CREATE once more, as happens around a resume. */
    repeatEvent: (channelId: string, messageId: string): void => posts.repeat(existing(channelId, messageId)),
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
