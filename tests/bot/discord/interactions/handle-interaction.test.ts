import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createEvilBackend } from '../../../evil-backend.ts';
import { answers, openPlayhouse, type Playhouse, settled } from '../playhouse.ts';

type Call = {
  name: string;
  subcommand: string;
  options?: Record<string, string | boolean>;
  userId?: string;
  channelId?: string;
  locale?: string;
};

function run({ double, stageId, managerId }: Playhouse, call: Call) {
  return double.runCommand({ channelId: stageId, userId: managerId, ...call });
}

/** Settings that take their time. */
function slowSettings({ bot }: Playhouse, ms: number): void {
  const { channel } = bot.settings;
  bot.settings.channel = async (id) => {
    await sleep(ms);
    return channel(id);
  };
}

const CHANGES: Call[] = [
  { name: 'persona', subcommand: 'set', options: { name: 'rook' } },
  { name: 'persona', subcommand: 'clear' },
  { name: 'session', subcommand: 'reset' },
  { name: 'session', subcommand: 'undo' },
  { name: 'tune', subcommand: 'set', options: { dial: 'temperature', value: '0.3' } },
  { name: 'tune', subcommand: 'reset' },
];
const READS: Call[] = [
  { name: 'persona', subcommand: 'show' },
  { name: 'persona', subcommand: 'list' },
  { name: 'session', subcommand: 'show' },
  { name: 'tune', subcommand: 'show' },
  { name: 'inspect', subcommand: 'prompt' },
];

describe('who may do what', () => {
  it.each(CHANGES)('/$name $subcommand is for members who may manage the channel', async (call) => {
    const playhouse = await openPlayhouse();
    const before = await playhouse.bot.settings.channel(`discord-${playhouse.stageId}`);
    const refused = await run(playhouse, { ...call, userId: playhouse.minaId });
    expect(refused).toMatchObject({ ephemeral: true, content: expect.stringMatching(/may manage this channel/) });
    const korean = await run(playhouse, { ...call, userId: playhouse.minaId, locale: 'ko' });
    expect(korean).toMatchObject({ ephemeral: true, content: expect.stringMatching(/관리할 수 있는 멤버만/) });
    expect(await playhouse.bot.settings.channel(`discord-${playhouse.stageId}`)).toEqual(before);
    const allowed = await run(playhouse, call);
    expect(allowed.content).not.toMatch(/may manage/);
  });

  it.each(READS)('/$name $subcommand is for everybody, in their language, seen by them alone', async (call) => {
    const playhouse = await openPlayhouse();
    const english = await run(playhouse, { ...call, userId: playhouse.minaId });
    const korean = await run(playhouse, { ...call, userId: playhouse.minaId, locale: 'ko' });
    for (const result of [english, korean]) expect(result).toMatchObject({ ephemeral: true, type: 5 });
    expect(english.content).toMatch(/Sunny/);
    if (call.subcommand !== 'list') expect(korean.content).toMatch(/페르소나/);
  });

  it.each([...CHANGES, ...READS])('/$name $subcommand is open to everybody in their own direct messages', async (call) => {
    const playhouse = await openPlayhouse();
    const channelId = playhouse.double.openDirectMessage(playhouse.minaId);
    const result = await run(playhouse, { ...call, userId: playhouse.minaId, channelId });
    expect(result.content + (result.followUps[0]?.content ?? '')).not.toMatch(/may manage/);
  });

  it('is closed where the operator has limited who may use the bot', async () => {
    const playhouse = await openPlayhouse({ discord: { allow: ['1'] } });
    const result = await run(playhouse, { name: 'persona', subcommand: 'show' });
    expect(result).toMatchObject({ ephemeral: true, content: expect.stringMatching(/not open to you here/) });
  });
});

describe('what commands do', () => {
  it('shows a change to all and holds for the next answer', async () => {
    const playhouse = await openPlayhouse();
    const { double, stageId, minaId, bot } = playhouse;
    const result = await run(playhouse, { name: 'persona', subcommand: 'set', options: { name: 'ROOK', always: true } });
    expect(result).toMatchObject({
      ephemeral: false,
      content: expect.stringMatching(/\*\*Rook\*\* speaks .*\nIt answers every message/),
    });
    double.say(stageId, minaId, 'anybody there?');
    await answers(playhouse, stageId, 2);
    const { turns } = await bot.sessions.recall(`discord-${stageId}`);
    expect(turns.map(({ author }) => author.name)).toEqual(['Mina', 'Rook']);
  });

  it('says a refusal to the one who asked alone, also where the answer would have been for all', async () => {
    const playhouse = await openPlayhouse();
    const result = await run(playhouse, { name: 'persona', subcommand: 'set', options: { name: 'nobody' } });
    await playhouse.double.waitFor(() => result.followUps.length > 0);
    expect(result.followUps).toEqual([
      expect.objectContaining({
        ephemeral: true,
        content: expect.stringMatching(/no persona “nobody”\. There are: Sunny, Rook, Vamp/),
      }),
    ]);
    expect(playhouse.double.messages(playhouse.stageId)).toEqual([]);
  });

  it('lets a mature persona into age-restricted channels only', async () => {
    const playhouse = await openPlayhouse();
    const call = { name: 'persona', subcommand: 'set', options: { name: 'vamp' } };
    const refused = await run(playhouse, call);
    await playhouse.double.waitFor(() => refused.followUps.length > 0);
    expect(refused.followUps[0]?.content).toMatch(/only in age-restricted channels/);
    const channelId = playhouse.double.addChannel(playhouse.guildId, { name: 'cellar', nsfw: true });
    await settled(playhouse);
    expect((await run(playhouse, { ...call, channelId })).content).toMatch(/\*\*Vamp\*\* speaks/);
  });

  it('gives the exact prompt of the next reply as a file', async () => {
    const playhouse = await openPlayhouse();
    const { double, stageId, minaId } = playhouse;
    double.say(stageId, minaId, 'Sunny, my name is Mina');
    await answers(playhouse, stageId, 1);
    const call = { name: 'inspect', subcommand: 'prompt', options: { text: 'What is my name?' } };
    const { files, ephemeral } = await run(playhouse, { ...call, userId: minaId });
    expect(ephemeral).toBe(true);
    expect(files).toEqual([
      { name: 'prompt.txt', text: expect.stringMatching(/=== \d+\. history · user · Mina · turn 1 · \d+ tokens ===/) },
    ]);
    expect(files[0]?.text).toContain('What is my name?');
  });
});

describe('interactions in time', () => {
  it('acknowledges at once, however slow the store is', async () => {
    const playhouse = await openPlayhouse();
    slowSettings(playhouse, 3_200);
    const result = await run(playhouse, { name: 'persona', subcommand: 'show' });
    expect(result.ackMs).toBeLessThan(1_000);
    expect(result.content).toMatch(/Sunny/);
  });

  it('acknowledges at once, however slow the backend is', async () => {
    const quick = createEvilBackend({ mischiefs: [] });
    const describeSlowly = async () => {
      await sleep(3_200);
      return quick.describe();
    };
    const playhouse = await openPlayhouse({ backend: { ...quick, describe: describeSlowly } });
    const result = await run(playhouse, { name: 'inspect', subcommand: 'prompt' });
    expect(result.ackMs).toBeLessThan(1_000);
    expect(result.files).toHaveLength(1);
  });

  it('answers with one sentence when a command fails, and says nothing of the error itself', async () => {
    const playhouse = await openPlayhouse();
    playhouse.bot.settings.channel = async () => {
      throw new Error('secret path /var/lib');
    };
    const result = await run(playhouse, { name: 'persona', subcommand: 'show' });
    expect(result).toMatchObject({ ephemeral: true, content: expect.stringMatching(/^Something went wrong.*log\.$/) });
  });

  it.each([
    [10062, 404],
    [40060, 400],
  ])('does nothing when Discord says %i to the acknowledgement', async (code, status) => {
    const playhouse = await openPlayhouse();
    const { double, bot, stageId } = playhouse;
    double.failNext('POST', '/interactions/:id/:token/callback', { status, body: { code, message: 'Too late' } });
    const lost = run(playhouse, { name: 'persona', subcommand: 'set', options: { name: 'rook' } });
    lost.catch(() => undefined);
    await double.waitFor(() => double.requests.some((request) => request.status === status));
    expect(await bot.settings.channel(`discord-${stageId}`)).toEqual({ sampling: {}, generation: 1 });
    expect((await run(playhouse, { name: 'persona', subcommand: 'show' })).content).toMatch(/Sunny/);
  });

  it('answers a command that it no longer has', async () => {
    const playhouse = await openPlayhouse();
    const { double } = playhouse;
    const [known] = double.commands();
    if (known) Object.assign(known, { name: 'retired' });
    const result = await run(playhouse, { name: 'retired', subcommand: 'show' });
    expect(result).toMatchObject({ ephemeral: true, content: expect.stringMatching(/no such command/) });
  });

  it('offers no choices to whoever types, and does so in time', async () => {
    const playhouse = await openPlayhouse();
    const { double, stageId, managerId } = playhouse;
    const call = {
      channelId: stageId,
      userId: managerId,
      name: 'persona',
      subcommand: 'set',
      options: { name: 'ro' },
      focused: 'name',
    };
    expect(await double.autocomplete(call)).toEqual([]);
  });
});
