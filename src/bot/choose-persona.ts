import { TroupeError } from '../errors.ts';
import type { ChannelSettings } from '../memory/keys.ts';
import type { PersonaSet } from '../personas/load-personas.ts';
import type { Persona } from '../personas/persona.ts';
import type { ChannelRule } from './bot.ts';
import type { IncomingMessage } from './incoming.ts';

/** Particles that may follow a name in Korean without a space; notes: 은/는/이/가/을/를, calling 아/야, and the like. */
const KOREAN_PARTICLES =
  '(?:은|는|이|가|을|를|의|에게|한테|께|와|과|랑|이랑|도|만|님|씨|아|야|이야|이여|여|이랑은|이는|이가|이도|이만)?';
const LETTER = '[\\p{L}\\p{N}_]';

/** Whether a text speaks the name as a word of its own. Korean particles after it count as part of the word. */
export function speaksName(text: string, name: string): boolean {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+');
  return new RegExp(`(?<!${LETTER})${escaped}${KOREAN_PARTICLES}(?!${LETTER})`, 'iu').test(text);
}

/** The persona of a channel: set in the channel, else by the operator, else the default; undefined when none of them exists. */
export function personaOf(
  personas: PersonaSet,
  names: { set: string | undefined; rule: string | undefined; fallback: string },
): Persona | undefined {
  for (const name of [names.set, names.rule, names.fallback]) {
    const persona = name === undefined ? undefined : personas.find(name);
    if (persona) return persona;
  }
  return undefined;
}

/** Whether the message is for this persona. A direct channel always is; `always` may be set for a channel or by the persona. */
export function isAddressed(
  message: IncomingMessage,
  persona: Persona,
  always: boolean | undefined,
  chance: () => number,
): boolean {
  if (message.author.isBot || message.text.trim() === '') return false;
  if (!message.channel.shared) return true;
  const { triggers } = persona;
  return (
    (triggers.mention && message.mentionsBot) ||
    (triggers.reply && message.repliesToBot) ||
    (always ?? triggers.always) ||
    (triggers.name && speaksName(message.text, persona.name)) ||
    (triggers.chance > 0 && chance() < triggers.chance)
  );
}

/** The persona of this channel is rated mature, and the channel is not age-restricted. */
export class MatureHereError extends TroupeError {
  override readonly name = 'MatureHereError';
}

type Situation = {
  personas: PersonaSet;
  settings: ChannelSettings;
  rule: ChannelRule;
  defaultPersona: string;
  chance: () => number;
};

/** Who answers a message, or nobody. Throws MatureHereError where the one who would answer may not speak. */
export function choosePersona(situation: Situation, message: IncomingMessage): Persona | undefined {
  const { personas, settings, rule } = situation;
  const persona = personaOf(personas, { set: settings.persona, rule: rule.persona, fallback: situation.defaultPersona });
  if (!persona || !isAddressed(message, persona, settings.always ?? rule.always, situation.chance)) return undefined;
  if (persona.rating === 'mature' && !message.channel.ageRestricted) {
    throw new MatureHereError(`${persona.name} is rated mature and speaks only in age-restricted channels.`);
  }
  return persona;
}
