import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../src/backends/llama/gguf/inspect-model.ts';

const MODELS = path.join(import.meta.dirname, '../models');
const MEGABYTE = 1_000_000;

describe('the model files that ship', () => {
  it.each([
    { file: 'pocket.gguf', name: 'Pocket', stage: 'chat', largest: 6 * MEGABYTE, hasTemplate: true },
    { file: 'pocket-instruct.gguf', name: 'Pocket Instruct', stage: 'instruct', largest: 3 * MEGABYTE, hasTemplate: true },
    { file: 'pocket-base.gguf', name: 'Pocket Base', stage: 'base', largest: 3 * MEGABYTE, hasTemplate: false },
  ])('$file says what it is and is small enough to commit', async ({ file, name, stage, largest, hasTemplate }) => {
    const facts = await inspectModel(path.join(MODELS, file));
    expect(facts).toMatchObject({ name, stage, architecture: 'llama', licence: 'mit', contextTokens: 6144 });
    expect(facts.template !== undefined).toBe(hasTemplate);
    expect(facts.parameters).toBeGreaterThan(1e6);
    expect(facts.parameters).toBeLessThan(4e6);
    expect(facts.sizeBytes).toBeLessThanOrEqual(largest);
  });

  it('have no unnamed company', () => {
    expect(readdirSync(MODELS).toSorted()).toEqual(['README.md', 'pocket-base.gguf', 'pocket-instruct.gguf', 'pocket.gguf']);
  });
});
