import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import { createLlamaBackend } from '../../../../src/backends/llama/llama-backend.ts';
import { KeptEngine } from '../../../../src/backends/llama/process/kept-engine.ts';
import { llamaSettingsSchema } from '../../../../src/backends/llama/settings.ts';
import type { ReplyPart } from '../../../../src/chat.ts';
import { hear, request } from '../ask.ts';
import { createModelFiles, endlessModel } from '../model-files.ts';
import { watchLog } from './watched-log.ts';

const files = createModelFiles();
const model = files.write('endless.gguf', endlessModel());
afterAll(() => files.remove());

const settings = llamaSettingsSchema.parse({ kind: 'llama', model, gpu: 'off', threads: 1, contextSize: 1024 });
const never = new AbortController().signal;

function openWatched(): { backend: Backend; pid(nth: number): Promise<number>; watched: ReturnType<typeof watchLog> } {
  const watched = watchLog();
  const backend = createLlamaBackend('made', settings, { log: watched.log, modelsFolder: files.directory });
  return { backend, watched, pid: async (nth) => Number((await watched.line('the engine is ready', nth)).pid) };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('runs in a process of its own, which ends with the backend', async () => {
  const { backend, pid } = openWatched();
  await backend.describe();
  const engine = await pid(1);
  expect(engine).not.toBe(process.pid);
  expect(isAlive(engine)).toBe(true);
  await backend.close();
  expect(isAlive(engine)).toBe(false);
});

test('a reply ends as broken with all that came before its engine was killed, and the next one is whole', async () => {
  const { backend, pid, watched } = openWatched();
  const whole = await hear(backend, request('Tell me a story.', { maxTokens: 300 }));
  const parts: ReplyPart[] = [];
  const broken = (async () => {
    for await (const part of backend.reply(request('Tell me a story.', { maxTokens: 300 }), never)) {
      parts.push(part);
      if (parts.length === 5) process.kill(await pid(1), 'SIGKILL');
    }
  })();
  await expect(broken).rejects.toMatchObject({
    failure: 'broken-reply',
    message: expect.stringMatching(/^made: The engine ended while it answered \(signal SIGKILL.*what was said is kept/),
  });
  const said = parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  expect(said.length).toBeGreaterThan(0);
  expect(whole.text.startsWith(said)).toBe(true);
  expect(parts.every(({ type }) => type === 'text')).toBe(true);
  expect((await hear(backend, request('Tell me a story.', { maxTokens: 300 }))).text).toBe(whole.text);
  expect(watched.lines.filter(({ msg }) => msg.includes('broke down'))).toMatchObject([
    { how: 'signal SIGKILL', breakdowns: 1 },
  ]);
  await backend.close();
});

test('what was asked and not begun when the engine was killed is unreachable', async () => {
  const { backend, pid } = openWatched();
  const engine = await pidOnceOpen(backend, pid);
  process.kill(engine, 'SIGSTOP'); // so that it is asked, and cannot begin
  const asked = [hear(backend, request('Hello')), backend.countTokens(['Hello'])];
  await wait(50);
  process.kill(engine, 'SIGKILL');
  for (const outcome of await Promise.allSettled(asked)) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { failure: 'unreachable', name: 'BackendError' } });
  }
  expect((await backend.countTokens(['Hello'])).exact).toBe(true);
  await backend.close();
});

test('starts again after longer and longer pauses when it does not speak in between, and says so instead of letting people wait', async () => {
  const watched = watchLog();
  const engine = new KeptEngine({
    prepare: async () => ({ name: 'made', file: model, settings }),
    log: watched.log,
    pausesMs: [0, 20, 60_000],
  });
  await engine.running();
  const pauses: unknown[] = [];
  for (let round = 1; round <= 4; round++) {
    await watched.line('the engine is ready', round);
    if (round === 2) engine.works();
    process.kill(Number(engine.state.pid), 'SIGKILL');
    const { pauseMs } = await watched.line('broke down', round);
    pauses.push(pauseMs);
    expect(engine.state).toMatchObject({ state: 'waiting', breakdowns: round, lastEnd: 'signal SIGKILL' });
  }
  expect(pauses).toEqual([0, 0, 20, 60_000]);
  await expect(engine.running()).rejects.toMatchObject({
    failure: 'unreachable',
    message: expect.stringMatching(/broke down 3 times in a row \(signal SIGKILL\) and starts again in 60 s: look at the log/),
  });
  await engine.close();
  expect(engine.state.state).toBe('closed');
}, 60_000);

test('an engine that cannot open its model is tried again by the next who asks', async () => {
  const watched = watchLog();
  let file = files.write('broken.gguf', 'no model');
  const engine = new KeptEngine({ prepare: async () => ({ name: 'made', file, settings }), log: watched.log });
  await expect(engine.running()).rejects.toMatchObject({
    failure: 'rejected',
    message: expect.stringContaining('broken.gguf'),
  });
  file = model;
  expect((await engine.running()).facts.contextTokens).toBe(1024);
  await engine.close();
});

test('can be closed while it opens and while it waits to start again', async () => {
  const opening = new KeptEngine({ prepare: async () => ({ name: 'made', file: model, settings }), log: watchLog().log });
  const asked = opening.running();
  await Promise.all([opening.close(), expect(asked).rejects.toMatchObject({ failure: 'unreachable' })]);
  const watched = watchLog();
  const broken = new KeptEngine({ prepare: async () => ({ name: 'made', file: model, settings }), log: watched.log });
  await broken.running();
  const pid = Number(broken.state.pid);
  process.kill(pid, 'SIGKILL');
  await watched.line('broke down');
  await broken.close();
  await expect(broken.running()).rejects.toMatchObject({ failure: 'unreachable', message: 'This backend was closed.' });
});

async function pidOnceOpen(backend: Backend, pid: (nth: number) => Promise<number>): Promise<number> {
  await backend.describe();
  return await pid(1);
}
