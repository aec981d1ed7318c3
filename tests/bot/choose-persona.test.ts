import { describe, expect, it } from 'vitest';
import { choosePersona, speaksName } from '../../src/bot/choose-persona.ts';
import type { IncomingMessage } from '../../src/bot/incoming.ts';
import { personaSet } from './stage.ts';

const personas = personaSet(
  { id: 'sunny', name: 'Sunny' },
  { id: 'rook', name: 'Rook' },
  { id: 'haru', name: '하루' },
  { id: 'night', name: 'Night', rating: 'mature' },
  { id: 'quiet', name: 'Quiet', triggers: { mention: true, reply: false, name: false, always: false, chance: 0 } },
  { id: 'chatty', name: 'Chatty', triggers: { mention: true, reply: true, name: true, always: false, chance: 0.25 } },
);

function message(over: Partial<IncomingMessage> = {}): IncomingMessage {
  return {
    id: '1',
    channel: { id: 'discord-1', shared: true, ageRestricted: false },
    author: { id: '7', name: 'Mina', isBot: false },
    text: 'Hello there',
    mentionsBot: false,
    repliesToBot: false,
    source: 'discord-message',
    at: 0,
    ...over,
  };
}

function who(
  set: string | undefined,
  incoming: IncomingMessage,
  over: { always?: boolean; chance?: number; rule?: string } = {},
) {
  const settings = {
    sampling: {},
    generation: 1,
    ...(set ? { persona: set } : {}),
    ...(over.always === undefined ? {} : { always: over.always }),
  };
  const stage = {
    personas,
    settings,
    rule: { persona: over.rule },
    defaultPersona: 'sunny',
    chance: () => over.chance ?? 0.99,
  };
  return choosePersona(stage, incoming)?.id;
}

describe('choosePersona', () => {
  it('answers a mention, a reply and its name, and nobody else’s talk', () => {
    expect(who(undefined, message())).toBeUndefined();
    expect(who(undefined, message({ mentionsBot: true }))).toBe('sunny');
    expect(who(undefined, message({ repliesToBot: true }))).toBe('sunny');
    expect(who(undefined, message({ text: 'what does sunny think?' }))).toBe('sunny');
    expect(who('quiet', message({ text: 'Quiet, please', repliesToBot: true }))).toBeUndefined();
  });

  it('takes the persona set in the channel before the operator’s, and that before the default', () => {
    const mention = message({ mentionsBot: true });
    expect(who('rook', mention, { rule: 'haru' })).toBe('rook');
    expect(who(undefined, mention, { rule: 'haru' })).toBe('haru');
    expect(who('gone', mention)).toBe('sunny');
  });

  it('always answers in direct messages, and everything in an always channel', () => {
    expect(who(undefined, message({ channel: { id: 'discord-2', shared: false, ageRestricted: false } }))).toBe('sunny');
    expect(who(undefined, message(), { always: true })).toBe('sunny');
  });

  it('never answers bots or empty messages', () => {
    expect(
      who(undefined, message({ author: { id: '9', name: 'Bot', isBot: true }, mentionsBot: true }), { always: true }),
    ).toBeUndefined();
    expect(who(undefined, message({ text: '  \n', mentionsBot: true }))).toBeUndefined();
  });

  it('keeps a mature persona to age-restricted channels, and says so elsewhere', () => {
    expect(who('night', message())).toBeUndefined();
    expect(() => who('night', message({ mentionsBot: true }))).toThrow('age-restricted');
    expect(who('night', message({ mentionsBot: true, channel: { id: 'd', shared: true, ageRestricted: true } }))).toBe('night');
    expect(() => who('night', message({ channel: { id: 'd', shared: false, ageRestricted: false } }))).toThrow(
      'age-restricted',
    );
  });

  it('joins in by chance as often as the persona says', () => {
    expect(who('chatty', message(), { chance: 0.2 })).toBe('chatty');
    expect(who('chatty', message(), { chance: 0.3 })).toBeUndefined();
  });
});

describe('speaksName', () => {
  it.each([
    ['Rook, coffee please', 'Rook', true],
    ['hey ROOK!', 'Rook', true],
    ['the rookie is here', 'Rook', false],
    ['brook and stream', 'Rook', false],
    ['rook_01 joined', 'Rook', false],
    ['하루야, 안녕?', '하루', true],
    ['하루는 뭐 해?', '하루', true],
    ['하루종일 잤어', '하루', false],
    ['Dr. Moon?', 'Dr. Moon', true],
    ['Drs Moon', 'Dr. Moon', false],
    ['', 'Rook', false],
  ])('in %j, %s is spoken: %s', (text, name, spoken) => {
    expect(speaksName(text, name)).toBe(spoken);
  });
});
