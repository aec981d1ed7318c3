import type { Language } from '../../chat.ts';
import { TroupeError } from '../../errors.ts';
import { noticeFor } from '../notices.ts';
import { type CommandContext, type CommandReply, privately, type Subcommand } from './command.ts';
import { COMMANDS } from './commands.ts';
import { repliesIn } from './wording/replies-in.ts';

/** Longest text of an answer, in UTF-16 code units; a longer one becomes a file. */
const LONGEST_TEXT = 2_000;

export function findSubcommand(command: string, name: string): Subcommand | undefined {
  return COMMANDS.find((candidate) => candidate.name === command)?.subcommands.find((candidate) => candidate.name === name);
}

/** The sentence for a member who may not run it, or undefined when nothing stands in the way. */
export function refusalFor(subcommand: Subcommand, mayManage: boolean, language: Language): string | undefined {
  return subcommand.changes && !mayManage ? repliesIn(language).mayNotManage : undefined;
}

/** Runs a subcommand for somebody. Never rejects: what goes wrong is logged and becomes one sentence for the member alone. */
export async function runCommand(subcommand: Subcommand, context: CommandContext): Promise<CommandReply> {
  const { bot, channel, language } = context;
  const refusal = refusalFor(subcommand, context.member.mayManage, language);
  if (refusal !== undefined) return privately(refusal);
  try {
    return fitReply(await subcommand.run(context), language);
  } catch (error) {
    bot.log[error instanceof TroupeError ? 'warn' : 'error'](
      { error, channel: channel.id, subcommand: subcommand.name },
      'a command failed',
    );
    return privately(noticeFor(error, language));
  }
}

function fitReply(reply: CommandReply, language: Language): CommandReply {
  if (reply.text.length <= LONGEST_TEXT) return reply;
  const text = reply.file === undefined ? reply.text : `${reply.text}\n\n${reply.file.text}`;
  return { ...reply, text: repliesIn(language).longReply, file: { name: reply.file?.name ?? 'answer.txt', text } };
}
