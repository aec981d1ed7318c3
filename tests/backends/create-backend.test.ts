import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { backendSettingsSchema, createBackend } from '../../src/backends/create-backend.ts';
import { silentLog } from '../../src/log.ts';
import { startLlmDouble } from '../llm-double/llm-double.ts';

const surroundings = { log: silentLog(), readSecret: () => undefined, modelsFolder: tmpdir() };

describe('a backend', () => {
  test('is made by its kind, with the name it was given', async () => {
    const double = await startLlmDouble();
    const openai = createBackend('far', backendSettingsSchema.parse({ kind: 'openai', baseUrl: double.baseUrl }), surroundings);
    expect(openai.name).toBe('far');
    expect(await openai.describe()).toMatchObject({ input: 'messages', model: { name: 'double-1' } });
    await openai.close();
    await double.close();
    const llama = createBackend(
      'near',
      backendSettingsSchema.parse({ kind: 'llama', model: 'models/pocket.gguf' }),
      surroundings,
    );
    expect(llama.name).toBe('near');
    await llama.close();
  });

  test('of an unknown kind is refused with the kinds there are', () => {
    const { error } = backendSettingsSchema.safeParse({ kind: 'opneai' });
    expect(error?.issues[0]).toMatchObject({ code: 'invalid_union', path: ['kind'] });
    expect(backendSettingsSchema.options.map((option) => option.shape.kind.value)).toEqual(['openai', 'llama']);
  });

  test('may not be given a setting of the other kind', () => {
    expect(backendSettingsSchema.safeParse({ kind: 'llama', model: 'm.gguf', baseUrl: 'http://127.0.0.1/v1' }).success).toBe(
      false,
    );
    expect(backendSettingsSchema.safeParse({ kind: 'openai', gpuLayers: 1 }).success).toBe(false);
  });

  test.each(backendSettingsSchema.options.map((option) => [option.shape.kind.value, option.shape] as const))(
    'of the kind %s has every setting described, and in its table of docs/backends.md',
    async (kind, shape) => {
      const guide = await readFile(new URL('../../docs/backends.md', import.meta.url), 'utf8');
      const section = guide.split(/^## /m).find((part) => part.startsWith(`${kind}\n`)) ?? '';
      const documented = [...section.matchAll(/^\| `(\w+)` \|/gm)].map((row) => row[1]);
      expect(documented.sort()).toEqual(Object.keys(shape).sort());
      for (const [key, field] of Object.entries(shape)) {
        if (key !== 'kind') expect(field.description, key).toBeTruthy();
      }
    },
  );
});
