import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { chooseDefaultBackend } from '../../src/config/default-backend.ts';
import { loadConfig } from '../../src/config.ts';
import { ConfigError } from '../../src/errors.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'troupe-backend-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const config = (variables: Record<string, string> = {}) => loadConfig({ variables, folder });
const nobody = async () => [];
const everything = { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1', OPENAI_MODEL: 'm', LLAMA_MODEL: 'x.gguf', TROUPE_DEMO: '1' };

it('takes the backend of troupe.yaml that is named default, else the first, before anything else', async () => {
  const box = 'kind: openai\n    baseUrl: http://127.0.0.1:2/v1';
  writeFileSync(path.join(folder, 'troupe.yaml'), `backends:\n  one:\n    ${box}\n  two:\n    ${box}\n`);
  expect(await chooseDefaultBackend(config(everything), 'discord', nobody)).toMatchObject({ name: 'one' });
  writeFileSync(path.join(folder, 'troupe.yaml'), `backends:\n  one:\n    ${box}\n  default:\n    ${box}\n`);
  expect(await chooseDefaultBackend(config(everything), 'discord', nobody)).toMatchObject({ name: 'default', demo: false });
});

it('takes the server of the environment next, then the model file', async () => {
  expect(await chooseDefaultBackend(config(everything), 'terminal', nobody)).toMatchObject({
    name: 'openai',
    because: 'OPENAI_BASE_URL',
    settings: { kind: 'openai', baseUrl: 'http://127.0.0.1:1/v1', model: 'm' },
  });
  expect(await chooseDefaultBackend(config({ LLAMA_MODEL: 'x.gguf' }), 'discord', nobody)).toMatchObject({
    because: 'LLAMA_MODEL',
    settings: { kind: 'llama', model: 'x.gguf' },
  });
});

it('asks for a model name where a key alone leads to api.openai.com', async () => {
  const choice = chooseDefaultBackend(config({ OPENAI_API_KEY: 'k' }), 'terminal', nobody);
  await expect(choice).rejects.toThrow('OPENAI_MODEL: api.openai.com has many models');
  const named = await chooseDefaultBackend(config({ OPENAI_API_KEY: 'k', OPENAI_MODEL: 'm' }), 'terminal', nobody);
  expect(named).toMatchObject({ because: 'OPENAI_API_KEY', settings: { baseUrl: 'https://api.openai.com/v1' } });
});

it('lets Pocket answer in the terminal, without looking for servers', async () => {
  const search = () => Promise.reject(new Error('nobody should look'));
  const choice = await chooseDefaultBackend(config(), 'terminal', search);
  expect(choice).toMatchObject({ name: 'pocket', demo: false, fallback: true, settings: { kind: 'llama' } });
});

it('takes a server of this machine on Discord, and names it', async () => {
  const search = async () => [
    { name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1', models: [] },
    { name: 'llama-server', baseUrl: 'http://127.0.0.1:8080/v1', models: ['qwen', 'other'] },
  ];
  expect(await chooseDefaultBackend(config({ TROUPE_DEMO: '1' }), 'discord', search)).toMatchObject({
    because: 'the model server found at http://127.0.0.1:8080/v1',
    settings: { baseUrl: 'http://127.0.0.1:8080/v1', model: 'qwen' },
    demo: false,
  });
});

it('refuses on Discord with the next steps when there is no model, unless a demonstration is wished', async () => {
  const refusal = await chooseDefaultBackend(config(), 'discord', nobody).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ConfigError);
  for (const step of ['Ollama', 'OPENAI_BASE_URL', 'LLAMA_MODEL', 'npm run setup', 'TROUPE_DEMO=1']) {
    expect(String(refusal)).toContain(step);
  }
  const demo = await chooseDefaultBackend(config({ TROUPE_DEMO: '1' }), 'discord', nobody);
  expect(demo).toMatchObject({ name: 'pocket', demo: true });
  expect(demo).not.toHaveProperty('fallback');
});
