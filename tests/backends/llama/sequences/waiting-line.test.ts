import { expect, test } from 'vitest';
import { createWaitingLine } from '../../../../src/backends/llama/sequences/waiting-line.ts';

const never = new AbortController().signal;

/** Sessions as they are called, one after the other, once everybody has joined. */
async function orderOf(sessions: readonly string[]): Promise<string[]> {
  const line = createWaitingLine(100);
  const called: string[] = [];
  const waits = sessions.map((session, index) =>
    line.join(session, never)?.called.then(() => called.push(`${session}${index}`)),
  );
  while (line.callNext()) await new Promise(setImmediate);
  await Promise.all(waits);
  return called;
}

test('calls those who wait in the order in which they came', async () => {
  expect(await orderOf(['a', 'b', 'c'])).toEqual(['a0', 'b1', 'c2']);
});

test('lets sessions take turns, and keeps the order within one', async () => {
  expect(await orderOf(['a', 'a', 'a', 'b', 'c', 'b'])).toEqual(['a0', 'b3', 'c4', 'a1', 'b5', 'a2']);
});

test('does not let a session that asked much before push ahead or fall behind for ever', async () => {
  const line = createWaitingLine(100);
  for (let round = 0; round < 5; round++) {
    void line.join('often', never);
    line.callNext();
  }
  const first = line.join('often', never);
  const second = line.join('new', never);
  expect([first?.position, second?.position]).toEqual([1, 2]);
});

test('says at which place one waits', () => {
  const line = createWaitingLine(100);
  const positions = ['a', 'a', 'b'].map((session) => line.join(session, never)?.position);
  expect(positions).toEqual([1, 2, 2]);
});

test('takes no more than it may hold', () => {
  const line = createWaitingLine(2);
  expect([line.join('a', never), line.join('b', never)]).not.toContain(undefined);
  expect(line.join('c', never)).toBeUndefined();
  line.callNext();
  expect(line.join('c', never)).toBeDefined();
});

test('lets one leave, who then is not called', async () => {
  const line = createWaitingLine(10);
  const leaving = new AbortController();
  const gone = line.join('a', leaving.signal);
  const stays = line.join('b', never);
  leaving.abort();
  expect(await gone?.called).toBe(false);
  expect(line.length).toBe(1);
  line.callNext();
  expect(await stays?.called).toBe(true);
  expect(line.callNext()).toBe(false);
});

test('does not wait for somebody whose signal has aborted already', async () => {
  const line = createWaitingLine(10);
  expect(await line.join('a', AbortSignal.abort())?.called).toBe(false);
  expect(line.length).toBe(0);
});
