import { describe, expect, it } from 'vitest';
import { CHANNEL, call, KOREAN, openBot } from './calling.ts';

describe('/persona set', () => {
  it('takes a name in any case and stores who it is', async () => {
    const bot = await openBot();
    const reply = await call(bot, 'persona set', { name: ' rOOk ' });
    expect(reply).toMatchObject({ ephemeral: false, text: expect.stringMatching(/^\*\*Rook\*\* speaks in this channel now/) });
    expect(await bot.settings.channel(CHANNEL.id)).toEqual({ persona: 'rook', sampling: {}, generation: 1 });
  });

  it('stores `always`, and keeps it when it is not named again', async () => {
    const bot = await openBot();
    expect((await call(bot, 'persona set', { name: 'rook', always: true })).text).toMatch(/every message here/);
    expect((await call(bot, 'persona set', { name: 'sunny' })).text).not.toMatch(/every message/);
    expect(await bot.settings.channel(CHANNEL.id)).toMatchObject({ persona: 'sunny', always: true });
    expect((await call(bot, 'persona set', { name: 'sunny', always: false })).text).toMatch(/only when it is called/);
    expect(await bot.settings.channel(CHANNEL.id)).toMatchObject({ always: false });
  });

  it('names the personas that exist when there is none of that name', async () => {
    const bot = await openBot();
    expect(await call(bot, 'persona set', { name: 'Rok' })).toEqual({
      ephemeral: true,
      text: 'There is no persona “Rok”. There are: Sunny, Rook, Vamp.',
    });
    expect((await call(bot, 'persona set', { name: 'Rok' }, KOREAN)).text).toMatch(
      /^“Rok” 페르소나는 없어요\. .*Sunny, Rook, Vamp/,
    );
    expect(await bot.settings.channel(CHANNEL.id)).toEqual({ sampling: {}, generation: 1 });
  });

  it('keeps a mature persona to age-restricted channels', async () => {
    const bot = await openBot();
    for (const channel of [CHANNEL, { ...CHANNEL, shared: false }]) {
      expect(await call(bot, 'persona set', { name: 'vamp' }, { channel })).toMatchObject({
        ephemeral: true,
        text: expect.stringMatching(/only in age-restricted channels/),
      });
    }
    const channel = { ...CHANNEL, ageRestricted: true };
    expect((await call(bot, 'persona set', { name: 'vamp' }, { channel })).ephemeral).toBe(false);
  });

  it('says that `always` cannot work where only what is addressed arrives', async () => {
    const bot = await openBot();
    const blind = { readsEveryMessage: false };
    expect((await call(bot, 'persona set', { name: 'rook', always: true }, blind)).text).toMatch(/message content is off/);
    expect((await call(bot, 'persona set', { name: 'rook' }, blind)).text).not.toMatch(/message content/);
    const channel = { ...CHANNEL, shared: false };
    expect((await call(bot, 'persona set', { name: 'rook', always: true }, { ...blind, channel })).text).not.toMatch(
      /message content/,
    );
  });
});

describe('/persona show', () => {
  it('says who speaks, by whose decision, and to what', async () => {
    const bot = await openBot();
    expect((await call(bot, 'persona show')).text).toMatch(
      /^\*\*Sunny\*\* \(`sunny`\): A gardener\.\nSpeaks here as the default, .*\nAnswers to: mentions, replies to it, its name\.$/,
    );
    await call(bot, 'persona set', { name: 'rook', always: true });
    expect((await call(bot, 'persona show')).text).toMatch(
      /\*\*Rook\*\*.*\nSpeaks here as set in this channel.*\nAnswers to: every message\.$/,
    );
  });

  it('says when the operator decided', async () => {
    const bot = await openBot({ channelRule: () => ({ persona: 'Rook', always: true }) });
    expect((await call(bot, 'persona show')).text).toMatch(
      /\*\*Rook\*\*.*\n.*set for this channel by the operator.*\n.*every message/,
    );
  });

  it('says that its name cannot call it where only what is addressed arrives', async () => {
    const bot = await openBot();
    expect((await call(bot, 'persona show', {}, { readsEveryMessage: false })).text).toMatch(/message content is off/);
  });

  it('names those that could speak where nobody does', async () => {
    const bot = await openBot({ defaultPersona: 'gone' });
    expect((await call(bot, 'persona show')).text).toMatch(/No persona speaks here.*Sunny, Rook, Vamp/);
    expect((await call(bot, 'persona show', {}, KOREAN)).text).toMatch(/말하는 페르소나가 없어요/);
  });
});

describe('/persona list', () => {
  it('shows every persona, who is for adults and who speaks here', async () => {
    const bot = await openBot();
    expect((await call(bot, 'persona list')).text).toBe(
      '- **Sunny** (speaks here): A gardener.\n- **Rook**: A gruff barista.\n- **Vamp** (adults only): A gardener.',
    );
    expect((await call(bot, 'persona list', {}, KOREAN)).text).toMatch(/\*\*Sunny\*\* \(지금 여기\)/);
  });
});

describe('/persona clear', () => {
  it('forgets the persona and `always` of the channel, and nothing else', async () => {
    const bot = await openBot();
    await call(bot, 'tune set', { dial: 'topK', value: '20' });
    await call(bot, 'persona set', { name: 'rook', always: true });
    expect((await call(bot, 'persona clear')).text).toMatch(/\*\*Sunny\*\* speaks here now/);
    expect(await bot.settings.channel(CHANNEL.id)).toEqual({ sampling: { topK: 20 }, generation: 1 });
  });
});
