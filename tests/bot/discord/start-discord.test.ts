import { describe, expect, it } from 'vitest';
import type { DiscordOptions } from '../../../src/bot/discord/start-discord.ts';
import { ConfigError, TroupeError } from '../../../src/errors.ts';
import { startDiscordDouble } from '../../discord-double/discord-double.ts';
import { createEvilBackend } from '../../evil-backend.ts';
import { answers, openBot, openDouble, openPlayhouse, startAt, written } from './playhouse.ts';

/** The error with which a start ends. */
async function failure(places: Awaited<ReturnType<typeof openDouble>>, over: Partial<DiscordOptions>): Promise<unknown> {
  const bot = await openBot();
  return startAt(places.double, bot, over).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('startDiscord', () => {
  it('says who it is, where it is invited, and that nothing is missing', async () => {
    const { venue, double } = await openPlayhouse();
    expect(venue).toMatchObject({ tag: expect.stringMatching(/^troupe/), guildCount: 1, missing: [] });
    const url = new URL(venue.inviteUrl);
    expect(url.searchParams.get('client_id')).toBe(double.applicationId);
    expect(url.searchParams.get('scope')).toBe('bot applications.commands');
    const permissions = BigInt(url.searchParams.get('permissions') ?? 0);
    expect(permissions & (1n << 11n)).not.toBe(0n); // send messages
    expect(permissions & (1n << 3n)).toBe(0n); // never administrator
  });

  it('tells an operator whose bot is in no server how to invite it', async () => {
    const double = await startDiscordDouble();
    const venue = await startAt(double, await openBot());
    expect(venue.missing).toEqual([`The bot is in no server yet: invite it at ${venue.inviteUrl}`]);
    await venue.close();
    await double.close();
  });

  it('refuses a wrong token with what to do about it, and exit code 78', async () => {
    const error = await failure(await openDouble(), { token: 'MTA.wrong.token' });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ exitCode: 78, message: expect.stringMatching(/^DISCORD_TOKEN: .*make a new one/) });
    expect(String(error)).not.toContain('MTA.wrong');
  });

  it('names the address when Discord cannot be reached', async () => {
    const error = await failure(await openDouble(), { apiUrl: 'http://127.0.0.1:9/api' });
    expect(error).toBeInstanceOf(TroupeError);
    expect(error).toMatchObject({ exitCode: 1, message: expect.stringMatching(/http:\/\/127\.0\.0\.1:9\/api \(.+\): check/) });
  });

  it('names the address when something else answers there', async () => {
    const places = await openDouble();
    places.double.failNext('GET', '/applications/@me', { status: 200, body: { hello: 'I am a printer' } });
    const error = await failure(places, {});
    expect(error).toMatchObject({ message: expect.stringMatching(/cannot be reached at .*not an application of Discord/) });
  });
});

describe('intents', () => {
  it('asks for message content only when Discord says that the application has it', async () => {
    const playhouse = await openPlayhouse({ double: { intents: { messageContent: false } } });
    const { double, venue, stageId, minaId } = playhouse;
    expect(venue.missing).toEqual([expect.stringMatching(/message content intent is off.*developers\/applications\/\d+\/bot/)]);
    double.say(stageId, minaId, 'Sunny, can you hear me?'); // arrives empty
    double.say(stageId, minaId, `<@${double.botUserId}> and now?`);
    expect(await answers(playhouse, stageId, 1)).toEqual(['A fine day.']);
    const own = double.messages(stageId).at(-1)?.id ?? '';
    double.say(stageId, minaId, 'and like this?', { replyTo: own });
    expect(await answers(playhouse, stageId, 2)).toHaveLength(2);
  });

  it('never asks for it when told so, and says what that costs', async () => {
    const { venue } = await openPlayhouse({ discord: { intents: 'mentions' } });
    expect(venue.missing).toEqual([expect.stringMatching(/discord\.intents is "mentions".*their name and `always` cannot/)]);
  });

  it('asks for it when told so, and explains the refusal with exit code 78', async () => {
    const places = await openDouble({ intents: { messageContent: false } });
    const error = await failure(places, { intents: 'all' });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({ exitCode: 78, message: expect.stringMatching(/^discord\.intents: .*switch it on at/) });
  });

  it('warns in /persona set that `always` cannot work', async () => {
    const { double, stageId, managerId } = await openPlayhouse({ double: { intents: { messageContent: false } } });
    const set = { channelId: stageId, userId: managerId, name: 'persona', subcommand: 'set' };
    const { content } = await double.runCommand({ ...set, options: { name: 'rook', always: true } });
    expect(content).toMatch(/message content is off/);
  });
});

describe('a connection that is lost', () => {
  it('comes back and goes on answering', async () => {
    const playhouse = await openPlayhouse();
    const { double, stageId, minaId } = playhouse;
    double.gateway.cutAll();
    double.say(stageId, minaId, 'Sunny?');
    expect(await answers(playhouse, stageId, 1)).toEqual(['A fine day.']);
  });

  it('tells once when Discord closed it for good', async () => {
    const told: TroupeError[] = [];
    const { double } = await openPlayhouse({ discord: { onFatal: (error) => told.push(error) } });
    double.gateway.disconnectAll(4004);
    await double.waitFor(() => told.length > 0);
    expect(told).toEqual([expect.objectContaining({ exitCode: 78, message: expect.stringMatching(/^DISCORD_TOKEN/) })]);
  });
});

describe('close', () => {
  it('hears nothing more and waits for the answer that is being made', async () => {
    const backend = createEvilBackend({ mischiefs: [], says: 'Last words.', paceMs: 200 });
    const { double, venue, stageId, minaId } = await openPlayhouse({ backend });
    double.say(stageId, minaId, 'Sunny?');
    await double.waitFor(() => backend.requests.length > 0);
    const closing = venue.close();
    double.say(stageId, minaId, 'Sunny, one more?');
    await closing;
    expect(written(double, stageId)).toEqual(['Last words.']);
    expect(backend.requests).toHaveLength(1);
  });
});
