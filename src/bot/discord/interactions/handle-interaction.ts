import {
  type BaseInteraction,
  type ChatInputCommandInteraction,
  PermissionFlagsBits,
  type RepliableInteraction,
} from 'discord.js';
import type { Language } from '../../../chat.ts';
import type { Bot } from '../../bot.ts';
import { type CommandContext, privately, type Subcommand } from '../../commands/command.ts';
import { findSubcommand, refusalFor, runCommand } from '../../commands/run-command.ts';
import { repliesIn } from '../../commands/wording/replies-in.ts';
import { noticeFor } from '../../notices.ts';
import { type Access, admits } from '../access.ts';
import { isAgeRestricted, placeIds, venueChannelId } from '../channel.ts';
import { cleanName } from '../readable-text.ts';
import { isRefusal, REFUSAL } from '../refusals.ts';
import { sender } from '../sender.ts';

export type InteractionPlace = { bot: Bot; access: Access; readsEveryMessage: boolean };

/**
 * Answers an interaction, whatever it is: an interaction left alone shows people "did not respond". What may take long is
 * acknowledged first, because Discord waits 3 s. Never rejects.
 */
export async function handleInteraction(place: InteractionPlace, interaction: BaseInteraction): Promise<void> {
  const { log } = place.bot;
  try {
    if (interaction.isAutocomplete()) await sender.suggestNothing(interaction);
    else if (interaction.isRepliable()) await respond(place, interaction);
  } catch (error) {
    // too late, or another process of this bot was faster: there is nobody left to tell
    const gone = isRefusal(error, REFUSAL.unknownInteraction, REFUSAL.alreadyAcknowledged, REFUSAL.invalidToken);
    log[gone ? 'info' : 'error']({ error, interaction: interaction.id }, 'an interaction could not be answered');
  }
}

async function respond(place: InteractionPlace, interaction: RepliableInteraction): Promise<void> {
  const language = languageOf(interaction);
  const task = taskFor(place, interaction, language);
  if ('refusal' in task) return sender.answerInteraction(interaction, privately(task.refusal));
  await sender.acknowledge(interaction, !task.subcommand.changes);
  const reply = await runCommand(task.subcommand, readContext(place, task.interaction, language));
  try {
    await sender.answerInteraction(interaction, reply);
  } catch (error) {
    place.bot.log.error({ error, interaction: interaction.id }, 'the answer of a command was refused');
    await sender.answerInteraction(interaction, privately(noticeFor(error, language)));
  }
}

type Task = { refusal: string } | { subcommand: Subcommand; interaction: ChatInputCommandInteraction };

/** What is to be done, or why nothing is: said at once, because it needs nobody's answer. */
function taskFor({ access }: InteractionPlace, interaction: RepliableInteraction, language: Language): Task {
  const replies = repliesIn(language);
  if (!admits(access, idsOf(interaction))) return { refusal: replies.notHere };
  if (!interaction.isChatInputCommand()) return { refusal: replies.unknownCommand };
  const subcommand = findSubcommand(interaction.commandName, interaction.options.getSubcommand(false) ?? '');
  if (!subcommand) return { refusal: replies.unknownCommand };
  const refusal = refusalFor(subcommand, mayManage(interaction), language);
  return refusal === undefined ? { subcommand, interaction } : { refusal };
}

function readContext(place: InteractionPlace, interaction: ChatInputCommandInteraction, language: Language): CommandContext {
  const { bot, readsEveryMessage } = place;
  const { user } = interaction;
  const options = interaction.options.data[0]?.options ?? [];
  return {
    bot,
    channel: {
      id: venueChannelId(interaction.channelId),
      shared: interaction.guildId !== null,
      ageRestricted: isAgeRestricted(interaction.channel),
    },
    member: {
      id: user.id,
      name: cleanName(nicknameOf(interaction), user.globalName, user.username),
      mayManage: mayManage(interaction),
    },
    options: Object.fromEntries(options.map(({ name, value }) => [name, typeof value === 'number' ? String(value) : value])),
    language,
    readsEveryMessage,
  };
}

/** In a direct message everybody manages their own conversation. */
function mayManage(interaction: BaseInteraction): boolean {
  return interaction.guildId === null || (interaction.memberPermissions?.has(PermissionFlagsBits.ManageChannels) ?? false);
}

function nicknameOf({ member }: BaseInteraction): string | null | undefined {
  if (member === null) return undefined;
  return 'nickname' in member ? member.nickname : member.nick;
}

function idsOf({ user, member, channel, channelId, guildId }: BaseInteraction): (string | null | undefined)[] {
  const roles = member === null ? [] : Array.isArray(member.roles) ? member.roles : [...member.roles.cache.keys()];
  return [user.id, ...roles, channelId, guildId, ...placeIds(channel)];
}

function languageOf({ locale }: BaseInteraction): Language {
  return locale === 'ko' ? 'ko' : 'en';
}
