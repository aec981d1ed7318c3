import {
  ApplicationCommandResponseSchema,
  GatewayBotResponseSchema,
  InteractionCallbackResponseSchema,
  MessageResponseSchema,
  PrivateApplicationResponseSchema,
  RatelimitedResponseSchema,
} from 'discord-api-spec/zod';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectClient } from './client.ts';
import { type DiscordDouble, startDiscordDouble } from './discord-double.ts';

let double: DiscordDouble;
let channel: string;
let mina: string;

beforeEach(async () => {
  double = await startDiscordDouble();
  const guild = double.addGuild();
  channel = double.addChannel(guild);
  mina = double.addMember(guild, { name: 'Mina' });
});

afterEach(() => double.close());

function call(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${double.apiUrl}/v10${path}`, {
    method,
    headers: { authorization: `Bot ${double.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const message = (nonce: number) => ({
  content: `${nonce}`,
  nonce: `${nonce}`,
  enforce_nonce: true,
  allowed_mentions: { parse: [] },
});

test('the sixth message within five seconds is refused with 429 and its waiting time', async () => {
  for (let nonce = 1; nonce <= 5; nonce += 1) {
    const answer = await call('POST', `/channels/${channel}/messages`, message(nonce));
    expect(answer.headers.get('x-ratelimit-remaining')).toBe(String(5 - nonce));
  }
  const refused = await call('POST', `/channels/${channel}/messages`, message(6));
  expect(refused.status).toBe(429);
  expect(refused.headers.get('x-ratelimit-scope')).toBe('user');
  const body = RatelimitedResponseSchema.parse(await refused.json());
  expect(body.retry_after).toBeGreaterThan(4);
  expect(body.retry_after).toBeLessThanOrEqual(5);
  expect(double.messages(channel)).toHaveLength(5);
  expect(double.rateLimited).toBe(1);
  const elsewhere = await call('POST', `/channels/${double.openDirectMessage(mina)}/messages`, message(7));
  expect(elsewhere.status).toBe(200);
});

test('edits have a limit of their own', async () => {
  const { id } = MessageResponseSchema.parse(await (await call('POST', `/channels/${channel}/messages`, message(1))).json());
  const edit = (content: string) =>
    call('PATCH', `/channels/${channel}/messages/${id}`, { content, allowed_mentions: { parse: [] } });
  const statuses = [];
  for (const text of ['a', 'b', 'c', 'd', 'e', 'f']) statuses.push((await edit(text)).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  expect(double.messages(channel)[0]?.edits.map(({ content }) => content)).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('discord.js reads the limits and meets no 429', { timeout: 15_000 }, async () => {
  const client = await connectClient(double);
  const place = await client.channels.fetch(channel);
  if (!place?.isSendable()) throw new Error('no text channel');
  const started = performance.now();
  await Promise.all(
    [1, 2, 3, 4, 5, 6].map((nonce) => place.send({ content: `${nonce}`, nonce: `${nonce}`, enforceNonce: true })),
  );
  expect(performance.now() - started).toBeGreaterThan(4500);
  expect(double.messages(channel).map(({ content }) => content)).toEqual(['1', '2', '3', '4', '5', '6']);
  expect(double.rateLimited).toBe(0);
  await client.destroy();
});

test('the bot as a whole has fifty requests a second', async () => {
  const answers = await Promise.all(Array.from({ length: 51 }, () => call('GET', '/users/@me')));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(1);
  expect(refused[0]?.headers.get('x-ratelimit-global')).toBe('true');
  expect(await refused[0]?.json()).toMatchObject({ global: true });
});

test('answers have the shapes that Discord publishes', async () => {
  GatewayBotResponseSchema.parse(await (await call('GET', '/gateway/bot')).json());
  PrivateApplicationResponseSchema.parse(await (await call('GET', '/applications/@me')).json());
  const first = double.say(channel, mina, `<@${double.botUserId}> hi`);
  double.say(channel, mina, 'again', { replyTo: first });
  await call('POST', `/channels/${channel}/messages`, message(1));
  const listed: unknown = await (await call('GET', `/channels/${channel}/messages`)).json();
  expect(listed).toHaveLength(3);
  for (const one of Array.isArray(listed) ? listed : []) MessageResponseSchema.parse(one);
  const options = [{ type: 4, name: 'count', description: 'x', min_value: 1, choices: [{ name: 'one', value: 1 }] }];
  const put = await call('PUT', `/applications/${double.applicationId}/commands`, [{ name: 'say', description: 'x', options }]);
  const commands: unknown = await put.json();
  for (const one of Array.isArray(commands) ? commands : []) ApplicationCommandResponseSchema.parse(one);
  expect(double.violations).toEqual([]);
});

test('a callback that asks for its response gets it in the published shape', async () => {
  const client = await connectClient(double);
  await client.application.commands.set([{ name: 'say', description: 'x' }]);
  client.on('raw', (packet: { t: string; d: { id: string; token: string } }) => {
    if (packet.t !== 'INTERACTION_CREATE') return;
    const body = { type: 4, data: { content: 'hi', allowed_mentions: { parse: [] } } };
    answered.resolve(call('POST', `/interactions/${packet.d.id}/${packet.d.token}/callback?with_response=true`, body));
  });
  const answered = Promise.withResolvers<Response>();
  await double.runCommand({ channelId: channel, userId: mina, name: 'say' });
  InteractionCallbackResponseSchema.parse(await (await answered.promise).json());
  await client.destroy();
});

test('what the double does not know is an error that shows', async () => {
  expect((await call('GET', '/stickers/1')).status).toBe(404);
  expect((await fetch(`${double.apiUrl}/v9/gateway/bot`)).status).toBe(404);
  expect(double.violations).toHaveLength(2);
});

test('a request without the token, with broken JSON or of no known type is refused', async () => {
  expect((await fetch(`${double.apiUrl}/v10/users/@me`)).status).toBe(401);
  const send = (type: string, body: string) =>
    fetch(`${double.apiUrl}/v10/channels/${channel}/messages`, {
      method: 'POST',
      headers: { authorization: `Bot ${double.token}`, 'content-type': type },
      body,
    });
  expect(await (await send('application/json', '{"content":')).json()).toMatchObject({ code: 50109 });
  expect(await (await send('text/plain', 'hi')).json()).toMatchObject({ code: 50035 });
});

test('an answer can be slow, and a request can be left without any', async () => {
  double.setLatency(60);
  const started = performance.now();
  await call('GET', '/users/@me');
  expect(performance.now() - started).toBeGreaterThan(50);
  double.setLatency(0);
  double.failNext('POST', '/channels/:channel/messages', { hang: 'after' });
  const hung = fetch(`${double.apiUrl}/v10/channels/${channel}/messages`, {
    method: 'POST',
    headers: { authorization: `Bot ${double.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(message(1)),
    signal: AbortSignal.timeout(300),
  });
  await expect(hung).rejects.toThrow(/timeout/);
  expect(double.messages(channel)).toHaveLength(1);
});

test('ids grow with time and tell it', () => {
  const ids = [1, 2, 3].map((text) => BigInt(double.say(channel, mina, `${text}`)));
  expect(ids).toEqual(ids.toSorted((a, b) => Number(a - b)));
  const told = Number((ids[0] ?? 0n) >> 22n) + 1_420_070_400_000;
  expect(Math.abs(told - Date.now())).toBeLessThan(5000);
});
