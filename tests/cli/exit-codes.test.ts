import { spawnSync } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder, runTroupe } from './run-troupe.ts';

const FULL = '/dev/full'; // where Linux refuses every byte as a full disk does

describe('words that the program does not know', () => {
  it.each([
    [['nonsense'], "unknown command 'nonsense'"],
    [['chat', '--nope'], "unknown option '--nope'"],
    [['prompt', 'hi', '--layout', 'round'], 'Allowed choices are chat, folded, transcript'],
    [['persona', 'show', 'nobody'], 'There is no persona "nobody"; there are captain'],
    [['session', 'forget'], "required option '--member <id>' not specified"],
    [['prompt'], 'prompt takes either a message or --messages FILE'],
  ])('%j is wrong usage: one sentence on stderr and exit code 2', async (words, sentence) => {
    const { code, stdout, stderr } = await runTroupe(words, { folder: await makeFolder() });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^troupe: [^\n]+\n$/);
    expect(stderr).toContain(sentence);
  });
});

describe('a configuration that cannot be used', () => {
  it('is exit code 78 for start --discord without a token, which says where to get one', async () => {
    const { code, stdout, stderr } = await runTroupe(['start', '--discord'], { folder: await makeFolder() });
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatch(/^troupe: DISCORD_TOKEN: is not set.*discord\.com\/developers.*npm run setup[^\n]*\n$/);
  });

  it('names every problem of troupe.yaml and .env, a line each', async () => {
    const folder = await makeFolder({
      'troupe.yaml': 'hause: {}\nlimits: { waitingPerChannel: -1 }\n',
      '.env': 'TROUPE_DEMO=maybe\n',
    });
    const { code, stderr } = await runTroupe(['start'], { folder });
    expect(code).toBe(78);
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringContaining('troupe: .env:1: TROUPE_DEMO'),
      expect.stringContaining('troupe: troupe.yaml:1: hause: is an unknown key; did you mean "house"?'),
      expect.stringContaining('troupe: troupe.yaml:2: limits.waitingPerChannel'),
    ]);
  });

  it.each([
    ['a model file that is missing', 'absent.gguf', 'There is no model file at absent.gguf'],
    ['a model file that is none', 'notes.txt', 'is not a GGUF file'],
  ])('tells of %s before anybody talks, with the setting to change', async (_case, model, sentence) => {
    const folder = await makeFolder({ 'notes.txt': 'just notes' });
    const { code, stdout, stderr } = await runTroupe(['chat'], {
      folder,
      input: 'hello\n',
      environment: { LLAMA_MODEL: model },
    });
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toContain('troupe: LLAMA_MODEL: ');
    expect(stderr).toContain(sentence);
  });

  const misplaced: [name: string, environment: Record<string, string>, says: RegExp][] = [
    ['a data folder inside a file', { TROUPE_DATA: 'notes.txt/data' }, /folder .*notes\.txt.data cannot be made: /],
    [
      'a store that is no database',
      { STORE_URL: 'sqlite:notes.txt' },
      /notes\.txt is not a SQLite database: name another file/,
    ],
    ['a store that is a folder', { STORE_URL: 'sqlite:.' }, /cannot be opened: check that it is a file/],
  ];
  if (process.platform === 'linux') {
    misplaced.push([
      'a data folder under /proc',
      { TROUPE_DATA: '/proc/troupe/data' },
      /\/proc\/troupe\/data cannot be made: /,
    ]);
  }
  it.each(misplaced)('tells of %s in one sentence', async (_case, environment, sentence) => {
    const folder = await makeFolder({ 'notes.txt': 'just notes. '.repeat(500) });
    for (const words of [['chat'], ['session', 'list']]) {
      const { code, stdout, stderr } = await runTroupe(words, { folder, environment, input: 'hello\n' });
      expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
      expect(stderr).toMatch(/^troupe: [^\n]+\n$/);
      expect(stderr).toMatch(sentence);
    }
  });

  it('tells of a persona that nobody is', async () => {
    const { code, stderr } = await runTroupe(['chat'], {
      folder: await makeFolder(),
      environment: { TROUPE_PERSONA: 'nobody' },
    });
    expect(code).toBe(78);
    expect(stderr).toContain('troupe: TROUPE_PERSONA: there is no persona "nobody"');
  });
});

it('helps and tells its version on stdout with exit code 0', async () => {
  const folder = await makeFolder();
  const help = await runTroupe(['--help'], { folder });
  expect(help).toMatchObject({ code: 0, stderr: '' });
  for (const command of ['start', 'chat', 'prompt', 'persona', 'session', 'models', 'doctor', 'setup']) {
    expect(help.stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
  }
  expect(await runTroupe(['--version'], { folder })).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });
});

describe.runIf(existsSync(FULL))('an output that takes nothing more', () => {
  it('is told in one sentence, exit code 1', () => {
    const main = path.join(import.meta.dirname, '../../src/main.ts');
    const { status, stderr } = spawnSync(process.execPath, [main, 'persona', 'list'], {
      stdio: ['ignore', openSync(FULL, 'w'), 'pipe'],
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^troupe: The output cannot be written \(ENOSPC[^\n]*\n$/);
  });
});
