import { expect, test } from 'vitest';
import { estimateTokens } from '../../../src/backends/estimate-tokens.ts';
import { hear, openOpenai, request } from './open-openai.ts';
import { startPageServer, stream } from './page-server.ts';

const KOREAN = '옛날 옛적에 바다가 나가서 돌아오지 않았다. '.repeat(30);

test('estimates that are too low are corrected by what the server counts', async () => {
  const server = await startPageServer({
    'POST /v1/chat/completions': (body) => {
      const [{ content }] = body.messages as [{ content: string }];
      return stream('그래요.', { prompt_tokens: Buffer.byteLength(content) });
    },
  });
  const backend = openOpenai(server.baseUrl, { flavour: 'generic', model: 'm', contextTokens: 131_072 });
  const before = await backend.countTokens([KOREAN, '']);
  expect(before).toEqual({ counts: [estimateTokens(KOREAN), 0], exact: false });
  await hear(backend, request(KOREAN));
  const after = await backend.countTokens([KOREAN]);
  expect(after.exact).toBe(false);
  expect(after.counts[0]).toBeGreaterThan(Buffer.byteLength(KOREAN) * 0.95);
  await backend.close();
  await server.close();
});

test('a server that is away is no reason to count nothing', async () => {
  const server = await startPageServer({});
  const backend = openOpenai(server.baseUrl);
  await server.close();
  expect(await backend.countTokens(['Hello there'])).toEqual({ counts: [estimateTokens('Hello there')], exact: false });
  await backend.close();
});
