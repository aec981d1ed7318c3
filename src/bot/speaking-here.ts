import type { ChannelSettings } from '../../memory/keys.ts';
import { sessionName } from '../../memory/settings.ts';
import type { Persona } from '../../personas/persona.ts';
import { personaOf } from '../choose-persona.ts';
import type { CommandContext } from './command.ts';
import type { PersonaSource } from './wording/replies.ts';

export type SpeakingHere = { settings: ChannelSettings; session: string; persona: Persona | undefined; source: PersonaSource };

/** Who speaks in the channel of a command, by whose decision, and in which session. */
export async function speakingHere({ bot, channel }: Pick<CommandContext, 'bot' | 'channel'>): Promise<SpeakingHere> {
  const settings = await bot.settings.channel(channel.id);
  const rule = bot.channelRule(channel.id).persona;
  const persona = personaOf(bot.personas, { set: settings.persona, rule, fallback: bot.defaultPersona });
  const chosen = (name: string | undefined) => name !== undefined && bot.personas.find(name) === persona;
  const source = chosen(settings.persona) ? 'channel' : chosen(rule) ? 'configuration' : 'default';
  return { settings, session: sessionName(channel.id, settings), persona, source };
}
