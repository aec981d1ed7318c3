import type { ChannelSettings } from '../memory/keys.ts';
import { sessionName } from '../memory/settings.ts';
import type { Persona } from '../personas/persona.ts';
import type { Bot } from './bot.ts';
import { personaOf } from './choose-persona.ts';
import type { IncomingMessage } from './incoming.ts';

/** Who decided that a persona speaks in a channel. */
export type PersonaSource = 'channel' | 'configuration' | 'default';

export type SpeakingHere = { settings: ChannelSettings; session: string; persona: Persona | undefined; source: PersonaSource };
type Here = { bot: Bot; channel: Pick<IncomingMessage['channel'], 'id'> };

/** Who speaks in a channel, by whose decision, and in which session. */
export async function speakingHere({ bot, channel }: Here): Promise<SpeakingHere> {
  const settings = await bot.settings.channel(channel.id);
  const rule = bot.channelRule(channel.id).persona;
  const persona = personaOf(bot.personas, { set: settings.persona, rule, fallback: bot.defaultPersona });
  const chosen = (name: string | undefined) => name !== undefined && bot.personas.find(name) === persona;
  const source = chosen(settings.persona) ? 'channel' : chosen(rule) ? 'configuration' : 'default';
  return { settings, session: sessionName(channel.id, settings), persona, source };
}
