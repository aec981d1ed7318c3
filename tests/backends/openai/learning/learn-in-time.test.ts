// What a reply teaches may need questions to the server; its end does not wait for ever for them.
import { afterEach, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import { createTokenCounts } from '../../../../src/backends/openai/count-tokens.ts';
import { createFacts } from '../../../../src/backends/openai/learning/learn-facts.ts';
import { learnInTime } from '../../../../src/backends/openai/learning/learn-in-time.ts';
import { createServer } from '../../../../src/backends/openai/server.ts';
import { openaiSettingsSchema } from '../../../../src/backends/openai/settings.ts';
import { startMeter } from '../../../../src/backends/openai/stream/count-usage.ts';
import { createVoice } from '../../../../src/backends/voice.ts';
import { silentLog } from '../../../../src/log.ts';
import { openOpenai, request } from '../open-openai.ts';
import { type PageServer, startPageServer, stream } from '../page-server.ts';

const LONG = 'hello there '.repeat(300);
/** Longer than a test may take. */
const timeouts = { connectMs: 100_000 };

let server: PageServer;
const opened: Pick<Backend, 'close'>[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  await server.close();
});

/** llama-server whose tokeniser never answers. */
async function start(): Promise<void> {
  server = await startPageServer({
    'GET /props': { json: { default_generation_settings: { n_ctx: 8192 }, model_alias: 'm' } },
    'POST /tokenize': 'silence',
    'POST /v1/chat/completions': stream('Hello.', { prompt_tokens: 300 }),
  });
}
const tokenised = () => server.bodies('/tokenize').length;

test('nothing is waited for once the reader has gone', async () => {
  await start();
  const backend = openOpenai(server.baseUrl, { timeouts });
  opened.push(backend);
  const leaving = new AbortController();
  const parts = backend.reply(request(LONG), leaving.signal)[Symbol.asyncIterator]();
  expect((await parts.next()).value).toMatchObject({ type: 'text', text: 'Hello.' });
  const end = parts.next();
  await expect.poll(tokenised).toBe(1);
  leaving.abort();
  expect((await end).value).toMatchObject({ type: 'end', reason: 'aborted' });
});

test('all that is asked together has one limit', async () => {
  await start();
  const settings = openaiSettingsSchema.parse({ kind: 'openai', baseUrl: server.baseUrl, timeouts });
  const talking = createServer(settings, { name: 'main', log: silentLog(), secret: undefined });
  opened.push({ close: async () => talking.close() });
  const facts = createFacts(talking, () => 0);
  const known = await facts.learn();
  const asked = request(LONG);
  const meter = startMeter([LONG]);
  meter.server = { prompt_tokens: 300, completion_tokens: 2 };
  meter.finish = 'stop';
  const call = { address: '', body: {}, isLimited: true, optional: new Set<string>() };
  const { signal } = new AbortController();
  const attempt = { server: talking, known, request: asked, contents: [LONG], call, signal, meter };
  const learning = learnInTime(
    { ...attempt, voice: createVoice([]), leftRoom: false, moreRoom: false },
    createTokenCounts(talking, facts),
    50,
  );
  expect(await learning).toBeUndefined();
  await expect.poll(tokenised).toBe(1);
});
