import type { PersonaSource } from '../../speaking-here.ts';
import type { Replies, ShownDial, ShownPersona, ShownSession, Trigger } from './replies.ts';

const SOURCES: Readonly<Record<PersonaSource, string>> = {
  channel: 'set in this channel',
  configuration: 'set for this channel by the operator',
  default: 'the default',
};

const TRIGGERS: Readonly<Record<Trigger, string>> = {
  direct: 'everything said here',
  mention: 'mentions',
  reply: 'replies to it',
  name: 'its name',
  always: 'every message',
  chance: 'now and then a message on its own',
};

const BLIND =
  'Discord shows me only what is addressed to me (message content is off), so its name and `always` cannot call it.';

export const ENGLISH: Replies = {
  mayNotManage: 'Only members who may manage this channel can change that.',
  notHere: 'This bot is not open to you here: its operator has limited where and by whom it is used.',
  unknownCommand: 'This bot has no such command (any more).',
  longReply: 'The answer is in the file.',
  persona: {
    unknown: (name, existing) => `There is no persona “${name}”. There are: ${existing.join(', ')}.`,
    mature: (name) => `**${name}** is for adults and speaks only in age-restricted channels.`,
    set: (name, always) =>
      [
        `**${name}** speaks in this channel now and knows what was said before; \`/session reset\` begins anew.`,
        alwaysLine(always),
      ]
        .filter((line) => line !== '')
        .join('\n'),
    blind: BLIND,
    show: describePersona,
    none: (existing) => `No persona speaks here. \`/persona set\` chooses one of: ${existing.join(', ')}.`,
    list: (personas) =>
      personas
        .map(({ name, description, mature, here }) => {
          const marks = [...(mature ? ['adults only'] : []), ...(here ? ['speaks here'] : [])];
          return `- **${name}**${marks.length > 0 ? ` (${marks.join(', ')})` : ''}${description === '' ? '' : `: ${description}`}`;
        })
        .join('\n'),
    clear: (name) =>
      name === undefined
        ? 'The setting of this channel is gone; no persona speaks here now.'
        : `The setting of this channel is gone: **${name}** speaks here now.`,
  },
  session: {
    show: describeSession,
    reset: (name) => `A new conversation begins here (\`${name}\`). What was said before no longer reaches the persona.`,
    undo: (lines) => ['Taken out of the conversation:', ...lines.map(({ name, text }) => `> **${name}**: ${text}`)].join('\n'),
    nothingToUndo: 'There is nothing to take back in this conversation.',
  },
  tune: {
    set: ({ dial, value, own, range, effect }) =>
      `\`${dial}\` is ${value} in this channel now (${range}; the persona has ${own}). ${effect}`,
    notHonoured: (dial, backend) => `The backend “${backend}” does not honour \`${dial}\`: nothing will change until it does.`,
    show: (persona, dials) => [`Dials of **${persona}** in this channel:`, ...dials.map(describeDial)].join('\n'),
    reset: (persona) => `All dials are back where ${persona === undefined ? 'the persona' : `**${persona}**`} has them.`,
    notANumber: (dial, value, range) => `\`${dial}\` takes ${range}, and “${value}” is no such number.`,
    outOfRange: (dial, value, range) => `\`${dial}\` takes ${range}: ${value} is outside of that.`,
    notStops: (value, range) => `\`stop\` takes ${range}; “${value}” cannot be read as that.`,
    range: ({ min, max, integer }) => `${integer ? 'a whole number' : 'a number'} from ${min} to ${max}`,
    stopRange: 'a text (\\n for a line break) or a JSON array of texts such as ["\\nMina:"]',
    unset: 'drawn anew each time',
    off: 'off',
    inFile: 'set in the persona’s file',
    effect: (_dial, english) => english,
  },
  inspect: {
    prompt: ({ persona, tokens, backend, template, layout }) =>
      `The exact prompt of **${persona}**'s next reply: ${tokens} tokens, template ${template}, layout ${layout}, backend ${backend}.`,
  },
};

function alwaysLine(always: boolean | undefined): string {
  if (always === undefined) return '';
  return always ? 'It answers every message here.' : 'It answers only when it is called.';
}

function describePersona({ name, id, description, source, triggers, blind, mature, backend }: ShownPersona): string {
  return [
    `**${name}** (\`${id}\`)${description === '' ? '' : `: ${description}`}`,
    `Speaks here as ${SOURCES[source]}, through the backend “${backend}”${mature ? ', for adults only' : ''}.`,
    `Answers to: ${triggers.map((trigger) => TRIGGERS[trigger]).join(', ') || 'nothing'}.`,
    ...(blind ? [BLIND] : []),
  ].join('\n');
}

function describeSession({ name, persona, turns, hidden, since, left }: ShownSession): string {
  const speaker = persona === undefined ? 'no persona' : `**${persona}**`;
  if (since === undefined) return `Session \`${name}\` with ${speaker}: nobody has said anything yet.`;
  return [
    `Session \`${name}\` with ${speaker}: ${turns} turns since <t:${Math.floor(since / 1000)}:f>.`,
    ...(hidden > 0 ? [`${hidden} of them were taken out.`] : []),
    left > 0 ? `The oldest ${left} no longer fit the prompt.` : 'All of them still fit the prompt.',
  ].join('\n');
}

function describeDial({ dial, value, own, range, effect }: ShownDial): string {
  const changed = value === own ? '' : ` (the persona has ${own})`;
  return `- \`${dial}\`: **${value}**${changed}; ${range}. ${effect}`;
}
