import type { Turn } from '../chat.ts';
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
