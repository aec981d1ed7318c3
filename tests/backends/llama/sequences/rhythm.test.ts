import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Beat, createRhythm } from '../../../../src/backends/llama/sequences/rhythm.ts';

/** Waits for its turn and notes it. */
function take(beat: Beat, name: string, taken: string[]): void {
  void beat.turn().then(() => taken.push(name));
}

const afterImmediates = async () => {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
};

test('lets one that is alone go at once, again and again', async () => {
  const rhythm = createRhythm();
  const beat = rhythm.begin();
  for (let batch = 0; batch < 5; batch++) {
    await beat.turn();
    beat.rests();
  }
  expect(rhythm.running).toBe(1);
});

test('lets all go together, once everybody is there', async () => {
  const rhythm = createRhythm();
  const [one, two, three] = [rhythm.begin(), rhythm.begin(), rhythm.begin()];
  const taken: string[] = [];
  take(one, 'one', taken);
  take(two, 'two', taken);
  expect(taken).toEqual([]);
  take(three, 'three', taken);
  await afterImmediates();
  expect(taken.sort()).toEqual(['one', 'three', 'two']);
});

test('begins no batch while another is under way', async () => {
  const rhythm = createRhythm();
  const [one, two] = [rhythm.begin(), rhythm.begin()];
  const taken: string[] = [];
  take(one, 'one', taken);
  take(two, 'two', taken);
  await afterImmediates();
  one.rests();
  take(one, 'one again', taken);
  await wait(30);
  expect(taken).toEqual(['one', 'two']);
  two.rests();
  take(two, 'two again', taken);
  await afterImmediates();
  expect(taken).toEqual(['one', 'two', 'one again', 'two again']);
});

test('does not wait for one that is over', async () => {
  const rhythm = createRhythm();
  const [speaks, ends] = [rhythm.begin(), rhythm.begin()];
  const taken: string[] = [];
  take(speaks, 'speaks', taken);
  ends.end();
  await afterImmediates();
  expect(taken).toEqual(['speaks']);
  expect(rhythm.running).toBe(1);
});

test('waits no longer than some ms for one that does not come back', async () => {
  const rhythm = createRhythm();
  const [speaks] = [rhythm.begin(), rhythm.begin()];
  const taken: string[] = [];
  take(speaks, 'speaks', taken);
  await afterImmediates();
  await wait(100);
  expect(taken).toEqual(['speaks']);
});
