import { describe, expect, test } from 'vitest';
import { openaiSettingsSchema } from '../../../src/backends/openai/settings.ts';

const parse = (settings: Record<string, unknown>) => openaiSettingsSchema.safeParse({ kind: 'openai', ...settings });

describe('the settings of an openai backend', () => {
  test('have defaults for everything', () => {
    expect(parse({}).data).toEqual({
      kind: 'openai',
      baseUrl: 'https://api.openai.com/v1',
      apiKeyEnv: 'OPENAI_API_KEY',
      flavour: 'auto',
      mode: 'chat',
      censored: true,
      extraBody: {},
      headers: {},
      timeouts: { connectMs: 10_000, firstTokenMs: 120_000, stallMs: 60_000 },
    });
    expect(parse({ timeouts: { stallMs: 5 } }).data?.timeouts).toMatchObject({ stallMs: 5, firstTokenMs: 120_000 });
  });

  test.each([
    [{ baseURL: 'http://127.0.0.1:8080/v1' }, /baseURL/],
    [{ baseUrl: 'localhost:8080' }, /expected an address like/],
    [{ baseUrl: 'ftp://127.0.0.1/v1' }, /expected an address like/],
    [{ baseUrl: 'http://me:secret@127.0.0.1/v1' }, /no user name or password/],
    [{ extraBody: { temperature: 2 } }, /is set by Troupe or by the persona/],
    [{ extraBody: { options: { top_k: 5 } } }, /is set by Troupe or by the persona/],
    [{ extraBody: { options: { num_ctx: 4096 } } }, /is set by the backend's contextTokens/],
    [{ extraBody: { options: [] } }, /expected a map/],
    [{ flavour: 'olama', baseUrl: 'http://127.0.0.1:11434' }, /expected one of .*auto.*llama-server.*ollama/],
    [{ flavour: 'ollama' }, /must be set for ollama, usually to http:\/\/127\.0\.0\.1:11434\/v1/],
    [{ mode: 'raw' }, /expected one of .*chat.*completion/],
    [{ stage: 'chatty' }, /instruct/],
    [{ contextTokens: 0 }, /256/],
    [{ timeouts: { firstTokenMs: 400_000 } }, /300000/],
  ])('refuse %j', (settings, words) => {
    expect(parse(settings).error?.message).toMatch(words);
  });
});
