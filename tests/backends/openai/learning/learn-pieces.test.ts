// Whether a server sends tokens or single characters: where a token is one character, only its own counts tell.
import { afterEach, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import { hear, openOpenai, request } from '../open-openai.ts';
import { type PageServer, startPageServer } from '../page-server.ts';

let server: PageServer;
let backend: Backend;
afterEach(async () => {
  await backend.close();
  await server.close();
});

const SYLLABLES = [...'오랜만이네요손님천천히드세요'.repeat(20)];

const LIMIT = 120;

/** After a short thought, all syllables one by one, which its server counts as so many tokens. */
async function open(tokens: number): Promise<void> {
  const deltas = [{ reasoning_content: '흠' }, ...SYLLABLES.map((content) => ({ content }))];
  const chunks = [
    ...deltas.map((delta) => ({ choices: [{ delta }] })),
    { choices: [{ delta: {}, finish_reason: 'stop' }] },
    { choices: [], usage: { prompt_tokens: 9, completion_tokens: tokens } },
  ];
  server = await startPageServer({
    'GET /v1/models': { json: { data: [{ id: 'm' }] } },
    'POST /v1/chat/completions': {
      type: 'text/event-stream',
      text: `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`,
    },
  });
  backend = openOpenai(server.baseUrl);
}

test.each([
  ['are tokens by their count are listened to as long as was asked for', SYLLABLES.length + 1, LIMIT],
  ['are fewer tokens by their count are all heard, since they may be as few as were asked for', 115, SYLLABLES.length],
])('single characters that %s', async (_, tokens, shown) => {
  await open(tokens);
  const roomy = request('Hello', { maxTokens: 1000 }, { thinking: 'low' });
  expect((await hear(backend, roomy)).text).toHaveLength(SYLLABLES.length);
  const { text } = await hear(backend, request('Hello', { maxTokens: LIMIT }, { thinking: 'low' }));
  expect(text.length).toBe(shown);
});
