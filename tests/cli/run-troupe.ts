// The command line as its own process, in a folder of its own.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { cleanEnvironment } from '../process/bot-process.ts';

const main = path.join(import.meta.dirname, '..', '..', 'src', 'main.ts');

export type Ended = { code: number | null; stdout: string; stderr: string };
export type RunOptions = { folder: string; input?: string; environment?: Record<string, string> };

/** Runs one command to its end. */
export function runTroupe(words: readonly string[], { folder, input = '', environment = {} }: RunOptions): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...words], { cwd: folder, env: cleanEnvironment(environment), stdio: 'pipe' });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ended.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    ended.stderr += text;
  });
  child.stdin.on('error', () => undefined); // a command that does not read its input may end first
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...ended, code }));
  });
}

/** An empty folder with these files in it, gone when the test ends. */
export async function makeFolder(files: Record<string, string> = {}): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'troupe-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  return folder;
}
