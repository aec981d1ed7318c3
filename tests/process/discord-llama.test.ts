import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sampling } from '../../src/chat.ts';
import { openStore } from '../../src/memory/open-store.ts';
import { openRecords } from '../../src/memory/records.ts';
import { openSessions } from '../../src/memory/session.ts';
import { loadPersonas } from '../../src/personas/load-personas.ts';
import { DEFAULT_SAMPLING } from '../../src/personas/sampling.ts';
import { botPosts, type Channel, command, exchange, openScene, type Scene } from './scene.ts';

const TURNS = 10;
const MAX_TOKENS = 12;
let scene: Scene;

beforeAll(async () => {
  const model = path.join(import.meta.dirname, '..', '..', 'models', 'pocket.gguf');
  scene = await openScene({
    environment: {},
    yaml: `backends:\n  default: { kind: llama, model: ${JSON.stringify(model)}, threads: 1, gpu: off, contextSize: 6144 }\n`,
  });
}, 120_000);

afterAll(() => scene.close());

/** One turn in a channel: whole when the store holds the persona's turn and the channel shows it. */
async function takeTurn(channel: Channel, turn: number): Promise<void> {
  let last = '';
  let calm = 0;
  await exchange(scene, channel, `line ${turn} of ${channel.persona}`, (reply) => {
    calm = reply === last ? calm + 1 : 0;
    last = reply;
    return calm > 120; // 0.6 s without a change: what the model says has no last word to wait for
  });
}

async function expectWholeHistory(channel: Channel): Promise<void> {
  const { files } = await command(scene, channel, 'inspect prompt', { text: 'and now?' });
  const text = files[0]?.text ?? '';
  const sent = text.slice(text.indexOf('=== sent'));
  let at = 0;
  for (const [index, said] of channel.said.entries()) {
    for (const part of [`Mina: ${said}`, channel.replies[index] ?? '']) {
      const found = sent.indexOf(part, at);
      expect(found, `${JSON.stringify(part)} after place ${at} in\n${sent}`).toBeGreaterThanOrEqual(at);
      at = found + part.length;
    }
  }
  const other = scene.channels.find(({ id }) => id !== channel.id);
  expect(sent).not.toContain(`of ${other?.persona}`);
  expect(sent.indexOf('and now?', at)).toBeGreaterThan(at);
}

async function expectRecords(channel: Channel, sampling: Sampling): Promise<void> {
  const store = await openStore(`sqlite:${path.join(scene.folder, 'data', 'troupe.db')}`);
  const records = openRecords(store);
  const { turns } = await openSessions(store).recall(`discord-${channel.id}`);
  expect(turns.length).toBe(2 * channel.said.length);
  for (const turn of turns.filter(({ role }) => role === 'assistant')) {
    const record = await records.find(turn.variants[0]?.recordId ?? '');
    expect(record?.sampling).toMatchObject({ ...sampling, stop: expect.any(Array) });
    expect(record?.usage.exact).toBe(true);
    expect(record?.usage.reply).toBeLessThanOrEqual(sampling.maxTokens);
  }
  await store.close();
}

async function setUp(channel: Channel): Promise<void> {
  await command(scene, channel, 'persona set', { name: channel.persona });
  await command(scene, channel, 'tune set', { dial: 'maxTokens', value: String(MAX_TOKENS) });
}

describe('the bot process on Discord with llama.cpp inside', () => {
  it('plays two personas in two channels, ten interleaved turns each, and forgets nothing at kill -9', async () => {
    const personas = await loadPersonas('personas');
    await Promise.all(scene.channels.map(setUp));
    for (let turn = 1; turn <= TURNS; turn += 1) {
      await Promise.all(scene.channels.map((channel) => takeTurn(channel, turn)));
      if (turn % 5 === 0) await Promise.all(scene.channels.map(expectWholeHistory));
    }
    await scene.bot.kill();
    await scene.restart();
    await Promise.all(scene.channels.map(expectWholeHistory));
    await Promise.all(scene.channels.map((channel) => takeTurn(channel, TURNS + 1)));
    for (const channel of scene.channels) {
      const answers = botPosts(scene, channel).filter(({ replyTo }) => replyTo !== undefined);
      expect(answers.length).toBe(TURNS + 1);
    }
    expect(
      scene.discord.requests.filter(({ status }) => status === 429).map(({ method, route }) => `${method} ${route}`),
    ).toEqual([]);
    expect(scene.discord.violations).toEqual([]);
    await scene.bot.stop();
    for (const channel of scene.channels) {
      await expectRecords(channel, { ...DEFAULT_SAMPLING, ...personas.find(channel.persona)?.sampling, maxTokens: MAX_TOKENS });
    }
  }, 300_000);
});
