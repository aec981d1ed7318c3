// vLLM without a reasoning parser, and texts that no mark tells apart, cut although there was room for a thought and a reply.
import { afterEach, describe, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import { hear, type OpenSettings, openOpenai, request } from '../open-openai.ts';
import { type PageServer, startPageServer } from '../page-server.ts';

const OFFERED = 300;

let server: PageServer;
let backend: Backend;
afterEach(async () => {
  await backend.close();
  await server.close();
});

type Asked = { chat_template_kwargs?: { enable_thinking?: boolean } };

/** A model whose family can be told not to think; `prompt`: how its prompt ends when it is told, undefined where it cannot be asked. */
async function open(unit: string, prompt: string | undefined, settings: OpenSettings = {}): Promise<void> {
  server = await startPageServer({
    'GET /version': { json: { version: '0.20.1' } },
    'GET /v1/models': { json: { data: [{ id: 'qwen3', root: 'qwen3', owned_by: 'vllm', max_model_len: 16_384 }] } },
    'POST /tokenize': ({ chat_template_kwargs: kwargs }: Asked) => {
      if (prompt === undefined) return { status: 404, json: { detail: 'Not Found' } };
      const strings = ['assistant', '\n', ...(kwargs?.enable_thinking === false ? [prompt] : [])];
      return { json: { tokens: strings.map((_, at) => at), token_strs: strings } };
    },
    'POST /v1/chat/completions': ({ max_tokens: limit }) => ({
      type: 'text/event-stream',
      text: `${chunk({ content: unit }).repeat(limit as number)}${chunk({}, 'length')}data: [DONE]\n\n`,
    }),
  });
  backend = openOpenai(server.baseUrl, settings);
}

function chunk(delta: object, finish: string | null = null): string {
  return `data: ${JSON.stringify({ choices: [{ delta, finish_reason: finish }] })}\n\n`;
}

const limits = () => server.bodies('/v1/chat/completions').map(({ max_tokens }) => max_tokens);

describe('a text that was cut although it had room for a thought as well', () => {
  const closed = '<think>\n\n</think>\n\n';

  test('is the reply of a model whose switch is known to work', async () => {
    await open('word ', closed);
    expect(await hear(backend, request('Hello'))).toMatchObject({ text: '', error: { failure: 'broken-reply' } });
    for (const limit of [OFFERED + 4096, OFFERED]) {
      const { text, end } = await hear(backend, request('And then?'));
      expect(end).toMatchObject({ reason: 'length' });
      expect(Math.abs(text.trim().split(' ').length - OFFERED)).toBeLessThan(OFFERED / 2);
      expect(limits().at(-1)).toBe(limit);
    }
  });

  test.each<[string, string | undefined, OpenSettings]>([
    ['the server does not say what its template makes of the switch', undefined, {}],
    ['the switch changes nothing', '', {}],
    ['the template opens a thought all the same', '<think>\n', {}],
    ['the operator turned the thinking on', closed, { extraBody: { chat_template_kwargs: { enable_thinking: true } } }],
  ])('stays a thought where %s', async (_, prompt, settings) => {
    await open('Rook knows of the SECRET. ', prompt, settings);
    for (const text of ['Hello', 'And then?', 'Well?', 'So?']) {
      expect(await hear(backend, request(text))).toMatchObject({ text: '', error: { failure: 'broken-reply' } });
    }
  });
});
