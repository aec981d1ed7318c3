import { afterEach, describe, expect, test } from 'vitest';
import type { Backend } from '../../../src/backends/backend.ts';
import type { Piece } from '../../../src/chat.ts';
import { hear, type OpenSettings, openOpenai, request } from './open-openai.ts';
import { type PageServer, type Pages, startPageServer } from './page-server.ts';

const PIECES: readonly Piece[] = [
  { text: 'The inn by the harbour.\n', control: true },
  { text: 'Mina', control: false },
  { text: ': ', control: true },
  { text: 'Anything new?', control: false },
  { text: '\nSunny:', control: true },
];
const PROMPT = 'The inn by the harbour.\nMina: Anything new?\nSunny:';

let server: PageServer;
let backend: Backend;
afterEach(async () => {
  await backend.close();
  await server.close();
});

async function open(pages: Pages, settings: OpenSettings = {}): Promise<void> {
  server = await startPageServer(pages);
  backend = openOpenai(server.baseUrl, { mode: 'completion', ...settings });
}

const asked = (stop: string[] = []) => request('', { stop }, { rendered: { input: 'pieces', pieces: PIECES } });
const chunk = (choices: unknown[], more = {}) =>
  `data: ${JSON.stringify({ id: 'c', object: 'text_completion', created: 1, choices, ...more })}\n\n`;
const STREAM = [
  ...[' Only', ' the tide.', '\nMina', ': and'].map((text) => chunk([{ index: 0, text, finish_reason: null }])),
  chunk([{ index: 0, text: '', finish_reason: 'length' }]),
  chunk([], { usage: { prompt_tokens: 14, completion_tokens: 4 } }),
  'data: [DONE]\n\n',
].join('');
const COMPLETIONS = { 'POST /v1/completions': { type: 'text/event-stream', text: STREAM } } as const;

describe('a backend in the mode completion', () => {
  test('takes pieces, sends their text, and applies stop strings and dials as ever', async () => {
    await open(COMPLETIONS, { model: 'm', contextTokens: 4096 });
    expect(await backend.describe()).toMatchObject({ input: 'pieces', model: { stage: 'base' } });
    const { text, end } = await hear(backend, asked(['\nMina:']));
    expect(text).toBe(' Only the tide.');
    expect(end).toMatchObject({ reason: 'complete' });
    const body = server.bodies('/v1/completions')[0];
    expect(body).toMatchObject({
      model: 'm',
      prompt: PROMPT,
      stop: ['\nMina:'],
      top_k: 37,
      max_tokens: 300,
      seed: 42,
      stream: true,
    });
    expect(body).not.toHaveProperty('messages');
  });

  test('streams, and counts what the server says', async () => {
    await open(COMPLETIONS, { model: 'm', contextTokens: 4096 });
    const { parts, end } = await hear(backend, asked());
    expect(parts.filter(({ type }) => type === 'text').length).toBeGreaterThan(2);
    expect(end).toMatchObject({ reason: 'length', usage: { prompt: 14, reply: 4, exact: true } });
  });

  test('speaks to Ollama through its own API, where no template is put around the text', async () => {
    const line = (fields: Record<string, unknown>) => `${JSON.stringify({ model: 'm', ...fields })}\n`;
    const said = line({ response: ' Only the tide.', done: false });
    const done = line({ response: '', done: true, done_reason: 'stop', prompt_eval_count: 14, eval_count: 4 });
    await open(
      {
        'POST /api/show': { json: { capabilities: ['completion'], model_info: { 'made.context_length': 4096 } } },
        'POST /api/generate': { type: 'application/x-ndjson', text: said + done },
      },
      { flavour: 'ollama', model: 'm' },
    );
    const { text, end } = await hear(backend, asked());
    expect(text).toBe(' Only the tide.');
    expect(end).toMatchObject({ reason: 'complete', usage: { prompt: 14, reply: 4 } });
    expect(server.bodies('/api/generate')[0]).toMatchObject({ prompt: PROMPT, raw: true, options: { num_ctx: 4096 } });
  });

  test('knows the template of llama-server’s model, so that we can write it ourselves, and says nothing of thinking', async () => {
    const chat_template =
      "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' + message.content }}{%- endfor %}{%- if enable_thinking %}{%- endif %}";
    const props = { default_generation_settings: { n_ctx: 4096 }, model_alias: 'qwen3', chat_template };
    await open({ ...COMPLETIONS, 'GET /props': { json: props } });
    expect((await backend.describe()).model).toMatchObject({ template: chat_template, stage: 'chat' });
    await hear(backend, { ...asked(), thinking: 'full' });
    expect(server.bodies('/v1/completions')[0]).not.toHaveProperty('chat_template_kwargs');
  });

  test('finds thoughts that the prompt’s own template opened', async () => {
    const text = chunk([{ index: 0, text: 'hmm</think>\n\nYes.', finish_reason: null }]);
    const end = chunk([{ index: 0, text: '', finish_reason: 'stop' }]);
    await open(
      { 'POST /v1/completions': { type: 'text/event-stream', text: `${text}${end}data: [DONE]\n\n` } },
      { model: 'm' },
    );
    const pieces = [...PIECES, { text: '<think>\n', control: true }];
    const heard = await hear(backend, request('', {}, { rendered: { input: 'pieces', pieces } }));
    expect({ text: heard.text, reasoning: heard.reasoning }).toEqual({ text: 'Yes.', reasoning: 'hmm' });
  });
});
