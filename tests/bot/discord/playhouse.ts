// A bot on the Discord double, through the real discord.js client and a real SQLite file. The model says what the test wants.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import type { Backend } from '../../../src/backends/backend.ts';
import type { Bot } from '../../../src/bot/bot.ts';
import { type DiscordOptions, type DiscordVenue, startDiscord } from '../../../src/bot/discord/start-discord.ts';
import { silentLog } from '../../../src/log.ts';
import { openStore } from '../../../src/memory/open-store.ts';
import { openRecords } from '../../../src/memory/records.ts';
import { openSessions } from '../../../src/memory/session.ts';
import { openSettings } from '../../../src/memory/settings.ts';
import type { Persona } from '../../../src/personas/persona.ts';
import { type DiscordDouble, type DiscordDoubleOptions, startDiscordDouble } from '../../discord-double/discord-double.ts';
import { createEvilBackend } from '../../evil-backend.ts';
import { createTestBot, personaSet } from '../stage.ts';

export type Playhouse = {
  double: DiscordDouble;
  venue: DiscordVenue;
  bot: Bot;
  guildId: string;
  /** a text channel */
  stageId: string;
  /** may manage channels */
  managerId: string;
  /** may not */
  minaId: string;
};
export type PlayhouseOptions = {
  double?: DiscordDoubleOptions;
  backend?: Backend;
  personas?: Partial<Persona>[];
  bot?: Partial<Bot>;
  discord?: Partial<DiscordOptions>;
};

const CAST: Partial<Persona>[] = [
  {},
  { id: 'rook', name: 'Rook', description: 'A gruff barista.' },
  { id: 'vamp', name: 'Vamp', rating: 'mature' },
];

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

/** Starts everything and closes it after the test, which fails when Discord would have refused anything. */
export async function openPlayhouse(options: PlayhouseOptions = {}): Promise<Playhouse> {
  const { double, ...places } = await openDouble(options.double);
  open.push(async () =>
    expect({ violations: double.violations, rateLimited: double.rateLimited }).toEqual({ violations: [], rateLimited: 0 }),
  );
  const bot = await openBot(options);
  const venue = await startAt(double, bot, options.discord);
  return { double, venue, bot, ...places };
}

export async function openDouble(options: DiscordDoubleOptions = {}) {
  const double = await startDiscordDouble(options);
  open.push(() => double.close());
  const guildId = double.addGuild();
  const stageId = double.addChannel(guildId, { name: 'stage' });
  const managerId = double.addMember(guildId, { name: 'Manager', administrator: true });
  const minaId = double.addMember(guildId, { name: 'Mina' });
  return { double, guildId, stageId, managerId, minaId };
}

/** A bot whose memory is a SQLite file of its own. */
export async function openBot(options: PlayhouseOptions = {}): Promise<Bot> {
  const folder = await mkdtemp(join(tmpdir(), 'troupe-'));
  const store = await openStore(`sqlite://${join(folder, 'troupe.db')}`);
  const backend = options.backend ?? createEvilBackend({ mischiefs: [], says: 'A fine day.' });
  const bot = await createTestBot(backend, {
    personas: personaSet(...(options.personas ?? CAST)),
    store,
    sessions: openSessions(store),
    settings: openSettings(store),
    records: openRecords(store),
    ...options.bot,
  });
  open.push(async () => {
    await bot.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  return bot;
}

export async function startAt(double: DiscordDouble, bot: Bot, over: Partial<DiscordOptions> = {}): Promise<DiscordVenue> {
  const venue = await startDiscord(bot, {
    token: double.token,
    apiUrl: double.apiUrl,
    intents: 'auto',
    log: silentLog(),
    onFatal: (error) => {
      throw error;
    },
    ...over,
  });
  open.push(() => venue.close());
  return venue;
}

/** What the bot wrote in a channel, oldest first. */
export function written(double: DiscordDouble, channelId: string): string[] {
  return double
    .messages(channelId)
    .filter(({ authorId, content }) => authorId === double.botUserId && content !== '')
    .map(({ content }) => content);
}

/** Waits until the bot has written this many messages in a channel, and no answer is being made. */
export async function answers({ double, bot }: Playhouse, channelId: string, count: number): Promise<string[]> {
  await double.waitFor(() => written(double, channelId).length >= count, { label: `${count} answers` });
  await bot.answers.idle();
  return written(double, channelId);
}

/** Waits until everything that was said so far has been looked at: whoever would answer it has begun. */
export async function settled(playhouse: Playhouse): Promise<void> {
  const { double, bot, managerId } = playhouse;
  const channelId = double.openDirectMessage(managerId);
  const before = written(double, channelId).length;
  double.say(channelId, managerId, 'Are you there?');
  await double.waitFor(() => written(double, channelId).length > before, { label: 'the answer to a direct message' });
  await bot.answers.idle();
}
