import { expect, it } from 'vitest';
import { createProgressBar, sizeOf } from '../../src/cli/progress-bar.ts';

function screenOf(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { isTTY, columns, written, write: (text: string) => written.push(text) };
}

it('draws share, size, speed and time left in one line that takes its own place', () => {
  const screen = screenOf(true);
  let now = 0;
  const bar = createProgressBar(screen, () => now);
  for (const [at, downloadedSize] of [
    [0, 0],
    [1000, 250e6],
    [2000, 500e6],
    [4000, 1e9],
  ] as const) {
    now = at;
    bar.show({ downloadedSize, totalSize: 1e9 });
  }
  bar.end();
  expect(screen.written).toEqual([
    '\r[........................]   0 %  0 B of 1.0 GB\u001b[K',
    '\r[######..................]  25 %  250 MB of 1.0 GB  250 MB/s  3 s left\u001b[K',
    '\r[############............]  50 %  500 MB of 1.0 GB  250 MB/s  2 s left\u001b[K',
    '\r[########################] 100 %  1.0 GB of 1.0 GB  250 MB/s\u001b[K',
    '\n',
  ]);
});

it('never writes more than the terminal has columns, and not more often than eyes can follow', () => {
  const screen = screenOf(true, 40);
  let now = 0;
  const bar = createProgressBar(screen, () => now);
  for (let step = 0; step < 100; step++) {
    now = step * 10;
    bar.show({ downloadedSize: step * 1e6, totalSize: 1e9 });
  }
  expect(screen.written).toHaveLength(10);
  for (const line of screen.written) expect(line.replace('\r', '').replace('\u001b[K', '').length).toBeLessThan(40);
});

it('writes a line for each tenth where nobody can watch', () => {
  const screen = screenOf(false);
  let now = 0;
  const bar = createProgressBar(screen, () => now);
  for (let step = 0; step <= 50; step++) {
    now += 100;
    bar.show({ downloadedSize: step * 2e6, totalSize: 100e6 });
  }
  bar.end();
  expect(screen.written).toHaveLength(11);
  expect(screen.written[3]).toBe('[#######.................]  30 %  30.0 MB of 100 MB  20.0 MB/s  4 s left\n');
});

it('tells what has come where the server does not say how much there is', () => {
  const screen = screenOf(true);
  createProgressBar(screen, () => 0).show({ downloadedSize: 1_234_567, totalSize: 0 });
  expect(screen.written).toEqual(['\r1.2 MB\u001b[K']);
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [123_456, '123 kB'],
  [4.66e9, '4.7 GB'],
])('writes %d bytes as %s', (bytes, text) => {
  expect(sizeOf(bytes)).toBe(text);
});
