import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const script = path.join(import.meta.dirname, '..', '..', 'tools', 'ensure-installed.mjs');
let root: string;

/** Stands for npm: notes the call, talks on stdout, and installs what package.json names unless FAIL says otherwise. */
const NPM = `
const { appendFileSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
console.log('npm talks');
if (process.env.FAIL) process.exit(7);
setTimeout(() => {
  for (const [name, version] of Object.entries(JSON.parse(readFileSync('package.json', 'utf8')).dependencies)) {
    mkdirSync('node_modules/' + name, { recursive: true });
    writeFileSync('node_modules/' + name + '/package.json', JSON.stringify({ version }));
  }
}, 300);
`;

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'troupe-install-'));
  mkdirSync(path.join(root, 'tools'));
  cpSync(script, path.join(root, 'tools', 'ensure-installed.mjs'));
  mkdirSync(path.join(root, 'npm'));
  writeFileSync(path.join(root, 'npm', 'npm-cli.js'), NPM);
  ask({ one: '1.0.0' });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function ask(dependencies: Record<string, string>): void {
  writeFileSync(path.join(root, 'package.json'), JSON.stringify({ dependencies }));
}

function calls(): string[] {
  const file = path.join(root, 'calls');
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
}

type Ended = { code: number | null; stdout: string; stderr: string };

function ensure(environment: Record<string, string> = {}): Promise<Ended> {
  const env = {
    ...process.env,
    npm_execpath: path.join(root, 'npm', 'npm-cli.js'),
    npm_node_execpath: process.execPath,
    ...environment,
  };
  const child = spawn(process.execPath, [path.join(root, 'tools', 'ensure-installed.mjs')], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (data: Buffer) => {
    ended.stdout += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    ended.stderr += data.toString();
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ ...ended, code })));
}

it('installs once, with every word on stderr, and then says nothing', async () => {
  const first = await ensure();
  expect(first).toMatchObject({ code: 0, stdout: '' });
  expect(first.stderr).toMatch(/^Installing what is missing \(first start, about a minute\) \.\.\.\nnpm talks\n$/);
  expect(await ensure()).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(calls()).toEqual(['install --include=dev --no-audit --no-fund --loglevel=error']);
});

it('installs again when package.json asks for something else, or when a package is gone', async () => {
  await ensure();
  ask({ one: '1.0.0', two: '^2.0.0' });
  await ensure();
  rmSync(path.join(root, 'node_modules', 'one'), { recursive: true });
  await ensure();
  await ensure();
  expect(calls()).toHaveLength(3);
});

it('takes what somebody installed by hand', async () => {
  mkdirSync(path.join(root, 'node_modules', 'one'), { recursive: true });
  writeFileSync(path.join(root, 'node_modules', 'one', 'package.json'), '{"version":"1.0.0"}');
  writeFileSync(path.join(root, 'node_modules', '.package-lock.json'), '{}');
  expect(await ensure()).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(calls()).toEqual([]);
});

it('says in a sentence that npm failed, and tries again the next time', async () => {
  const failed = await ensure({ FAIL: '1' });
  expect(failed).toMatchObject({ code: 1, stdout: '' });
  expect(failed.stderr).toContain('troupe: npm install failed (exit code 7)');
  expect((await ensure()).code).toBe(0);
  expect(calls()).toHaveLength(2);
});

it('lets one of two commands install while the other waits', async () => {
  const both = await Promise.all([ensure(), ensure()]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(calls()).toHaveLength(1);
});

it('takes over from a command that was killed while it installed', async () => {
  const lock = path.join(root, 'node_modules', '.troupe-installing');
  mkdirSync(lock, { recursive: true });
  writeFileSync(path.join(lock, 'pid'), '2147483646');
  expect((await ensure()).code).toBe(0);
  expect(existsSync(lock)).toBe(false);
});
