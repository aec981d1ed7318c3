import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepFresh } from '../../../../src/backends/openai/learning/keep-fresh.ts';

const MINUTES = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function scene(answer: (count: number) => Promise<string>) {
  const clock = { now: 0 };
  const failures: unknown[] = [];
  let asked = 0;
  const ask = () => {
    asked += 1;
    return answer(asked);
  };
  const fresh = keepFresh({ ask, now: () => clock.now, failed: (error) => failures.push(error) });
  return { clock, failures, fresh, asked: () => asked };
}

test('an answer is kept for minutes, then asked for once more', async () => {
  const { clock, fresh, asked } = scene(async (count) => `answer ${count}`);
  expect(await Promise.all([fresh.get(), fresh.get()])).toEqual(['answer 1', 'answer 1']);
  clock.now = 4.9 * MINUTES;
  expect(await fresh.get()).toBe('answer 1');
  clock.now = 5.1 * MINUTES;
  expect(await Promise.all([fresh.get(), fresh.get()])).toEqual(['answer 2', 'answer 1']);
  expect(await fresh.get()).toBe('answer 2');
  expect(asked()).toBe(2);
});

test('who asks is kept no longer than half a second by a server that does not answer, and only once', async () => {
  const { clock, fresh, asked } = scene((count) => (count === 1 ? Promise.resolve('old') : new Promise(() => undefined)));
  await fresh.get();
  clock.now = 6 * MINUTES;
  const waiting = fresh.get();
  await vi.advanceTimersByTimeAsync(500);
  expect(await waiting).toBe('old');
  expect(await fresh.get()).toBe('old');
  expect(asked()).toBe(2);
});

test('an answer that comes late is there for the next who asks', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const { clock, fresh } = scene((count) => (count === 1 ? Promise.resolve('old') : promise));
  await fresh.get();
  clock.now = 6 * MINUTES;
  const waiting = fresh.get();
  await vi.advanceTimersByTimeAsync(500);
  expect(await waiting).toBe('old');
  resolve('new');
  await vi.advanceTimersByTimeAsync(0);
  expect(await fresh.get()).toBe('new');
});

test('where asking again fails the answer before still counts, and it is not asked again at once', async () => {
  const { clock, fresh, failures, asked } = scene(async (count) => {
    if (count > 1) throw new Error('it is busy');
    return 'old';
  });
  await fresh.get();
  clock.now = 6 * MINUTES;
  expect(await fresh.get()).toBe('old');
  expect(await fresh.get()).toBe('old');
  expect(failures).toEqual([new Error('it is busy')]);
  expect(asked()).toBe(2);
});

test('a first question that fails is asked anew by the next, and so is one that was forgotten', async () => {
  const { fresh, asked } = scene(async (count) => {
    if (count === 1) throw new Error('nobody is there');
    return `answer ${count}`;
  });
  await expect(fresh.get()).rejects.toThrow('nobody is there');
  expect(await fresh.get()).toBe('answer 2');
  fresh.forget();
  expect(await fresh.get()).toBe('answer 3');
  expect(asked()).toBe(3);
});

test('what was given last is there for who builds on it, until it is asked for anew', async () => {
  const { clock, fresh, asked } = scene(async (count) => `answer ${count}`);
  expect(await fresh.kept()).toBe('answer 1');
  clock.now = 60 * MINUTES;
  expect(await fresh.kept()).toBe('answer 1');
  expect(asked()).toBe(1);
  expect(await fresh.get()).toBe('answer 2');
  expect(await fresh.kept()).toBe('answer 2');
  fresh.forget();
  expect(await fresh.kept()).toBe('answer 3');
});

test('an answer that comes late is none to build on before somebody got it', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const { clock, fresh } = scene((count) => (count === 1 ? Promise.resolve('old') : promise));
  await fresh.get();
  clock.now = 6 * MINUTES;
  const waiting = fresh.get();
  await vi.advanceTimersByTimeAsync(500);
  expect(await waiting).toBe('old');
  resolve('new');
  await vi.advanceTimersByTimeAsync(0);
  expect(await fresh.kept()).toBe('old');
  expect(await fresh.get()).toBe('new');
  expect(await fresh.kept()).toBe('new');
});

test('an answer that was forgotten on its way is none to build on', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const { fresh } = scene((count) => (count === 1 ? promise : Promise.resolve(`answer ${count}`)));
  const waiting = fresh.get();
  fresh.forget();
  resolve('answer 1');
  expect(await waiting).toBe('answer 1');
  expect(await fresh.kept()).toBe('answer 2');
});
