import type { Turn } from '../chat.ts';
import type { Persona } from '../personas/persona.ts';
import type { Bot } from './bot.ts';
import type { Heard } from './listen.ts';
import { noticesIn } from './notices.ts';
import type { PreparedPrompt } from './prepare-prompt.ts';

/** The small lines below a reply: what people should know of how it was made. */
export function notesFor(bot: Bot, prompt: PreparedPrompt, heard: Heard, turns: readonly Turn[]): string[] {
  const notices = noticesIn(bot.house().language);
  const { cut } = prompt;
  const left = cut === undefined ? 0 : turns.filter((turn) => turn.seq <= cut && !turn.hidden && !turn.pinned).length;
  return [
    ...(heard.end === 'broken' ? [notices.cutShort] : []),
    ...(heard.end === 'aborted' ? [notices.stopped] : []),
    ...(left > 0 ? [notices.left(left)] : []),
    ...(bot.demo ? [notices.demo] : []),
  ];
}

/** What the backend found out by this reply, as a setting that its server refused or a prompt that it cut. */
export async function newsOf(bot: Bot, persona: Persona, { facts }: PreparedPrompt): Promise<string[]> {
  try {
    const { notices = [] } = await bot.backend(persona.backend).describe();
    return notices.filter((notice) => !facts.notices?.includes(notice));
  } catch (error) {
    bot.log.warn({ error }, 'the backend could not be asked what it found out by its reply');
    return [];
  }
}
