import { setTimeout as wait } from 'node:timers/promises';

/** Waits until `look` gives something, and gives that. Throws, naming `label`, when nothing comes in time (5 s unless told). */
export async function waitFor<T>(
  look: () => T | undefined | false,
  { timeoutMs = 5000, label = 'what a test waits for' }: { timeoutMs?: number; label?: string } = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain for ${label}.`);
    await wait(5);
  }
}
