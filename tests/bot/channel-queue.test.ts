import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ChannelQueue, QueueFullError } from '../../src/bot/channel-queue.ts';

describe('ChannelQueue', () => {
  it('runs the tasks of one channel one at a time, in the order they came', async () => {
    const queue = new ChannelQueue(50);
    const seen: string[] = [];
    const tasks = Array.from({ length: 20 }, (_, index) =>
      queue.run('a', async () => {
        seen.push(`start ${index}`);
        await sleep((20 - index) % 4);
        seen.push(`end ${index}`);
      }),
    );
    await Promise.all(tasks);
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => [`start ${index}`, `end ${index}`]).flat());
  });

  it('does not let one channel wait for another', async () => {
    const queue = new ChannelQueue(8);
    let release: () => void = () => undefined;
    const slow = queue.run(
      'a',
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    expect(await queue.run('b', async () => 'done')).toBe('done');
    release();
    await slow;
  });

  it('hands an error to its caller and goes on', async () => {
    const queue = new ChannelQueue(8);
    const failing = queue.run('a', async () => {
      throw new Error('broken');
    });
    const next = queue.run('a', async () => 'fine');
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('fine');
  });

  it('refuses at once when too many wait, and takes tasks again when the line is shorter', async () => {
    const queue = new ChannelQueue(2);
    const taken = [1, 2, 3].map((task) => queue.run('a', async () => task));
    await expect(queue.run('a', async () => 4)).rejects.toThrow(QueueFullError);
    expect(await Promise.all(taken)).toEqual([1, 2, 3]);
    expect(await queue.run('a', async () => 5)).toBe(5);
  });

  it('is idle when everything has ended, and keeps nothing of a channel that is done', async () => {
    const queue = new ChannelQueue(8);
    let ended = 0;
    for (const channel of ['a', 'b']) {
      void queue.run(channel, async () => {
        await sleep(5);
        ended += 1;
      });
    }
    await queue.idle();
    expect(ended).toBe(2);
    expect(queue.length('a')).toBe(0);
  });
});
