import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_SYSTEM } from '../src/config/default-house.ts';
import { type Config, loadConfig } from '../src/config.ts';
import { ConfigError } from '../src/errors.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'troupe-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

function load(variables: Record<string, string> = {}): Config {
  return loadConfig({ variables, folder });
}

/** What loadConfig complains of, a line each. */
function complaints(variables: Record<string, string> = {}): string[] {
  try {
    load(variables);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('the configuration of an empty folder', () => {
  it('is whole: every setting has its default', () => {
    const config = load();
    expect(config).toMatchObject({
      persona: 'sunny',
      demo: false,
      logLevel: undefined,
      backends: {},
      channels: {},
      limits: { waitingPerChannel: 32 },
      discord: { token: undefined, apiUrl: 'https://discord.com/api', intents: 'auto', deny: [] },
      house: { sealed: [], language: 'en', system: DEFAULT_SYSTEM.en },
      storeUrl: `sqlite:${path.join(folder, 'data', 'troupe.db')}`,
    });
    expect(path.basename(config.places.pocket)).toBe('pocket.gguf');
  });
});

describe('the environment', () => {
  it('goes before .env, and an empty variable counts as not set', () => {
    write('.env', 'TROUPE_PERSONA=rook\nLLAMA_MODEL=model.gguf # a comment\nexport OPENAI_MODEL="qwen 3"\n');
    const config = load({ TROUPE_PERSONA: 'captain', LLAMA_MODEL: '', TROUPE_DATA: 'kept' });
    expect(config.persona).toBe('captain');
    expect(config.model).toMatchObject({ llama: 'model.gguf', openaiModel: 'qwen 3' });
    expect(config.places.data).toBe(path.join(folder, 'kept'));
  });

  it('takes the end slash off addresses', () => {
    expect(load({ DISCORD_API_URL: 'http://127.0.0.1:4000/api/' }).discord.apiUrl).toBe('http://127.0.0.1:4000/api');
  });

  it('takes each secret from a file as well, and the nearer source first', () => {
    write('token', 'from-a-file\n');
    write('.env', 'DISCORD_TOKEN=from-dot-env\nMISTRAL_KEY_FILE=mistral\n');
    write('mistral', 'm-key\n');
    const config = load({ DISCORD_TOKEN_FILE: 'token' });
    expect(config.discord.token).toBe('from-a-file');
    expect(load().discord.token).toBe('from-dot-env');
    expect(config.readSecret('MISTRAL_KEY')).toBe('m-key');
    expect(config.readSecret('NOBODY_SET_THIS')).toBeUndefined();
  });

  it('names the place of every wrong value at once, and leaves variables alone that are not ours', () => {
    write('.env', 'TROUPE_DEMO=yes\nthis is no assignment\nSOMEBODY_ELSES=anything\n');
    const lines = complaints({ OPENAI_BASE_URL: '127.0.0.1:8080', LOG_LEVEL: 'loud', DISCORD_TOKEN_FILE: 'absent' });
    expect(lines).toHaveLength(5);
    expect(lines.join('\n')).toContain('environment: OPENAI_BASE_URL: this must be an address that begins with http://');
    expect(lines.join('\n')).toContain('environment: LOG_LEVEL: this must be one of trace, debug');
    expect(lines.join('\n')).toContain('environment: DISCORD_TOKEN_FILE: the file cannot be read');
    expect(lines.join('\n')).toContain('.env:1: TROUPE_DEMO: this must be 1');
    expect(lines.join('\n')).toContain('.env:2: this is no NAME=value line');
  });
});

describe('troupe.yaml', () => {
  it('fills in what it leaves out', () => {
    write('troupe.yaml', 'house:\n  language: ko\nbackends:\n  box: { kind: openai, baseUrl: http://127.0.0.1:8080/v1 }\n');
    const config = load();
    expect(config.house.system).toBe(DEFAULT_SYSTEM.ko);
    expect(config.backends.box).toMatchObject({ kind: 'openai', apiKeyEnv: 'OPENAI_API_KEY' });
  });

  it('keeps every digit of ids, which are larger than exact numbers', () => {
    const yaml = 'channels:\n  123456789012345678: { persona: rook, always: true }\ndiscord:\n  deny: [876543210987654321]\n';
    write('troupe.yaml', yaml);
    const config = load();
    expect(config.channels).toEqual({ '123456789012345678': { persona: 'rook', always: true } });
    expect(config.discord.deny).toEqual(['876543210987654321']);
  });

  it('may hold nothing but comments', () => {
    write('troupe.yaml', '# nothing yet\n');
    expect(load().limits.waitingPerChannel).toBe(32);
  });

  it('names every mistake with its line, in the same breath as those of the environment', () => {
    write(
      'troupe.yaml',
      'house:\n  sistem: be kind\nlimits:\n  waitingPerChannel: many\nchannels:\n  general: { always: true }\nbackend: {}\n',
    );
    const lines = complaints({ TROUPE_DEMO: 'x' });
    expect(lines).toHaveLength(5);
    expect(lines[0]).toContain('TROUPE_DEMO');
    expect(lines).toContainEqual(
      expect.stringMatching(/^troupe\.yaml:2: house\.sistem: is an unknown key; did you mean "system"/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^troupe\.yaml:4: limits\.waitingPerChannel: expected a number/));
    expect(lines).toContainEqual(
      expect.stringMatching(/^troupe\.yaml:6: channels\.general: expected as key the id of a Discord channel/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^troupe\.yaml:7: backend: is an unknown key; did you mean "backends"/));
  });

  it('refuses secrets, under their own key or as the name of a variable', () => {
    const secret = 'sk-abcdefghijklmnopqrstuvwxyz';
    write('troupe.yaml', `backends:\n  box:\n    kind: openai\n    apiKey: ${secret}\ndiscord:\n  token: abc\n`);
    const lines = complaints();
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^troupe\.yaml:4: backends\.box\.apiKey: secrets are never in this file: .*apiKeyEnv/);
    expect(lines[1]).toMatch(/^troupe\.yaml:6: discord\.token: secrets are never in this file/);
    write('troupe.yaml', `backends:\n  box:\n    kind: openai\n    apiKeyEnv: ${secret}\n`);
    expect(complaints()[0]).toMatch(/^troupe\.yaml:4: backends\.box\.apiKeyEnv: expected the name of an environment variable/);
  });

  it('says in plain words what was expected, once for each place', () => {
    const backends = [
      'a: { kind: opnai }',
      'b: {}',
      'c: { kind: llama, model: m, contextSize: big, threads: 0 }',
      'd: { kind: openai, baseUrl: "http://me:hunter2@host/v1" }',
    ];
    write('troupe.yaml', `backends:\n${backends.map((line) => `  ${line}\n`).join('')}`);
    const lines = complaints();
    expect(lines).toEqual([
      'troupe.yaml:2: backends.a.kind: expected openai or llama, found "opnai"',
      'troupe.yaml:3: backends.b.kind: is missing; expected openai or llama',
      'troupe.yaml:4: backends.c.contextSize: expected auto or a number, found "big"',
      'troupe.yaml:4: backends.c.threads: expected more than 0, found 0',
      'troupe.yaml:5: backends.d.baseUrl: may hold no user name or password: name the key with apiKeyEnv',
    ]);
    expect(lines.join()).not.toContain('hunter2');
    write('troupe.yaml', 'backends:\n  box: { kind: openai, apiKeyEnv: my-secret-key }\n');
    expect(complaints().join()).toMatch(
      /apiKeyEnv: expected the name of an environment variable; a key itself never stands in this file$/,
    );
  });

  it('must be there when TROUPE_CONFIG names it', () => {
    expect(complaints({ TROUPE_CONFIG: 'other.yaml' })).toEqual(['other.yaml: there is no such file: TROUPE_CONFIG names it.']);
    write('other.yaml', 'limits: { waitingPerChannel: 2 }');
    expect(load({ TROUPE_CONFIG: 'other.yaml' }).limits.waitingPerChannel).toBe(2);
  });
});
