// A server that was started anew with another context.
import { expect, test } from 'vitest';
import { hear, openOpenai, request } from '../open-openai.ts';
import { startPageServer, stream } from '../page-server.ts';

const MINUTES = 60_000;

test.each([
  ['more', 32_768, 32_768],
  ['less', 1024, 1024],
])('what was found out about the context before is forgotten when it serves %s', async (_, later, expected) => {
  const clock = { now: 0 };
  let context = 8192;
  let refusals = 1;
  const server = await startPageServer({
    'GET /v1/models': () => ({ json: { data: [{ id: 'm', max_model_len: context }] } }),
    'POST /v1/chat/completions': () => {
      refusals -= 1;
      const message = "This model's maximum context length is 4096 tokens.";
      return refusals >= 0 ? { status: 400, json: { error: { message } } } : stream('Hello.');
    },
  });
  const backend = openOpenai(server.baseUrl, { flavour: 'generic', model: 'm', now: () => clock.now });
  const known = async () => {
    const { contextTokens, notices = [] } = await backend.describe();
    return { contextTokens, notices: notices.length };
  };
  expect((await hear(backend, request('Hello'))).error).toMatchObject({ failure: 'too-long' });
  expect(await known()).toEqual({ contextTokens: 4096, notices: 1 });
  clock.now = 6 * MINUTES;
  expect(await known()).toEqual({ contextTokens: 4096, notices: 1 }); // the same server as before
  context = later;
  clock.now = 10 * MINUTES;
  expect(await known()).toEqual({ contextTokens: 4096, notices: 1 }); // it was asked just now
  clock.now = 12 * MINUTES;
  expect((await hear(backend, request('Hello'))).text).toBe('Hello.');
  expect(await known()).toEqual({ contextTokens: expected, notices: 0 });
  await backend.close();
  await server.close();
});
