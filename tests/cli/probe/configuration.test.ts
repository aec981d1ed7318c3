import { describe, expect, it } from 'vitest';
import { backendSettingsSchema } from '../../../src/backends/create-backend.ts';
import { configurationFor } from '../../../src/cli/probe/configuration.ts';
import { loadConfig } from '../../../src/config.ts';
import { makeFolder } from '../run-troupe.ts';

const llama = backendSettingsSchema.parse({ kind: 'llama', model: 'my models/a: {b}.gguf' });
const openai = backendSettingsSchema.parse({ kind: 'openai', baseUrl: 'http://127.0.0.1:8080/v1' });

describe('configurationFor', () => {
  it('is a line that troupe.yaml can hold as it is', async () => {
    for (const [settings, name] of [
      [llama, 'a'],
      [openai, 'my server'],
    ] as const) {
      const found = configurationFor({ name, settings, configured: [] }, { stage: 'instruct', censored: false });
      expect(found?.where).toBe('troupe.yaml');
      const folder = await makeFolder({ 'troupe.yaml': `${found?.lines.join('\n')}\n` });
      expect(loadConfig({ folder, variables: {} }).backends).toEqual({
        [name]: { ...settings, stage: 'instruct', censored: false },
      });
    }
  });

  it('goes into the backend where troupe.yaml has it, and beside the others where it does not', () => {
    const verdict = { stage: 'base', censored: true } as const;
    expect(configurationFor({ name: 'a', settings: llama, configured: ['a', 'b'] }, verdict)).toEqual({
      where: 'troupe.yaml, in backends.a',
      lines: ['stage: base'],
    });
    expect(configurationFor({ name: 'c', settings: openai, configured: ['a'] }, verdict)).toEqual({
      where: 'troupe.yaml, in backends',
      lines: ['c: { kind: openai, baseUrl: http://127.0.0.1:8080/v1, stage: base }'],
    });
  });

  it('names what is censored only where it is known and is not what stands there', () => {
    const lines = (censored: boolean | null) =>
      configurationFor({ name: 'a', settings: llama, configured: ['a'] }, { stage: 'chat', censored })?.lines;
    expect([lines(null), lines(true), lines(false)]).toEqual([
      ['stage: chat'],
      ['stage: chat'],
      ['stage: chat', 'censored: false'],
    ]);
  });

  it('is nothing without a verdict', () => {
    expect(configurationFor({ name: 'a', settings: llama, configured: [] }, { stage: null, censored: null })).toBeNull();
  });
});
