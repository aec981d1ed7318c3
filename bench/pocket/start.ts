import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cleanEnvironment } from '../../tests/process/bot-process.ts';
import { median } from '../median.ts';
import { peakMemoryOf, reportPeakMemory } from './peak-memory.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const TARGETS = { firstReplyMs: 3_000, peakMiB: 400 };
/** What an operator writes; it may name another model. */
const OWN_SETTINGS = ['.env', 'troupe.yaml'];
const PATIENCE_MS = 60_000;

export type StartFigures = {
  times: number;
  firstReplyMs: number | null;
  /** of the program itself, without npm */
  peakMiB: number | null;
  targets: typeof TARGETS;
  met: boolean | null;
  notes: string[];
};

/** From `npm start` to the first reply of the model that ships, as somebody at a terminal has it; one start before that does not count. */
export async function measureStart(times: number): Promise<StartFigures> {
  const starts: { ms: number; peakMiB: number | null }[] = [];
  for (let count = 0; count <= times; count += 1) {
    const started = await startOnce();
    process.stderr.write(`bench: start ${count}/${times} ${JSON.stringify(started)}\n`);
    if (count > 0) starts.push(started);
  }
  const peaks = starts.flatMap(({ peakMiB }) => peakMiB ?? []);
  const firstReplyMs = Math.round(median(starts.map(({ ms }) => ms)));
  const peakMiB = peaks.length > 0 ? Math.max(...peaks) : null;
  return {
    times,
    firstReplyMs,
    peakMiB,
    targets: TARGETS,
    met: peakMiB === null ? null : firstReplyMs <= TARGETS.firstReplyMs && peakMiB <= TARGETS.peakMiB,
    notes: [
      ...(peakMiB === null ? ['the most memory could not be measured on this system'] : []),
      ...OWN_SETTINGS.filter((name) => existsSync(path.join(ROOT, name))).map(
        (name) => `${name} stands in the program's folder: what was started may not be Pocket`,
      ),
    ],
  };
}

async function startOnce(): Promise<{ ms: number; peakMiB: number | null }> {
  const data = await mkdtemp(path.join(os.tmpdir(), 'troupe-bench-'));
  const report = reportPeakMemory(data);
  const startedAt = performance.now();
  const child = spawn('npm', ['-s', 'start'], {
    cwd: ROOT,
    env: cleanEnvironment({ TROUPE_DATA: data, ...report.variables }),
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32', // it leads a group of its own, which ends with it
    shell: process.platform === 'win32', // npm is a script there
  });
  const ended = once(child, 'close');
  try {
    child.stdin.write('Hello\n');
    await firstLine(child);
    const ms = Math.round(performance.now() - startedAt);
    const peak = await peakMemoryOf(child.pid);
    child.stdin.end();
    await Promise.race([ended, sleep(PATIENCE_MS, undefined, { ref: false })]);
    return { ms, peakMiB: peak ?? (await report.read()) };
  } finally {
    stop(child);
    await ended;
    await rm(data, { recursive: true, force: true });
  }
}

/** Resolves with the first reply. Throws with what the program said where there is none. */
async function firstLine(child: ChildProcess): Promise<void> {
  let [said, complaints] = ['', ''];
  child.stderr?.on('data', (data: Buffer) => (complaints += data.toString('utf8')));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.stdout?.on('data', (data: Buffer) => {
    said += data.toString('utf8');
    if (said.includes('\n')) resolve();
  });
  const fail = (why: string) => reject(new Error(`npm start ${why}:\n${complaints}`));
  child.once('error', (error) => fail(`does not run (${error.message})`));
  child.once('close', (code) => fail(`ended with ${code} before it replied`));
  const timer = setTimeout(() => fail(`gave no reply within ${PATIENCE_MS / 1000} s`), PATIENCE_MS);
  await promise.finally(() => clearTimeout(timer));
}

function stop(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  if (process.platform === 'win32') child.kill();
  else process.kill(-child.pid, 'SIGKILL');
}
