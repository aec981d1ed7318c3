import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError } from '../../../src/errors.ts';
import { THREADS } from '../troupe.ts';

/** A running llama-server, on loopback only. */
export type LlamaServer = { url: string; close(): Promise<void> };

export type ServerOpening = {
  program: string;
  model: string;
  /** of each slot */
  contextTokens: number;
  slots: number;
};

const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 20;
const COMPLAINT_CHARACTERS = 2000;

/** The program that LLAMA_SERVER names; undefined where it names none. Throws UsageError where there is no such file. */
export function findLlamaServer(): string | undefined {
  const program = process.env.LLAMA_SERVER;
  if (program === undefined || program === '') return undefined;
  if (!existsSync(program))
    throw new UsageError(`LLAMA_SERVER names ${program}, and there is no such file: build it, or unset it.`);
  return program;
}

export function versionOf(program: string): string {
  const { stdout, stderr } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return /^version: (.*)$/m.exec(`${stdout}${stderr}`)?.[1] ?? 'unknown';
}

/** Resolves when the model is loaded. Its prompt cache in memory is on, which is its default. */
export async function startLlamaServer({ program, model, contextTokens, slots }: ServerOpening): Promise<LlamaServer> {
  const port = await freePort();
  const child = spawn(program, [
    ...['--model', model, '--host', '127.0.0.1', '--port', String(port)],
    ...['--threads', String(THREADS), '--threads-batch', String(THREADS), '--gpu-layers', '0'],
    ...['--ctx-size', String(contextTokens * slots), '--parallel', String(slots)],
    ...(hasOption(program, '--no-webui') ? ['--no-webui'] : []),
  ]);
  let complaints = '';
  const listen = (data: Buffer) => {
    complaints = (complaints + data.toString('utf8')).slice(-COMPLAINT_CHARACTERS);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const ended = once(child, 'close');
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilHealthy(url, child);
  } catch (error) {
    await stop(child, ended);
    throw new Error(`llama-server did not get ready with ${model}:\n${complaints}`, { cause: error });
  }
  return { url, close: () => stop(child, ended) };
}

function hasOption(program: string, option: string): boolean {
  const { stdout, stderr } = spawnSync(program, ['--help'], { encoding: 'utf8' });
  return `${stdout}${stderr}`.includes(option);
}

async function untilHealthy(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`It ended with ${child.exitCode ?? child.signalCode}.`);
    const response = await fetch(`${url}/health`).catch(() => undefined); // it does not listen yet
    await response?.arrayBuffer();
    if (response?.ok) return;
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error(`It was not ready after ${PATIENCE_MS / 1000} s.`);
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('There is no free port on loopback.');
  return address.port;
}
