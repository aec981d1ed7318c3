import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sampling } from '../../src/chat.ts';
import { loadPersonas } from '../../src/personas/load-personas.ts';
import { DEFAULT_SAMPLING } from '../../src/personas/sampling.ts';
import { type ChatBody, say } from '../llm-double/answer.ts';
import { type LlmDouble, startLlmDouble } from '../llm-double/llm-double.ts';
import { botPosts, type Channel, command, exchange, openScene, type Scene } from './scene.ts';

const TURNS = 10;
/** for the longest answer: a server that says more than it was asked for is stopped */
const ENOUGH_TOKENS = 2_000;
let scene: Scene;
let llm: LlmDouble;

/** What the model answers to a message: some short, some longer than two messages with a code block in them. */
function answerTo(text: string): string {
  const [, channel = '', turn = '0'] = /(cafe|ship) turn (\d+)/.exec(text) ?? [];
  const long = Number(turn) % 5 === 3;
  const code = `\n\n\`\`\`js\n${'console.log("a line of code");\n'.repeat(90)}\`\`\`\n`;
  return `Answer to ${channel} ${turn}.${long ? code : ' And a second sentence.'} End of ${channel} ${turn}.`;
}

beforeAll(async () => {
  llm = await startLlmDouble();
  llm.script((body) => say(answerTo(body.messages.at(-1)?.content ?? ''), { delayMs: 1, honour: false }));
  scene = await openScene({ environment: { OPENAI_BASE_URL: llm.baseUrl } });
}, 120_000);

afterAll(async () => {
  await scene.close();
  await llm.close();
});

const nameOf = (channel: Channel) => (channel.persona === 'rook' ? 'cafe' : 'ship');

/** One turn in a channel, to its end. */
async function takeTurn(channel: Channel, turn: number): Promise<ChatBody> {
  const text = `This is ${nameOf(channel)} turn ${turn}`;
  await exchange(scene, channel, text, (reply) => reply.includes(`End of ${nameOf(channel)} ${turn}.`));
  const body = llm.chats().findLast((request) => request.messages.at(-1)?.content.includes(text));
  if (!body) throw new Error(`the model was never asked about ${text}`);
  return body;
}

function expectWholeHistory(body: ChatBody, channel: Channel): void {
  const [system, ...turns] = body.messages;
  expect(system?.role).toBe('system');
  const spoken = turns.filter(({ content }) => /turn \d|Answer to/.test(content));
  const expected = channel.said.flatMap((text) => [`user Mina: ${text}`, `assistant ${answerTo(text)}`]).slice(0, -1);
  expect(spoken.map(({ role, content }) => `${role} ${content}`)).toEqual(expected);
  expect(JSON.stringify(body.messages)).not.toContain(`${channel.persona === 'rook' ? 'ship' : 'cafe'} turn`);
}

function expectSampling(body: ChatBody, sampling: Sampling): void {
  expect(body).toMatchObject({
    temperature: sampling.temperature,
    max_tokens: sampling.maxTokens,
    top_p: sampling.topP,
    top_k: sampling.topK,
    min_p: sampling.minP,
    repeat_penalty: sampling.repeatPenalty,
    frequency_penalty: sampling.frequencyPenalty,
    presence_penalty: sampling.presencePenalty,
    stream: true,
  });
}

/** Every reply stands in the order it was asked for, streamed by edits, and split into messages that are whole in themselves. */
function expectOrderedPosts(channel: Channel): void {
  const posts = botPosts(scene, channel);
  const order = posts.flatMap(({ content }) => [...content.matchAll(/Answer to \w+ (\d+)/g)].map((found) => Number(found[1])));
  expect(order).toEqual(Array.from({ length: TURNS }, (_, index) => index + 1));
  expect(posts.some(({ edits }) => edits.length > 0)).toBe(true);
  expect(posts.length).toBeGreaterThanOrEqual(TURNS + 2);
  for (const { content } of posts) {
    expect(content.length).toBeLessThanOrEqual(2_000);
    expect((content.match(/```/g)?.length ?? 0) % 2).toBe(0);
  }
}

const TUNED = { temperature: 0.35, maxTokens: 2222 };

async function tune(channel: Channel): Promise<void> {
  for (const [dial, value] of Object.entries(TUNED)) {
    const { content } = await command(scene, channel, 'tune set', { dial, value: String(value) });
    expect(content).toContain(String(value));
  }
}

describe('the bot process on Discord with an OpenAI-compatible server', () => {
  it('plays two personas in two channels, ten interleaved turns each, and forgets nothing at kill -9', async () => {
    const personas = await loadPersonas('personas');
    const sampling = new Map<Channel, Sampling>();
    for (const channel of scene.channels) {
      await command(scene, channel, 'persona set', { name: channel.persona });
      await command(scene, channel, 'tune set', { dial: 'maxTokens', value: String(ENOUGH_TOKENS) });
      const own = personas.find(channel.persona)?.sampling ?? DEFAULT_SAMPLING;
      sampling.set(channel, { ...own, maxTokens: ENOUGH_TOKENS });
    }
    const [cafe] = scene.channels;
    for (let turn = 1; turn <= TURNS; turn += 1) {
      if (turn === 6) {
        await tune(cafe);
        sampling.set(cafe, { ...DEFAULT_SAMPLING, ...sampling.get(cafe), ...TUNED });
      }
      await Promise.all(
        scene.channels.map(async (channel) => {
          const body = await takeTurn(channel, turn);
          expectWholeHistory(body, channel);
          expectSampling(body, sampling.get(channel) ?? DEFAULT_SAMPLING);
        }),
      );
    }
    for (const channel of scene.channels) expectOrderedPosts(channel);

    await scene.bot.kill();
    await scene.restart();
    for (const channel of scene.channels) expectWholeHistory(await takeTurn(channel, TURNS + 1), channel);
    expect(
      scene.discord.requests.filter(({ status }) => status === 429).map(({ method, route }) => `${method} ${route}`),
    ).toEqual([]);
    expect(scene.discord.violations).toEqual([]);
  }, 240_000);

  it('shows the exact prompt of the next reply, takes the last exchange back and begins anew', async () => {
    const [cafe, ship] = scene.channels;
    const report = await command(scene, cafe, 'inspect prompt', { text: 'What did I say first?' });
    expect(report.ephemeral).toBe(true);
    expect(report.files[0]?.text).toContain('This is cafe turn 1');
    expect(report.files[0]?.text).toContain('What did I say first?');
    expect(report.files[0]?.text).not.toContain('ship turn');
    await command(scene, cafe, 'session undo');
    cafe.said.pop();
    expectWholeHistory(await takeTurn(cafe, 21), cafe);
    await command(scene, cafe, 'session reset');
    cafe.said.length = 0;
    expectWholeHistory(await takeTurn(cafe, 31), cafe);
    expectWholeHistory(await takeTurn(ship, 32), ship);
  }, 60_000);

  it('ends on SIGTERM with exit code 0, in the middle of a reply too, and keeps what was said with its mark', async () => {
    await scene.bot.kill();
    await scene.restart('node');
    llm.script(() => say('word '.repeat(2_000), { delayMs: 20, honour: false }));
    const [cafe] = scene.channels;
    const before = botPosts(scene, cafe).length;
    scene.discord.say(cafe.id, scene.mina, `<@${scene.discord.botUserId}> talk for a while`);
    await scene.discord.waitFor(() => botPosts(scene, cafe).length > before, { timeoutMs: 20_000, label: 'the first words' });
    expect(await scene.bot.stop()).toBe(0);
    expect(botPosts(scene, cafe).at(-1)?.content).toMatch(/word\n-# cut short: the bot is shutting down$/);
  }, 60_000);
});
