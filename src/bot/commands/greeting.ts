import { greetingOf } from '../../personas/greeting.ts';
import { speakingHere } from '../speaking-here.ts';
import type { CommandContext } from './command.ts';

/** The first words of this channel's persona, where its session has not begun: the model is shown them as said, so people are too. */
export async function greetingHere(context: CommandContext): Promise<string[]> {
  const { persona, session } = await speakingHere(context);
  const greeting = persona && greetingOf(persona, context.member.name);
  if (!greeting) return [];
  const { nextSeq } = await context.bot.sessions.recall(session);
  return nextSeq > 1 ? [] : ['', `**${persona.name}**: ${greeting}`];
}
