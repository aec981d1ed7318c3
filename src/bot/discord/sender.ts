import {
  AttachmentBuilder,
  type AutocompleteInteraction,
  MessageFlags,
  type MessageMentionOptions,
  type RepliableInteraction,
  type SendableChannels,
} from 'discord.js';
import type { CommandReply } from '../commands/command.ts';
import { isRefusal, REFUSAL } from './refusals.ts';

/** Whatever a model writes, nobody is pinged by it: not everyone, no role, no member, not even who is replied to. */
const NOBODY = { parse: [], repliedUser: false } satisfies MessageMentionOptions;

export type NewMessage = {
  text: string;
  nonce: string;
  /** id of the message it answers */
  answers?: string;
};

/**
 * The one way out: no other file calls a sending method of discord.js (a test reads the source for it), so what holds here holds
 * for everything the bot says. Errors are Discord's own, as they came; only a refused reference is taken care of here.
 */
export const sender = {
  /** Posts a message and gives its id. The nonce makes a repeated post show once. */
  async sendMessage(channel: SendableChannels, message: NewMessage): Promise<string> {
    const { text, nonce, answers } = message;
    const payload = { content: text, nonce, enforceNonce: true, allowedMentions: NOBODY };
    if (answers === undefined) return (await channel.send(payload)).id;
    try {
      const reply = { messageReference: answers, failIfNotExists: false };
      return (await channel.send({ ...payload, reply })).id;
    } catch (error) {
      if (!isRefusal(error, REFUSAL.cannotReply)) throw error;
      return (await channel.send(payload)).id; // without leave to read the history it can still speak, only not as a reply
    }
  },

  async replaceMessage(channel: SendableChannels, messageId: string, text: string): Promise<void> {
    await channel.messages.edit(messageId, { content: text, allowedMentions: NOBODY });
  },

  async removeMessage(channel: SendableChannels, messageId: string): Promise<void> {
    await channel.messages.delete(messageId);
  },

  async showTyping(channel: SendableChannels): Promise<void> {
    await channel.sendTyping();
  },

  /** Tells Discord that an answer will come. Must reach it within 3 s of the interaction. */
  async acknowledge(interaction: RepliableInteraction, isPrivate: boolean): Promise<void> {
    await interaction.deferReply(isPrivate ? { flags: MessageFlags.Ephemeral } : {});
  },

  /** Answers an interaction, acknowledged before or not. A private answer stays private even after a public acknowledgement. */
  async answerInteraction(interaction: RepliableInteraction, answer: CommandReply): Promise<void> {
    const payload = {
      content: answer.text,
      allowedMentions: NOBODY,
      ...(answer.file && { files: [new AttachmentBuilder(Buffer.from(answer.file.text, 'utf8'), { name: answer.file.name })] }),
    };
    const flags = answer.ephemeral ? ({ flags: MessageFlags.Ephemeral } as const) : {};
    if (!interaction.deferred) {
      await interaction.reply({ ...payload, ...flags });
    } else if (answer.ephemeral && !interaction.ephemeral) {
      await interaction.deleteReply();
      await interaction.followUp({ ...payload, ...flags });
    } else {
      await interaction.editReply(payload);
    }
  },

  /** Answers a request for suggestions with none. */
  async suggestNothing(interaction: AutocompleteInteraction): Promise<void> {
    await interaction.respond([]);
  },
};
