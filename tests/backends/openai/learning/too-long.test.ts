import { expect, test } from 'vitest';
import { hear, openOpenai, request } from '../open-openai.ts';
import { startPageServer, stream } from '../page-server.ts';

test.each([
  [
    'OpenAI',
    { message: "This model's maximum context length is 4096 tokens. However, your messages resulted in 5012 tokens." },
    4096,
  ],
  ['llama-server', { message: 'the request exceeds the available context size', n_prompt_tokens: 5012, n_ctx: 3072 }, 3072],
  [
    'OpenRouter',
    { message: "This endpoint's maximum context length is 2048 tokens. However, you requested about 3000." },
    2048,
  ],
  ['nobody in particular', { message: 'prompt is too long' }, Math.floor(8192 * 0.8)],
] as const)(
  'a prompt that is too long in the words of %s is told, and the next one is made shorter',
  async (_, error, expected) => {
    let refusals = 0;
    const server = await startPageServer({
      'POST /v1/chat/completions': () => {
        refusals += 1;
        return refusals === 1 ? { status: 400, json: { error } } : stream('Hello.');
      },
    });
    const backend = openOpenai(server.baseUrl, { flavour: 'generic', model: 'm', contextTokens: 8192 });
    expect((await hear(backend, request('Hello'))).error).toMatchObject({ failure: 'too-long' });
    const { contextTokens, notices } = await backend.describe();
    expect(contextTokens).toBe(expected);
    expect(notices).toEqual([expect.stringMatching(`prompts are made for ${expected} from now on`)]);
    expect((await hear(backend, request('Hello'))).text).toBe('Hello.');
    await backend.close();
    await server.close();
  },
);
