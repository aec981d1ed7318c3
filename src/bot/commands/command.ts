import type { Language } from '../../chat.ts';
import type { Bot } from '../bot.ts';
import type { IncomingMessage } from '../incoming.ts';

/** What a member may fill in. Texts and choices arrive as strings, flags as booleans. */
export type CommandOption = {
  name: string;
  description: string;
  required: boolean;
} & ({ type: 'text'; maxLength?: number } | { type: 'choice'; choices: readonly string[] } | { type: 'flag' });

/** Everything a command may look at. It knows no venue: ids are those of `IncomingMessage`. */
export type CommandContext = {
  bot: Bot;
  channel: IncomingMessage['channel'];
  /** `mayManage`: may change how this channel is played (in a server: may manage the channel) */
  member: { id: string; name: string; mayManage: boolean };
  options: Readonly<Record<string, string | boolean | undefined>>;
  language: Language;
  /** false where the venue shows the bot only what is addressed to it */
  readsEveryMessage: boolean;
};

/** `ephemeral`: only the member who asked sees it. */
export type CommandReply = { text: string; file?: { name: string; text: string }; ephemeral: boolean };

export type Subcommand = {
  name: string;
  description: string;
  options: readonly CommandOption[];
  /** changes the channel for everybody: needs `mayManage`, and its reply may be seen by all */
  changes: boolean;
  run(context: CommandContext): Promise<CommandReply>;
};

export type Command = { name: string; description: string; subcommands: readonly Subcommand[] };

/** An answer for the member alone. */
export function privately(text: string, file?: CommandReply['file']): CommandReply {
  return { text, ephemeral: true, ...(file && { file }) };
}

/** An answer for everybody in the channel: something was changed for all of them. */
export function publicly(text: string): CommandReply {
  return { text, ephemeral: false };
}

/** The text a member gave for an option, or undefined. */
export function textOption(context: CommandContext, name: string): string | undefined {
  const value = context.options[name];
  return typeof value === 'string' ? value : undefined;
}

/** The flag a member gave for an option, or undefined. */
export function flagOption(context: CommandContext, name: string): boolean | undefined {
  const value = context.options[name];
  return typeof value === 'boolean' ? value : undefined;
}
