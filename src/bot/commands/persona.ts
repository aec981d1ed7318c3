import type { Persona } from '../../personas/persona.ts';
import { speakingHere } from '../speaking-here.ts';
import {
  type Command,
  type CommandContext,
  type CommandReply,
  flagOption,
  privately,
  publicly,
  textOption,
} from './command.ts';
import { greetingHere } from './greeting.ts';
import type { Trigger } from './wording/replies.ts';
import { repliesIn } from './wording/replies-in.ts';

const LONGEST_NAME = 100;

export const persona: Command = {
  name: 'persona',
  description: 'Who speaks in this channel',
  subcommands: [
    {
      name: 'set',
      description: 'Choose who speaks in this channel',
      changes: true,
      options: [
        { type: 'text', name: 'name', description: 'The name of a persona', required: true, maxLength: LONGEST_NAME },
        { type: 'flag', name: 'always', description: 'Whether it answers every message without being called', required: false },
      ],
      run: setPersona,
    },
    { name: 'show', description: 'Show who speaks in this channel', changes: false, options: [], run: showPersona },
    { name: 'list', description: 'Show all personas that can be chosen', changes: false, options: [], run: listPersonas },
    {
      name: 'clear',
      description: 'Forget the choice made in this channel and go back to the default persona',
      changes: true,
      options: [],
      run: clearPersona,
    },
  ],
};

async function setPersona(context: CommandContext): Promise<CommandReply> {
  const { bot, channel } = context;
  const replies = repliesIn(context.language).persona;
  const name = textOption(context, 'name') ?? '';
  const always = flagOption(context, 'always');
  const chosen = bot.personas.find(name.trim());
  if (!chosen) return privately(replies.unknown(name, namesOf(bot.personas.all())));
  if (chosen.rating === 'mature' && !channel.ageRestricted) return privately(replies.mature(chosen.name));
  await bot.settings.change(channel.id, { persona: chosen.id, ...(always !== undefined && { always }) });
  const blind = always === true && isBlind(context) ? [replies.blind] : [];
  return publicly([replies.set(chosen.name, always), ...blind, ...(await greetingHere(context))].join('\n'));
}

async function showPersona(context: CommandContext): Promise<CommandReply> {
  const replies = repliesIn(context.language).persona;
  const { persona: shown, source, settings } = await speakingHere(context);
  if (!shown) return privately(replies.none(namesOf(context.bot.personas.all())));
  const always = settings.always ?? context.bot.channelRule(context.channel.id).always ?? shown.triggers.always;
  const triggers = triggersOf(shown, context.channel.shared, always);
  const blind =
    isBlind(context) && triggers.some((trigger) => trigger === 'name' || trigger === 'always' || trigger === 'chance');
  const { name, id, description, rating, backend } = shown;
  return privately(replies.show({ name, id, description, source, triggers, blind, mature: rating === 'mature', backend }));
}

async function listPersonas(context: CommandContext): Promise<CommandReply> {
  const here = (await speakingHere(context)).persona;
  const personas = context.bot.personas.all().map((one) => ({
    name: one.name,
    description: one.description,
    mature: one.rating === 'mature',
    here: one === here,
  }));
  return privately(repliesIn(context.language).persona.list(personas));
}

async function clearPersona(context: CommandContext): Promise<CommandReply> {
  const { bot, channel } = context;
  await bot.settings.change(channel.id, { persona: undefined, always: undefined });
  const { persona: next } = await speakingHere(context);
  return publicly(repliesIn(context.language).persona.clear(next?.name));
}

function triggersOf({ triggers }: Persona, shared: boolean, always: boolean): Trigger[] {
  if (!shared) return ['direct'];
  if (always) return ['always'];
  const kinds = ['mention', 'reply', 'name'] as const;
  return [...kinds.filter((kind) => triggers[kind]), ...(triggers.chance > 0 ? (['chance'] as const) : [])];
}

/** In a direct channel everything said is for the bot, and it sees all of it. */
function isBlind({ readsEveryMessage, channel }: CommandContext): boolean {
  return channel.shared && !readsEveryMessage;
}

function namesOf(personas: readonly Persona[]): string[] {
  return personas.map((one) => one.name);
}
