import { describe, expect, it } from 'vitest';
import { handleMessage } from '../../../src/bot/handle-message.ts';
import { createEvilBackend } from '../../evil-backend.ts';
import { makeMessage, recordingOutgoing } from '../stage.ts';
import { CHANNEL, call, KOREAN, openBot, say } from './calling.ts';

describe('/session show', () => {
  it('says that nobody has spoken yet', async () => {
    const bot = await openBot();
    expect((await call(bot, 'session show')).text).toBe('Session `discord-1` with **Sunny**: nobody has said anything yet.');
    expect((await call(bot, 'session show', {}, KOREAN)).text).toMatch(/아직 아무도/);
  });

  it('counts turns, those taken out and those that no longer fit', async () => {
    const bot = await openBot();
    const before = Math.floor(Date.now() / 1000);
    for (const text of ['one', 'two', 'three']) await say(bot, text);
    await bot.sessions.setCut(CHANNEL.id, 2);
    await call(bot, 'session undo');
    const { text, ephemeral } = await call(bot, 'session show');
    expect(ephemeral).toBe(true);
    const [, since] = /6 turns since <t:(\d+):f>\.\n2 of them were taken out\.\nThe oldest 2 no longer fit/.exec(text) ?? [];
    expect(Number(since)).toBeGreaterThanOrEqual(before);
  });
});

describe('/session reset', () => {
  it('begins another session and leaves the old one in the store', async () => {
    const bot = await openBot();
    await say(bot, 'remember me');
    expect(await call(bot, 'session reset')).toMatchObject({ ephemeral: false, text: expect.stringMatching(/`discord-1-2`/) });
    expect((await call(bot, 'session reset', {}, KOREAN)).text).toMatch(/`discord-1-3`/);
    await say(bot, 'who am I?');
    expect((await bot.sessions.recall('discord-1-3')).turns).toHaveLength(2);
    expect((await bot.sessions.recall('discord-1')).turns).toHaveLength(2);
  });

  it('lets the backend erase what it kept of the old one, and begins anew also where it cannot', async () => {
    const bot = await openBot();
    const erased: string[] = [];
    Object.assign(bot.backend('default'), {
      forget: async (session: string) => {
        erased.push(session);
        throw new Error('The disk does not answer.');
      },
    });
    await say(bot, 'remember me');
    expect((await call(bot, 'session reset')).text).toMatch(/`discord-1-2`/);
    expect(erased).toEqual(['discord-1']);
  });
});

describe('/session undo', () => {
  it('takes the last exchange out of the prompt and says what it was', async () => {
    const bot = await openBot();
    await say(bot, 'one');
    await say(bot, 'two\nlines');
    expect(await call(bot, 'session undo')).toEqual({
      ephemeral: false,
      text: 'Taken out of the conversation:\n> **Mina**: two lines\n> **Sunny**: Fine.',
    });
    const { turns } = await bot.sessions.recall(CHANNEL.id);
    expect(turns.filter((turn) => !turn.hidden).map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('says so when there is nothing to take back', async () => {
    const bot = await openBot();
    expect(await call(bot, 'session undo')).toMatchObject({
      ephemeral: true,
      text: expect.stringMatching(/nothing to take back/),
    });
    expect((await call(bot, 'session undo', {}, KOREAN)).text).toMatch(/되돌릴 말이 없어요/);
  });

  it('shortens what was long', async () => {
    const bot = await openBot();
    await say(bot, '가'.repeat(1_000));
    expect((await call(bot, 'session undo')).text).toContain(`${'가'.repeat(200)}…\n`);
  });

  it('waits for an answer that is being made, and takes that one', async () => {
    const bot = await openBot({}, createEvilBackend({ mischiefs: [], says: 'Slowly.', paceMs: 60 }));
    const answering = handleMessage(bot, makeMessage('how are you?'), recordingOutgoing());
    while (bot.answers.length(CHANNEL.id) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    expect((await call(bot, 'session undo')).text).toContain('> **Sunny**: Slowly.');
    await answering;
  });
});
