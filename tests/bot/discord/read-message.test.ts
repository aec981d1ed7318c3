import { describe, expect, it } from 'vitest';
import { createEvilBackend } from '../../evil-backend.ts';
import { answers, openPlayhouse, type Playhouse, settled, startAt, written } from './playhouse.ts';

function lastMessage({ requests }: ReturnType<typeof createEvilBackend>): string | undefined {
  const rendered = requests.at(-1)?.rendered;
  return rendered?.input === 'messages' ? rendered.messages.at(-1)?.content : undefined;
}

async function openWithModel(options: Parameters<typeof openPlayhouse>[0] = {}) {
  const backend = createEvilBackend({ mischiefs: [], says: 'A fine day.' });
  return { backend, ...(await openPlayhouse({ backend, ...options })) };
}

/** Nobody answered what was said in the channel, though everything was looked at. */
async function expectSilence(playhouse: Playhouse, channelId: string): Promise<void> {
  await settled(playhouse);
  expect(written(playhouse.double, channelId)).toEqual([]);
}

describe('messages that are answered', () => {
  it('answers a mention as a reply, and the model reads the text without it', async () => {
    const playhouse = await openWithModel();
    const { double, stageId, minaId, backend } = playhouse;
    const asked = double.say(stageId, minaId, `<@${double.botUserId}> how is the weather, <@${minaId}> asks`);
    expect(await answers(playhouse, stageId, 1)).toEqual(['A fine day.']);
    expect(lastMessage(backend)).toBe('Mina: how is the weather, @Mina asks');
    expect(double.messages(stageId).at(-1)).toMatchObject({ replyTo: asked, authorId: double.botUserId });
  });

  it('answers a reply to one of its messages', async () => {
    const playhouse = await openWithModel();
    const { double, stageId, minaId, backend } = playhouse;
    double.say(stageId, minaId, 'Sunny, hello');
    await answers(playhouse, stageId, 1);
    const own = double.messages(stageId).at(-1)?.id ?? '';
    double.say(stageId, minaId, 'and tomorrow?', { replyTo: own, ping: false });
    expect(await answers(playhouse, stageId, 2)).toHaveLength(2);
    expect(lastMessage(backend)).toBe('Mina: and tomorrow?');
  });

  it('answers its name', async () => {
    const playhouse = await openWithModel();
    playhouse.double.say(playhouse.stageId, playhouse.minaId, 'What does sunny think?');
    expect(await answers(playhouse, playhouse.stageId, 1)).toEqual(['A fine day.']);
  });

  it('answers everything in a direct message, plainly and without a reference', async () => {
    const playhouse = await openWithModel();
    const { double, minaId, backend } = playhouse;
    const channelId = double.openDirectMessage(minaId);
    double.say(channelId, minaId, 'just between us');
    expect(await answers(playhouse, channelId, 1)).toEqual(['A fine day.']);
    expect(lastMessage(backend)).toBe('just between us');
    expect(double.messages(channelId).at(-1)?.replyTo).toBeUndefined();
  });

  it('answers every human line where `always` is on', async () => {
    const playhouse = await openWithModel();
    const { double, bot, stageId, minaId } = playhouse;
    await bot.settings.change(`discord-${stageId}`, { always: true });
    double.say(stageId, minaId, 'nobody in particular');
    expect(await answers(playhouse, stageId, 1)).toEqual(['A fine day.']);
  });

  it('answers with a mature persona in an age-restricted channel', async () => {
    const playhouse = await openWithModel();
    const { double, bot, guildId, minaId } = playhouse;
    const cellar = double.addChannel(guildId, { name: 'cellar', nsfw: true });
    await bot.settings.change(`discord-${cellar}`, { persona: 'vamp' });
    double.say(cellar, minaId, 'Vamp, are you awake?');
    expect(await answers(playhouse, cellar, 1)).toEqual(['A fine day.']);
  });
});

describe('messages that are not answered', () => {
  it('says nothing to what is not for it', async () => {
    const playhouse = await openWithModel();
    playhouse.double.say(playhouse.stageId, playhouse.minaId, 'a lovely day, @everyone');
    await expectSilence(playhouse, playhouse.stageId);
  });

  it('says nothing to a reply to somebody else', async () => {
    const playhouse = await openWithModel();
    const { double, stageId, minaId, managerId } = playhouse;
    const other = double.say(stageId, managerId, 'a lovely day');
    double.say(stageId, minaId, 'yes', { replyTo: other });
    await expectSilence(playhouse, stageId);
  });

  it('ignores other bots, even when they mention it, reply to it and call its name', async () => {
    const playhouse = await openWithModel();
    const { double, guildId, stageId, backend } = playhouse;
    const botId = double.addMember(guildId, { name: 'Sunny fan', bot: true });
    double.say(stageId, botId, `<@${double.botUserId}> Sunny, talk to me`);
    await expectSilence(playhouse, stageId);
    expect(backend.requests).toHaveLength(1); // the one of the direct message that `settled` sends
  });

  it('ignores its own messages, even where it answers everything', async () => {
    const playhouse = await openWithModel();
    const { double, bot, stageId, minaId, backend } = playhouse;
    await bot.settings.change(`discord-${stageId}`, { always: true });
    double.say(stageId, minaId, 'hello');
    await answers(playhouse, stageId, 1);
    double.say(stageId, double.botUserId, 'Sunny talks to herself');
    await settled(playhouse);
    expect(backend.requests).toHaveLength(2);
  });

  it('hears only what the lists of the operator admit', async () => {
    const { double, guildId, stageId, managerId, minaId, ...rest } = await openWithModel();
    await rest.venue.close();
    const playhouse = { ...rest, double, guildId, stageId, managerId, minaId };
    await startAt(double, rest.bot, { allow: [guildId, managerId], deny: [minaId] });
    double.say(stageId, minaId, 'Sunny, hello');
    await expectSilence(playhouse, stageId);
    double.say(stageId, managerId, 'Sunny, hello');
    expect(await answers(playhouse, stageId, 1)).toHaveLength(1);
  });
});
