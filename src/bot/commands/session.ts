import type { Turn } from '../../chat.ts';
import { sessionName } from '../../memory/settings.ts';
import type { Bot } from '../bot.ts';
import { speakingHere } from '../speaking-here.ts';
import { type Command, type CommandContext, type CommandReply, privately, publicly } from './command.ts';
import { greetingHere } from './greeting.ts';
import { repliesIn } from './wording/replies-in.ts';

/** How much of a turn is quoted when it is taken back, in characters. */
const QUOTED = 200;

export const session: Command = {
  name: 'session',
  description: 'The conversation of this channel',
  subcommands: [
    { name: 'show', description: 'Show how far the conversation has come', changes: false, options: [], run: showSession },
    {
      name: 'reset',
      description: 'Begin a new conversation; what was said before no longer reaches the persona',
      changes: true,
      options: [],
      run: resetSession,
    },
    {
      name: 'undo',
      description: 'Take the last exchange out of the conversation',
      changes: true,
      options: [],
      run: undoExchange,
    },
  ],
};

async function showSession(context: CommandContext): Promise<CommandReply> {
  const { session: name, persona } = await speakingHere(context);
  const { cut } = await context.bot.sessions.recall(name);
  const shown = { turns: 0, hidden: 0, left: 0 };
  let since: number | undefined;
  for await (const turn of context.bot.sessions.turns(name)) {
    since ??= turn.at;
    shown.turns += 1;
    if (turn.hidden) shown.hidden += 1;
    else if (turn.seq <= cut && !turn.pinned) shown.left += 1;
  }
  return privately(repliesIn(context.language).session.show({ name, persona: persona?.name, since, ...shown }));
}

async function resetSession(context: CommandContext): Promise<CommandReply> {
  const { bot, channel } = context;
  const before = await bot.settings.channel(channel.id);
  const { generation } = before;
  const settings = await bot.settings.change(channel.id, { generation: generation + 1 });
  const said = repliesIn(context.language).session.reset(sessionName(channel.id, settings));
  await forgetStates(bot, sessionName(channel.id, before));
  return publicly([said, ...(await greetingHere(context))].join('\n'));
}

/** What backends keep of a conversation that is over. The turns themselves stay in the store. */
async function forgetStates(bot: Bot, session: string): Promise<void> {
  const backends = new Set(bot.personas.all().map(({ backend }) => backend));
  for (const name of backends) {
    await bot
      .backend(name)
      .forget?.(session)
      .catch((error: unknown) => bot.log.warn({ error, session }, 'a saved state could not be erased'));
  }
}

/** Waits for an answer that is being made: that one is the last exchange then. */
async function undoExchange(context: CommandContext): Promise<CommandReply> {
  const { bot, channel } = context;
  const replies = repliesIn(context.language).session;
  const undone = await bot.answers.run(channel.id, async () => bot.sessions.undo((await speakingHere(context)).session));
  return undone.length === 0 ? privately(replies.nothingToUndo) : publicly(replies.undo(undone.map(quote)));
}

function quote(turn: Turn): { name: string; text: string } {
  const text = (turn.variants[turn.chosen]?.text ?? '').replace(/\s+/g, ' ').trim();
  const letters = [...text];
  return { name: turn.author.name, text: letters.length > QUOTED ? `${letters.slice(0, QUOTED).join('')}…` : text };
}
