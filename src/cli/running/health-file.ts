import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const BEAT_EVERY_MS = 15_000;
/** Older than that, nobody is well any more: a few beats may be late on a busy machine. */
const STALE_AFTER_MS = 60_000;

const fileIn = (folder: string) => join(folder, 'health');

/**
 * Writes a sign of life into the data folder as long as the bot is well, for a container's health check in another process. A beat
 * that cannot be written is only missing, as it should be: `onTrouble` hears of the first.
 */
export function keepHealthFile(
  folder: string,
  { isWell, onTrouble }: { isWell: () => boolean; onTrouble: (error: unknown) => void },
): { stop(): void } {
  const file = fileIn(folder);
  let troubled = false;
  const beat = () => {
    if (!isWell()) return;
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, `${Date.now()}\n`);
      troubled = false;
    } catch (error) {
      if (!troubled) onTrouble(error);
      troubled = true;
    }
  };
  beat();
  const timer = setInterval(beat, BEAT_EVERY_MS);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      if (lastBeatAgo(folder) !== undefined) rmSync(file, { force: true });
    },
  };
}

/** How long ago the bot of this folder was well, ms; undefined when none runs. */
export function lastBeatAgo(folder: string): number | undefined {
  try {
    return Date.now() - Number(readFileSync(fileIn(folder), 'utf8'));
  } catch {
    return undefined; // no file: no bot has started here, or it has ended
  }
}

export function isFresh(agoMs: number | undefined): agoMs is number {
  return agoMs !== undefined && agoMs < STALE_AFTER_MS;
}
