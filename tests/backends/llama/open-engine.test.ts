import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { totalmem } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { resolveModel } from '../../../src/backends/llama/resolve-model.ts';
import { llamaSettingsSchema } from '../../../src/backends/llama/settings.ts';
import { openBackend } from './ask.ts';
import { changedModel, createModelFiles, deepModel, POCKET, plainModel } from './model-files.ts';

const files = createModelFiles();
afterAll(() => files.remove());

test('fills in what the settings leave out and refuses what it does not know', () => {
  expect(llamaSettingsSchema.parse({ kind: 'llama', model: 'a.gguf' })).toEqual({
    ...{ kind: 'llama', model: 'a.gguf', gpu: 'auto', contextSize: 'auto', sequences: 'auto', censored: true },
    ...{ flashAttention: 'auto', waiting: 64, savedStates: { disk: 4096 } },
  });
  expect(llamaSettingsSchema.safeParse({ kind: 'llama', model: 'hf:somebody/some-model:Q4_K_M' }).success).toBe(true);
  for (const wrong of [
    { model: '' },
    { modle: 'b.gguf' },
    { gpu: 'abacus' },
    { threads: 0 },
    { contextSize: 12 },
    { sequences: 0 },
    { chunk: 0 },
    { waiting: 0 },
    { savedStates: { disk: -1 } },
  ]) {
    expect(llamaSettingsSchema.safeParse({ kind: 'llama', model: 'a.gguf', ...wrong }).success).toBe(false);
  }
});

test.each([
  [3072, 3072],
  [32_768, 8192],
])('takes the context of the model, %i tokens, at most 8192, when none is set', async (trained, contextTokens) => {
  const model = changedModel({ 'llama.context_length': { type: 'uint32', value: trained } });
  const backend = openBackend(files.write(`context-${trained}.gguf`, model), { contextSize: 'auto', sequences: 1 });
  expect((await backend.describe()).contextTokens).toBe(contextTokens);
  await backend.close();
});

test('gives the model that ships all the context it was trained for', async () => {
  const backend = openBackend(POCKET, { contextSize: 'auto' });
  expect((await backend.describe()).contextTokens).toBe(6144);
  await backend.close();
});

test('lets the operator say what stage the model is and whether it is censored', async () => {
  const backend = openBackend(POCKET, { stage: 'base', censored: false });
  expect((await backend.describe()).model).toMatchObject({ stage: 'base', censored: false });
  await backend.close();
});

test('says that there is not enough memory, and for what', async () => {
  const deep = files.write('deep.gguf', deepModel());
  const contextSize = Math.ceil(totalmem() / (16 * 8_000));
  const backend = openBackend(deep, { contextSize, sequences: 16 });
  await expect(backend.describe()).rejects.toMatchObject({
    failure: 'rejected',
    message: expect.stringMatching(/not enough memory for .*deep\.gguf with 16 × \d+ tokens.*smaller contextSize/),
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

describe('a model named by its address', () => {
  const made = plainModel();
  const head = { 'content-length': made.length };
  const fetchFrom = async (answer: RequestListener, stallMs = 5000) => {
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const place = server.address();
    const address = `http://127.0.0.1:${typeof place === 'object' ? place?.port : place}/some.gguf`;
    const downloads = { directory: files.directory, onProgress: () => undefined, stallMs };
    try {
      return { address, downloads, outcome: await resolveModel(address, downloads).catch(String) };
    } finally {
      server.close();
      server.closeAllConnections();
    }
  };

  test('that does not come is given up, with what to do', async () => {
    const { outcome } = await fetchFrom((request, response) => {
      response.writeHead(200, head);
      if (request.method === 'HEAD') response.end();
      else response.write(made.subarray(0, 1000));
    }, 300);
    expect(outcome).toMatch(
      /The model http:.*some\.gguf cannot be downloaded into .* \(nothing came for 0\.3 s\): check the address/,
    );
  });

  test('that the server does not have is given up at once', async () => {
    const { outcome } = await fetchFrom((_request, response) => response.writeHead(404).end());
    expect(outcome).toContain('the server says 404 Not Found');
  });

  test('is downloaded, and found again without the server', async () => {
    const { address, downloads, outcome } = await fetchFrom((request, response) => {
      response.writeHead(200, head).end(request.method === 'HEAD' ? undefined : made);
    });
    expect(readFileSync(outcome).equals(made)).toBe(true);
    expect(await resolveModel(address, downloads)).toBe(outcome);
  });

  test('is unreachable while its server is', async () => {
    const backend = openBackend('http://127.0.0.1:9/none.gguf');
    await expect(backend.describe()).rejects.toMatchObject({ failure: 'unreachable' });
    await backend.close();
  });
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
  const file = files.write('ends.mjs', script);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { timeout: 20_000 });
  expect(stdout).not.toBe('');
  expect(stderr).toBe('');
});
