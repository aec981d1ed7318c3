import { statSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { inspectModel } from '../../../../src/backends/llama/gguf/inspect-model.ts';
import { BackendError, TroupeError } from '../../../../src/errors.ts';
import { openBackend } from '../ask.ts';
import { changedModel, createModelFiles, modelWithUserDefinedToken, POCKET, plainModel } from '../model-files.ts';

const files = createModelFiles();
afterAll(() => files.remove());
const made = plainModel();

describe('inspectModel', () => {
  test('tells what the model that ships is', async () => {
    const { template, hash, vocabularySize, parameters, ...facts } = await inspectModel(POCKET);
    expect(facts).toEqual({
      path: POCKET,
      name: 'Pocket',
      architecture: 'llama',
      quantisation: expect.stringMatching(/^(F16|Q8_0)$/),
      sizeBytes: statSync(POCKET).size,
      contextTokens: 6144,
      stage: 'chat',
      stageFrom: 'metadata',
      licence: 'mit',
      bosToken: '<|endoftext|>',
      eosToken: '<|im_end|>',
      controlTexts: ['<|endoftext|>', '<|im_start|>', '<|im_end|>'],
    });
    expect(template).toContain('add_generation_prompt');
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(vocabularySize).toBeGreaterThan(256);
    expect(parameters).toBeGreaterThan(1_000_000);
    expect(parameters).toBeLessThan(4_000_000);
  });

  test('takes a model without a chat template for a base model, and for an instruct model when its name says so', async () => {
    const base = { 'tokenizer.chat_template': undefined };
    const plain = await inspectModel(files.write('base.gguf', changedModel(base)));
    expect(plain).toMatchObject({ stage: 'base', template: undefined });
    const named = changedModel({ ...base, 'general.name': { type: 'string', value: 'Small 1B Instruct' } });
    expect(await inspectModel(files.write('instruct.gguf', named))).toMatchObject({ stage: 'instruct' });
  });

  test("takes the file's own word for its stage, where it is one of the three", async () => {
    const says = (value: string) => changedModel({ 'troupe.stage': { type: 'string', value } });
    for (const stage of ['base', 'instruct', 'chat']) {
      expect(await inspectModel(files.write('stage.gguf', says(stage)))).toMatchObject({ stage });
    }
    expect(await inspectModel(files.write('stage.gguf', says('improv')))).toMatchObject({ stage: 'chat' });
  });

  test('reads the stage from what the file was made into, its names and its tags', async () => {
    const text = (value: string) => ({ type: 'string', value }) as const;
    const stageOf = async (file: string, changes: Parameters<typeof changedModel>[0]) => {
      const { stage, stageFrom } = await inspectModel(files.write(file, changedModel(changes)));
      return { stage, stageFrom };
    };
    const base = { stage: 'base', stageFrom: 'metadata' };
    expect(await stageOf('m.gguf', { 'general.finetune': text('Base') })).toEqual(base);
    expect(await stageOf('m.gguf', { 'general.tags': { type: 'strings', value: ['en', 'pretrained'] } })).toEqual(base);
    expect(await stageOf('made-4b-pt-Q8_0.gguf', {})).toEqual({ stage: 'base', stageFrom: 'name' });
    expect(await stageOf('m.gguf', {})).toEqual({ stage: 'chat', stageFrom: 'template' });
  });

  test('names a model after its file when it has no name', async () => {
    const file = files.write('nameless.gguf', changedModel({ 'general.name': undefined }));
    expect((await inspectModel(file)).name).toBe('nameless.gguf');
  });

  test('gives another hash to another model', async () => {
    const one = await inspectModel(files.write('one.gguf', made));
    const other = changedModel({ 'general.name': { type: 'string', value: 'Bade model' } });
    expect((await inspectModel(files.write('other.gguf', other))).hash).not.toBe(one.hash);
  });

  test('lists its control and user-defined tokens, other than those of one character', async () => {
    const own = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'];
    for (const text of ['<think>', 'word', '  ']) {
      const file = files.write('defined.gguf', modelWithUserDefinedToken(text));
      expect((await inspectModel(file)).controlTexts).toEqual([text, ...own]);
    }
    for (const character of ['\t', '✨', '🎭']) {
      const file = files.write('character.gguf', modelWithUserDefinedToken(character));
      expect((await inspectModel(file)).controlTexts).toEqual(own);
    }
  });

  test('survives a file that is cut anywhere or has a wrong byte anywhere in its head', async () => {
    const broken = fc.oneof(
      fc.nat(made.length - 1).map((length) => made.subarray(0, length)),
      fc.tuple(fc.nat(43_000), fc.nat(255)).map(([at, byte]) => Buffer.from(made).fill(byte, at, at + 1)),
      fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.concat([made.subarray(0, 8), bytes])),
    );
    await fc.assert(
      fc.asyncProperty(broken, async (bytes) => {
        const file = files.write('broken.gguf', bytes);
        const outcome = await inspectModel(file).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(TroupeError);
        if (bytes.length < made.length) expect(outcome).toBeInstanceOf(TroupeError);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a model file that cannot be used is refused in one sentence that names it', () => {
  const unknown = { 'general.architecture': { type: 'string', value: 'mindreader' } } as const;
  const cases: readonly [name: string, content: Uint8Array | string | undefined, says: RegExp][] = [
    ['missing.gguf', undefined, /There is no model file at .*: name a GGUF file, or download one/],
    ['empty.gguf', '', /is empty: name a GGUF file/],
    ['page.gguf', '<!doctype html><title>404</title>', /is not a GGUF file: name/],
    ['short.gguf', 'GG', /is not a GGUF file: name/],
    ['version.gguf', Buffer.from('GGUF\x01\0\0\0'), /is GGUF version 1, which cannot be read: name/],
    ['head.gguf', made.subarray(0, 3000), /is cut short: it has 3000 bytes and ends inside its head; download it again/],
    ['data.gguf', made.subarray(0, 300_000), /is cut short: it has 300000 bytes of at least \d+; download it again/],
    ['unknown.gguf', changedModel(unknown), /has the architecture "mindreader", which this version of llama.cpp does not know/],
    ['wrong.gguf', changedModel({ 'llama.embedding_length': undefined }), /cannot be loaded \(.+\): take another model/],
  ];
  test.each(cases)('%s', async (name, content, says) => {
    const file = content === undefined ? path.join(files.directory, name) : files.write(name, content);
    const backend = openBackend(file);
    const error = await backend.describe().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(BackendError);
    expect(error).toMatchObject({ failure: 'rejected', message: expect.stringMatching(says) });
    expect(String(error)).toContain(file);
    await backend.close();
  });

  test('a folder', async () => {
    await expect(inspectModel(files.directory)).rejects.toThrow(/is not a file|cannot be read/);
  });

  test('one that was missing is taken when it has come', async () => {
    const file = path.join(files.directory, 'late.gguf');
    const backend = openBackend(file);
    await expect(backend.describe()).rejects.toThrow('There is no model file');
    files.write('late.gguf', made);
    expect((await backend.describe()).model.name).toBe('Made model');
    await backend.close();
  });
});
