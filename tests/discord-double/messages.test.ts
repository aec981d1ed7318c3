import { type Client, Events, type Message, Options } from 'discord.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectClient } from './client.ts';
import { type DiscordDouble, startDiscordDouble } from './discord-double.ts';

let double: DiscordDouble;
let client: Client<true>;
let guild: string;
let channel: string;
let mina: string;

beforeEach(async () => {
  double = await startDiscordDouble();
  guild = double.addGuild();
  channel = double.addChannel(guild);
  mina = double.addMember(guild, { name: 'Mina' });
  client = await connectClient(double);
});

afterEach(async () => {
  await client.destroy();
  await double.close();
});

function nextMessage(): Promise<Message> {
  return new Promise((resolve) => client.once(Events.MessageCreate, resolve));
}

async function textChannel() {
  const found = await client.channels.fetch(channel);
  if (!found?.isSendable()) throw new Error('no text channel');
  return found;
}

test('a client hears what a member says, with its guild, member and mention', async () => {
  const heard = nextMessage();
  const id = double.say(channel, mina, `<@${double.botUserId}> hello`);
  const message = await heard;
  expect(message).toMatchObject({ id, content: `<@${double.botUserId}> hello`, guildId: guild, channelId: channel });
  expect(message.author).toMatchObject({ id: mina, bot: false, displayName: 'Mina' });
  expect(message.mentions.users.has(double.botUserId)).toBe(true);
  expect(double.violations).toEqual([]);
});

test('a client posts, edits, deletes and types', async () => {
  const place = await textChannel();
  await place.sendTyping();
  const posted = await place.send({ content: 'Hm.', nonce: 'one', enforceNonce: true });
  await posted.edit('Hm. Yes.');
  expect(double.messages(channel)).toMatchObject([
    { id: posted.id, authorId: double.botUserId, content: 'Hm. Yes.', nonce: 'one', edits: [{ content: 'Hm. Yes.' }] },
  ]);
  expect(double.typing(channel)).toHaveLength(1);
  await posted.delete();
  expect(double.messages(channel)).toEqual([]);
  expect(double.violations).toEqual([]);
});

test('a repeated post with the same enforced nonce gives the first message and is shown once', async () => {
  const place = await textChannel();
  const first = await place.send({ content: 'Once.', nonce: 'r1-0', enforceNonce: true });
  const second = await place.send({ content: 'Once.', nonce: 'r1-0', enforceNonce: true });
  expect(second.id).toBe(first.id);
  expect(double.messages(channel)).toHaveLength(1);
  double.advanceClock(6 * 60_000);
  const later = await place.send({ content: 'Once.', nonce: 'r1-0', enforceNonce: true });
  expect(later.id).not.toBe(first.id);
});

test('a reply carries the message it answers and notifies its author unless told otherwise', async () => {
  const place = await textChannel();
  const posted = await place.send({ content: 'Yes?', nonce: 'one', enforceNonce: true });
  const heard = nextMessage();
  double.say(channel, mina, 'the usual', { replyTo: posted.id });
  const reply = await heard;
  expect(reply.reference?.messageId).toBe(posted.id);
  expect(reply.mentions.repliedUser?.id).toBe(double.botUserId);
  expect(reply.mentions.users.has(double.botUserId)).toBe(true);
  const heardAgain = nextMessage();
  double.say(channel, mina, 'please', { replyTo: posted.id, ping: false });
  expect((await heardAgain).mentions.users.size).toBe(0);
});

test('edits and deletions of a member reach the client', async () => {
  const heard = nextMessage();
  const id = double.say(channel, mina, 'helo');
  await heard;
  const edited = new Promise<string>((resolve) => client.once(Events.MessageUpdate, (_, message) => resolve(message.content)));
  double.editMessage(channel, id, 'hello');
  expect(await edited).toBe('hello');
  const deleted = new Promise<string>((resolve) => client.once(Events.MessageDelete, (message) => resolve(message.id)));
  double.deleteMessage(channel, id);
  expect(await deleted).toBe(id);
  expect(double.messages(channel)).toEqual([]);
  expect(double.messages(channel, { all: true })).toMatchObject([{ id, deleted: true }]);
});

test('an event can come twice, and a client that caches no messages hears it twice', async () => {
  const forgetful = await connectClient(double, { makeCache: Options.cacheWithLimits({ MessageManager: 0 }) });
  const heard: string[] = [];
  forgetful.on(Events.MessageCreate, (message) => void heard.push(message.id));
  const id = double.say(channel, mina, 'hello');
  double.repeatEvent(channel, id);
  await double.waitFor(() => heard.length === 2);
  expect(heard).toEqual([id, id]);
  expect(double.messages(channel)).toHaveLength(1);
  await forgetful.destroy();
});

test('a message older than an hour takes three edits', async () => {
  const place = await textChannel();
  const posted = await place.send({ content: 'old', nonce: 'one', enforceNonce: true });
  double.advanceClock(61 * 60_000);
  for (const text of ['a', 'b', 'c']) await posted.edit(text);
  const body = JSON.stringify({ content: 'd', allowed_mentions: { parse: [] } });
  const headers = { authorization: `Bot ${double.token}`, 'content-type': 'application/json' };
  const address = `${double.apiUrl}/v10/channels/${channel}/messages/${posted.id}`;
  const refused = await fetch(address, { method: 'PATCH', headers, body });
  expect(refused.status).toBe(429);
  expect(await refused.json()).toMatchObject({ code: 30046 });
  expect(double.messages(channel)).toMatchObject([{ content: 'c' }]);
});

test('direct messages go both ways', async () => {
  const heard = nextMessage();
  double.say(double.openDirectMessage(mina), mina, 'psst');
  const message = await heard;
  expect(message).toMatchObject({ content: 'psst', guildId: null });
  expect(message.channel.isDMBased()).toBe(true);
  await message.channel.fetch();
  const user = await client.users.fetch(mina);
  await user.send({ content: 'What?', nonce: 'one', enforceNonce: true });
  expect(double.messages(message.channelId).map(({ content }) => content)).toEqual(['psst', 'What?']);
  expect(double.violations).toEqual([]);
});

test('messages can be listed and fetched', async () => {
  const ids = ['a', 'b', 'c', 'd'].map((text) => double.say(channel, mina, text));
  const place = await textChannel();
  const texts = async (query: object) =>
    [...(await place.messages.fetch({ cache: false, ...query })).values()].map(({ content }) => content);
  expect(await texts({ limit: 2 })).toEqual(['d', 'c']);
  expect(await texts({ after: ids[1] })).toEqual(['d', 'c']);
  expect(await texts({ before: ids[1] })).toEqual(['a']);
  expect(await texts({ around: ids[1], limit: 3 })).toEqual(['c', 'b', 'a']);
  expect((await place.messages.fetch(ids[0] ?? '')).content).toBe('a');
});

test.each([
  ['an empty message', { content: '  ' }, 50006],
  ['2,001 characters', { content: 'x'.repeat(2001) }, 50035],
  ['a reply to nothing', { content: 'x', reply: { messageReference: '1', failIfNotExists: true } }, 50035],
  ['a nonce over 25 characters', { content: 'x', nonce: 'n'.repeat(26), enforceNonce: true }, 50035],
])('%s is refused and noted', async (_, message, code) => {
  const place = await textChannel();
  await expect(place.send({ nonce: 'one', enforceNonce: true, ...message })).rejects.toMatchObject({ code });
  expect(double.violations).toHaveLength(1);
  expect(double.messages(channel)).toEqual([]);
});

test('a message that is not there or not the bot’s own cannot be edited', async () => {
  const place = await textChannel();
  const hers = double.say(channel, mina, 'mine');
  await expect(place.messages.edit(hers, 'yours')).rejects.toMatchObject({ code: 50005 });
  double.deleteMessage(channel, hers);
  await expect(place.messages.edit(hers, 'yours')).rejects.toMatchObject({ code: 10008 });
  await expect(client.channels.fetch('123')).rejects.toMatchObject({ code: 10003 });
});

test('a post without a nonce, and text that may notify somebody, break our promises', async () => {
  const place = await textChannel();
  const posted = await place.send({ content: '@everyone', allowedMentions: { parse: ['everyone'] } });
  expect(double.violations).toEqual([
    expect.stringContaining('without nonce and enforce_nonce'),
    expect.stringContaining('allowed_mentions must be {"parse":[]}'),
  ]);
  await posted.edit({ content: 'x', allowedMentions: { repliedUser: true } });
  expect(double.violations).toHaveLength(3);
});

test('a fault can stop a request before or after it took effect, and the nonce makes the retry harmless', async () => {
  const place = await textChannel();
  double.failNext('POST', '/channels/:id/messages', { status: 503 });
  await place.send({ content: 'a', nonce: 'a', enforceNonce: true });
  double.failNext('POST', '/channels/:id/messages', { cut: 'after' });
  await place.send({ content: 'b', nonce: 'b', enforceNonce: true });
  expect(double.messages(channel).map(({ content }) => content)).toEqual(['a', 'b']);
  expect(double.requests.filter(({ route }) => route === '/channels/:id/messages').map(({ status }) => status)).toEqual([
    503, 200, 0, 200,
  ]);
});
