import { expandMacros } from '../../personas/macros.ts';
import type { CommandContext } from './command.ts';
import { speakingHere } from './speaking-here.ts';

/** The first words of this channel's persona, where its session has not begun: the model is shown them as said, so people are too. */
export async function greetingHere(context: CommandContext): Promise<string[]> {
  const { persona, session } = await speakingHere(context);
  if (!persona || persona.greeting.trim() === '') return [];
  const { nextSeq } = await context.bot.sessions.recall(session);
  if (nextSeq > 1) return [];
  const greeting = expandMacros(persona.greeting.trim(), { char: persona.name, user: context.member.name });
  return ['', `**${persona.name}**: ${greeting}`];
}
