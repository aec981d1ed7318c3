// The whole path, with the real engine, whose process is killed while it speaks.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { createLlamaBackend } from '../../src/backends/llama/llama-backend.ts';
import { llamaSettingsSchema } from '../../src/backends/llama/settings.ts';
import { handleMessage } from '../../src/bot/handle-message.ts';
import { DEFAULT_SAMPLING } from '../../src/personas/sampling.ts';
import { createModelFiles } from '../backends/llama/model-files.ts';
import { watchLog } from '../backends/llama/process/watched-log.ts';
import { madeModel } from '../made-model/made-model.ts';
import { writeGguf } from '../made-model/write-gguf.ts';
import { createTestBot, makeMessage, personaSet, recordingOutgoing } from './stage.ts';

const ROUNDS = 20;
const REPLIES = 8;
const BACK_WITHIN_MS = 5000;

const files = createModelFiles();
const data = mkdtempSync(path.join(tmpdir(), 'troupe-breakdown-'));
afterAll(() => {
  files.remove();
  rmSync(data, { recursive: true, force: true });
});

test(`killed ${ROUNDS} times in a row while it makes ${REPLIES} replies, the engine comes back, and what was said is kept and marked`, async () => {
  const watched = watchLog();
  // Slow enough to be killed in the middle, by its many layers.
  const model = files.write('endless.gguf', writeGguf(madeModel({ endless: true, layers: 24 })));
  const standard = { kind: 'llama', model, gpu: 'off', threads: 1, contextSize: 4096, sequences: REPLIES };
  const surroundings = { log: watched.log, modelsFolder: data, dataFolder: data };
  const backend = createLlamaBackend('made', llamaSettingsSchema.parse(standard), surroundings);
  const sampling = { ...DEFAULT_SAMPLING, temperature: 0, maxTokens: 3500 };
  const short = { ...sampling, maxTokens: 40 };
  const personas = personaSet({ sampling }, { id: 'brief', sampling: short });
  const bot = await createTestBot(backend, {
    personas,
    channelRule: (id) => ({ persona: id.startsWith('whole') ? 'brief' : 'sunny' }),
  });

  const answerIn = (channel: string) => {
    const outgoing = recordingOutgoing();
    const message = makeMessage('Tell me a story.', { channel: { id: channel, shared: false, ageRestricted: false } });
    return { outgoing, message, answered: handleMessage(bot, message, outgoing) };
  };
  const replyOf = async (channel: string) =>
    (await bot.sessions.recall(channel)).turns.find(({ role }) => role === 'assistant');
  const textOf = async (channel: string) => (await replyOf(channel))?.variants[0]?.text ?? '';

  await backend.describe();
  const texts: string[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const { pid } = await watched.line('the engine is ready', round);
    const channels = Array.from({ length: REPLIES }, (_, index) => `round-${round}-${index}`);
    const answers = channels.map(answerIn);
    while (answers.some(({ outgoing }) => outgoing.shown.length === 0)) await wait(5);
    const killedAt = Date.now();
    process.kill(Number(pid), 'SIGKILL');
    await Promise.all(answers.map(({ answered }) => answered));
    for (const [index, channel] of channels.entries()) {
      const reply = await replyOf(channel);
      expect(reply?.variants[0]).toMatchObject({ end: 'broken', text: expect.stringMatching(/./) });
      const seen = answers[index]?.outgoing.shown[0]?.texts.at(-1) ?? '';
      expect(seen).toContain(reply?.variants[0]?.text.slice(0, 100));
      expect(seen).toMatch(/\n-# /);
    }
    await watched.line('the engine is ready', round + 1);
    expect(Date.now() - killedAt).toBeLessThan(BACK_WITHIN_MS);
    texts.push(...(await Promise.all(channels.map(textOf))));
    const answer = answerIn(`whole-${round}`);
    await answer.answered;
    expect((await replyOf(`whole-${round}`))?.variants[0]?.end).toBe('length');
    texts.push(await textOf(`whole-${round}`));
  }
  // All were asked the same and chose greedily: what came of each is a beginning of the longest.
  const longest = texts.reduce((one, other) => (other.length > one.length ? other : one));
  expect(texts.filter((text) => !longest.startsWith(text))).toEqual([]);
  await bot.close();
  await backend.close();
}, 600_000);
