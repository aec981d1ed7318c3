import { expect, test } from 'vitest';
import { SilenceError, watchSilence } from '../../../../src/backends/openai/stream/watch-silence.ts';

const never = new AbortController().signal;

test('a server that never pauses and says nothing is given up like one that is silent', async () => {
  const watch = watchSilence(never, { firstTokenMs: 50, stallMs: 50 });
  const since = performance.now();
  async function listen(): Promise<void> {
    while (performance.now() - since < 3000) await watch.wait(async () => undefined);
  }
  await expect(listen()).rejects.toBeInstanceOf(SilenceError);
  expect(watch.signal.aborted).toBe(true);
  expect(performance.now() - since).toBeLessThan(2000);
});
