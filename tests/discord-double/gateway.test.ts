import { type Client, Events, GatewayIntentBits, type Message, Options } from 'discord.js';
import { afterEach, expect, test } from 'vitest';
import { connectClient, createClient } from './client.ts';
import { type DiscordDouble, type DiscordDoubleOptions, startDiscordDouble } from './discord-double.ts';

let double: DiscordDouble;
let client: Client | undefined;
let channel: string;
let mina: string;

// discord.js spaces IDENTIFYs five seconds apart; no test needs to sit that out.
const unspaced = {
  ...Options.createDefault().ws,
  buildIdentifyThrottler: async () => ({ waitForIdentify: async () => undefined }),
};

afterEach(async () => {
  await client?.destroy();
  client = undefined;
  await double.close();
});

async function start(options: DiscordDoubleOptions = {}) {
  double = await startDiscordDouble(options);
  const guild = double.addGuild();
  channel = double.addChannel(guild);
  mina = double.addMember(guild, { name: 'Mina' });
}

function hear(listener: Client): string[] {
  const heard: string[] = [];
  listener.on(Events.MessageCreate, (message) => void heard.push(message.content));
  return heard;
}

test('a client reads the guild, its channels and its own name at start', async () => {
  await start();
  const ready = await connectClient(double);
  client = ready;
  expect(ready.user.id).toBe(double.botUserId);
  expect(ready.application.id).toBe(double.applicationId);
  expect(ready.guilds.cache.first()?.channels.cache.get(channel)?.name).toBe('stage');
  const later = new Promise((resolve) => ready.once(Events.GuildCreate, (guild) => resolve(guild.id)));
  expect(double.addGuild({ name: 'another' })).toBe(await later);
  expect(double.gateway.identifies).toBe(1);
});

test('a wrong token is refused by REST and by the gateway', async () => {
  await start();
  client = createClient(double);
  await expect(client.login('MTIz.wrong.token')).rejects.toThrow(/token/i);
  double.failNext('GET', '/gateway/bot', {
    status: 200,
    body: {
      url: double.apiUrl.replace(/^http(.*)\/api$/, 'ws$1'),
      shards: 1,
      session_start_limit: { total: 1, remaining: 1, reset_after: 0, max_concurrency: 1 },
    },
  });
  const closed = new Promise<number>((resolve) => client?.once(Events.ShardDisconnect, ({ code }) => resolve(code)));
  client.login('MTIz.wrong.token').catch(() => undefined);
  expect(await closed).toBe(4004);
});

test('a privileged intent that is not switched on closes with 4014', async () => {
  await start({ intents: { messageContent: false } });
  client = createClient(double);
  const closed = new Promise<number>((resolve) => client?.once(Events.ShardDisconnect, ({ code }) => resolve(code)));
  client.login(double.token).catch(() => undefined);
  expect(await closed).toBe(4014);
});

test('without message content a client reads mentions, replies, direct messages and its own posts, and nothing else', async () => {
  await start({ intents: { messageContent: false } });
  const ready = await connectClient(double, {
    intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages],
  });
  client = ready;
  const heard: Message[] = [];
  client.on(Events.MessageCreate, (message) => void heard.push(message));
  const place = await client.channels.fetch(channel);
  if (!place?.isSendable()) throw new Error('no text channel');
  const own = await place.send({ content: 'own', nonce: 'one', enforceNonce: true });
  double.say(channel, mina, 'private talk');
  double.say(channel, mina, `<@${double.botUserId}> hi`);
  double.say(channel, mina, 'a reply', { replyTo: own.id });
  double.say(channel, mina, 'a silent reply', { replyTo: own.id, ping: false });
  double.say(double.openDirectMessage(mina), mina, 'psst');
  await double.waitFor(() => heard.length === 6, { label: 'six messages' });
  expect(heard.map(({ content }) => content)).toEqual(['own', '', `<@${double.botUserId}> hi`, 'a reply', '', 'psst']);
  const listed = await place.messages.fetch({ limit: 5, cache: false });
  expect([...listed.values()].map(({ content }) => content)).toEqual(['', 'a reply', `<@${double.botUserId}> hi`, '', 'own']);
  expect((await ready.application.fetch()).flags.bitfield).toBe(0);
});

test('a client without a kind of intent gets none of its events', async () => {
  await start();
  client = await connectClient(double, { intents: [GatewayIntentBits.Guilds, GatewayIntentBits.DirectMessages] });
  const heard = hear(client);
  double.say(channel, mina, 'in the server');
  double.say(double.openDirectMessage(mina), mina, 'psst');
  await double.waitFor(() => heard.length > 0);
  expect(heard).toEqual(['psst']);
});

test('op 7 makes the client reconnect, and what was said meanwhile is replayed once and in order', async () => {
  await start();
  client = await connectClient(double);
  const heard = hear(client);
  double.say(channel, mina, 'before');
  await double.waitFor(() => heard.length === 1);
  double.gateway.sendReconnect();
  await double.waitFor(() => double.gateway.connected === 0, { label: 'the client to leave' });
  double.say(channel, mina, 'meanwhile one');
  double.say(channel, mina, 'meanwhile two');
  await double.waitFor(() => heard.length === 3, { label: 'the missed messages' });
  double.say(channel, mina, 'after');
  await double.waitFor(() => heard.length === 4);
  expect(heard).toEqual(['before', 'meanwhile one', 'meanwhile two', 'after']);
  expect(double.gateway).toMatchObject({ resumes: 1, identifies: 1 });
});

test('a connection that is cut, or closed with a code that allows it, is resumed', async () => {
  await start();
  client = await connectClient(double);
  const heard = hear(client);
  double.gateway.disconnectAll(4000);
  double.say(channel, mina, 'one');
  await double.waitFor(() => heard.length === 1);
  double.gateway.cutAll();
  double.say(channel, mina, 'two');
  await double.waitFor(() => heard.length === 2);
  expect(heard).toEqual(['one', 'two']);
  expect(double.gateway).toMatchObject({ resumes: 2, identifies: 1 });
});

test('op 9 makes the client identify again, and what was said meanwhile is lost', async () => {
  await start();
  client = await connectClient(double, { ws: unspaced });
  const heard = hear(client);
  double.gateway.invalidateSession(false);
  double.say(channel, mina, 'lost');
  await double.waitFor(() => double.gateway.identifies === 2, { label: 'a new IDENTIFY' });
  double.say(channel, mina, 'heard');
  await double.waitFor(() => heard.length > 0);
  expect(heard).toEqual(['heard']);
});

test('op 9 of a session that may be resumed makes the client resume', async () => {
  await start();
  client = await connectClient(double);
  const heard = hear(client);
  double.gateway.invalidateSession(true);
  await double.waitFor(() => double.gateway.resumes === 1);
  double.say(channel, mina, 'still here');
  await double.waitFor(() => heard.length === 1);
  expect(double.gateway.identifies).toBe(1);
});

test('heartbeats are answered, and a client whose heartbeats are not leaves the connection and resumes', async () => {
  await start({ heartbeatIntervalMs: 150 });
  client = await connectClient(double);
  const heard = hear(client);
  await double.waitFor(() => double.gateway.heartbeats >= 3);
  expect(double.gateway.resumes).toBe(0);
  double.gateway.stopAcknowledging();
  await double.waitFor(() => double.gateway.resumes === 1, { label: 'the zombie to be noticed' });
  double.say(channel, mina, 'back');
  await double.waitFor(() => heard.length === 1);
  expect(double.gateway.identifies).toBe(1);
});

test('a client that leaves with 1000 ends its session', async () => {
  await start();
  const first = await connectClient(double);
  await first.destroy();
  double.say(channel, mina, 'nobody hears this');
  client = await connectClient(double);
  const heard = hear(client);
  double.say(channel, mina, 'hello again');
  await double.waitFor(() => heard.length > 0);
  expect(heard).toEqual(['hello again']);
  expect(double.gateway).toMatchObject({ identifies: 2, resumes: 0 });
});
