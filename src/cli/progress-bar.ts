import type { Progress } from '../backends/llama/resolve-model.ts';

type Screen = { isTTY?: boolean; columns?: number; write(text: string): unknown };

export type ProgressBar = { show(progress: Progress): void; end(): void };

const WIDTH = 24;
const REDRAWN_EVERY_MS = 100;
/** The speed is that of the last seconds: a download that has slowed down is not hidden by how it began. */
const SPEED_OVER_MS = 5000;

/** A bar that is drawn again in its place at a terminal, and a line for each tenth elsewhere. */
export function createProgressBar(screen: Screen, now: () => number = Date.now): ProgressBar {
  const seen: { at: number; bytes: number }[] = [];
  let drawnAt = Number.NEGATIVE_INFINITY;
  let tenth = -1;
  let isOpen = false;

  const redraw = (line: string, at: number, isWhole: boolean) => {
    if (at - drawnAt < REDRAWN_EVERY_MS && !isWhole) return;
    drawnAt = at;
    isOpen = true;
    screen.write(`\r${line.slice(0, (screen.columns ?? 80) - 1)}\u001b[K`);
  };
  const addLine = (line: string, reached: number) => {
    if (reached > tenth) screen.write(`${line}\n`);
    tenth = Math.max(tenth, reached);
  };

  return {
    show({ downloadedSize: bytes, totalSize: total }) {
      const at = now();
      seen.push({ at, bytes });
      while (seen.length > 2 && at - (seen[0]?.at ?? at) > SPEED_OVER_MS) seen.shift();
      const line = describe({ bytes, total, perSecond: speedOf(seen) });
      if (screen.isTTY) redraw(line, at, total > 0 && bytes >= total);
      else addLine(line, total > 0 ? Math.floor((bytes / total) * 10) : 0);
    },
    end() {
      if (isOpen) screen.write('\n');
      isOpen = false;
    },
  };
}

type State = { bytes: number; total: number; perSecond: number | undefined };

function describe({ bytes, total, perSecond }: State): string {
  const speed = perSecond === undefined ? '' : `  ${sizeOf(perSecond)}/s`;
  if (total <= 0) return `${sizeOf(bytes)}${speed}`;
  const share = Math.min(1, bytes / total);
  const filled = Math.round(share * WIDTH);
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}]`;
  const left = perSecond && share < 1 ? `  ${timeOf((total - bytes) / perSecond)} left` : '';
  return `${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${sizeOf(bytes)} of ${sizeOf(total)}${speed}${left}`;
}

/** Bytes a second; undefined before anything can be told. */
function speedOf(seen: readonly { at: number; bytes: number }[]): number | undefined {
  const [first, last] = [seen[0], seen.at(-1)];
  if (!first || !last || last.at === first.at || last.bytes <= first.bytes) return undefined;
  return ((last.bytes - first.bytes) * 1000) / (last.at - first.at);
}

/** Bytes as people read them, in powers of 1,000 as download pages count. */
export function sizeOf(bytes: number): string {
  const steps = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(steps.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** step;
  return `${value >= 100 || step === 0 ? Math.round(value) : value.toFixed(1)} ${steps[step]}`;
}

function timeOf(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
