import { expect, test } from 'vitest';
import { hear, openOpenai, request } from './open-openai.ts';
import { startPageServer } from './page-server.ts';

test.each([
  ['OpenAI', { error: { message: 'no such voice', code: 'x' } }, /422 "no such voice"/],
  ['Gemini, in a list', [{ error: { message: 'no such voice', code: 400 } }], /422 "no such voice"/],
  ['FastAPI', { detail: 'no such voice' }, /422 "no such voice"/],
  ['Mistral', { detail: [{ type: 'missing', loc: ['body', 'voice'], msg: 'Field required' }] }, /422 ".*Field required/],
  [
    'vLLM before 0.10',
    { object: 'error', message: 'no such voice', type: 'BadRequestError', code: 400 },
    /422 "no such voice"/,
  ],
  ['Ollama', { error: 'no such voice' }, /422 "no such voice"/],
] as const)('the words of a refusal are not lost in the shape of %s', async (_, json, sentence) => {
  const server = await startPageServer({ 'POST /v1/chat/completions': { status: 422, json } });
  const backend = openOpenai(server.baseUrl, { flavour: 'generic', model: 'm', contextTokens: 4096 });
  const { error } = await hear(backend, request('Hello'));
  expect(error).toMatchObject({ failure: 'rejected' });
  expect(String(error)).toMatch(sentence);
  await backend.close();
  await server.close();
});
