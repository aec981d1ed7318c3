import { execFile } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { llamaSettingsSchema } from '../../../src/backends/llama/settings.ts';
import { openBackend } from './ask.ts';
import { POCKET } from './model-files.ts';

test('fills in what the settings leave out and refuses what it does not know', () => {
  expect(llamaSettingsSchema.parse({ kind: 'llama', model: 'a.gguf' })).toEqual({
    ...{ kind: 'llama', model: 'a.gguf', gpu: 'auto', contextSize: 'auto', sequences: 2, censored: true },
  });
  expect(llamaSettingsSchema.safeParse({ kind: 'llama', model: 'hf:somebody/some-model:Q4_K_M' }).success).toBe(true);
  for (const wrong of [{ model: '' }, { modle: 'b.gguf' }, { gpu: 'abacus' }, { threads: 0 }, { contextSize: 12 }]) {
    expect(llamaSettingsSchema.safeParse({ kind: 'llama', model: 'a.gguf', ...wrong }).success).toBe(false);
  }
});

test('takes the context of the model, at most 8192 tokens, when none is set', async () => {
  const backend = openBackend(POCKET, { contextSize: 'auto', sequences: 1 });
  expect((await backend.describe()).contextTokens).toBe(8192);
  await backend.close();
});

test('lets the operator say what stage the model is and whether it is censored', async () => {
  const backend = openBackend(POCKET, { stage: 'base', censored: false });
  expect((await backend.describe()).model).toMatchObject({ stage: 'base', censored: false });
  await backend.close();
});

test('says that there is not enough memory, and for what', async () => {
  const backend = openBackend(POCKET, { contextSize: 500_000_000 });
  await expect(backend.describe()).rejects.toMatchObject({
    failure: 'rejected',
    message: expect.stringMatching(/not enough memory for .*pocket\.gguf with 2 × 500000000 tokens.*smaller contextSize/),
  });
  await backend.close();
});

test('says that a GPU which was asked for by name cannot be used here', async () => {
  const absent = process.platform === 'darwin' ? 'vulkan' : 'metal';
  const backend = openBackend(POCKET, { gpu: absent });
  await expect(backend.describe()).rejects.toMatchObject({
    failure: 'rejected',
    message: expect.stringContaining(`llama.cpp cannot use ${absent} on this machine: set gpu to auto or off`),
  });
  await backend.close();
});

test('says that a model cannot be downloaded, and from where', async () => {
  const backend = openBackend('http://127.0.0.1:9/none.gguf');
  await expect(backend.describe()).rejects.toMatchObject({
    failure: 'unreachable',
    message: expect.stringMatching(
      /The model http:\/\/127\.0\.0\.1:9\/none\.gguf cannot be downloaded into .*: check the address/,
    ),
  });
  await backend.close();
});

test('finds a GPU or falls back to the CPU by itself', async () => {
  const backend = openBackend(POCKET, { gpu: 'auto' });
  expect((await backend.describe()).flavour).toBe('llama');
  await backend.close();
});

test('keeps no process alive once it is closed', async () => {
  const at = (file: string) => JSON.stringify(pathToFileURL(path.join(import.meta.dirname, file)).href);
  const script = `
    const { openBackend, hear, request } = await import(${at('ask.ts')});
    const backend = openBackend(${JSON.stringify(POCKET)});
    const { text } = await hear(backend, request('Hello'));
    await backend.close();
    process.stdout.write(text);
  `;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    timeout: 20_000,
  });
  expect(stdout).not.toBe('');
  expect(stderr).toBe('');
});
