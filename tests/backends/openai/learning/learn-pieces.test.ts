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

type Spoken = { pieces: readonly string[]; tokens: number };

/** Each request gets the next of these replies, the last again and again: after a short thought, the pieces one by one. */
async function open(...replies: readonly Spoken[]): Promise<void> {
  let asked = 0;
  server = await startPageServer({
    'GET /v1/models': { json: { data: [{ id: 'm' }] } },
    'POST /v1/chat/completions': () => ({
      type: 'text/event-stream',
      text: events(replies[Math.min(asked++, replies.length - 1)] ?? { pieces: [], tokens: 0 }),
    }),
  });
  backend = openOpenai(server.baseUrl);
}

function events({ pieces, tokens }: Spoken): string {
  const deltas = [{ reasoning_content: '흠' }, ...pieces.map((content) => ({ content }))];
  const chunks = [
    ...deltas.map((delta) => ({ choices: [{ delta }] })),
    { choices: [{ delta: {}, finish_reason: 'stop' }] },
    { choices: [], usage: { prompt_tokens: 9, completion_tokens: tokens } },
  ];
  return `${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`;
}

/** How much is heard of a reply of all syllables, of which no more than `LIMIT` tokens were asked for. */
async function heardOfSyllables(): Promise<number> {
  return (await hear(backend, request('Hello', { maxTokens: LIMIT }, { thinking: 'low' }))).text.length;
}

const roomy = () => request('Hello', { maxTokens: 1000 }, { thinking: 'low' });

test.each([
  ['are tokens by their count are listened to as long as was asked for', SYLLABLES.length + 1, LIMIT],
  ['are fewer tokens by their count are all heard, since they may be as few as were asked for', 115, SYLLABLES.length],
])('single characters that %s', async (_, tokens, shown) => {
  await open({ pieces: SYLLABLES, tokens });
  expect((await hear(backend, roomy())).text).toHaveLength(SYLLABLES.length);
  expect(await heardOfSyllables()).toBe(shown);
});

test('a reply of a few single characters has as many tokens by chance, and teaches nothing', async () => {
  await open({ pieces: ['네', '.'], tokens: 3 }, { pieces: SYLLABLES, tokens: 115 });
  expect((await hear(backend, roomy())).text).toBe('네.');
  expect(await heardOfSyllables()).toBe(SYLLABLES.length);
});

test('what was learned of pieces is forgotten when fewer tokens than pieces are counted', async () => {
  const short = SYLLABLES.slice(0, LIMIT - 20);
  await open(
    { pieces: SYLLABLES, tokens: SYLLABLES.length + 1 },
    { pieces: short, tokens: 40 },
    { pieces: SYLLABLES, tokens: 115 },
  );
  for (const said of [SYLLABLES, short]) expect((await hear(backend, roomy())).text).toHaveLength(said.length);
  expect(await heardOfSyllables()).toBe(SYLLABLES.length);
});
