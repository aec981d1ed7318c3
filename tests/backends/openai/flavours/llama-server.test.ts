import { afterEach, describe, expect, test } from 'vitest';
import type { Backend } from '../../../../src/backends/backend.ts';
import { hear, type OpenSettings, openOpenai, request } from '../open-openai.ts';
import { type PageServer, type Pages, startPageServer, stream } from '../page-server.ts';

const PROPS = {
  default_generation_settings: { n_ctx: 6144 },
  total_slots: 4,
  model_alias: 'qwen',
  model_path: '/models/Qwen3-8B-Q4_K_M.gguf',
  chat_template: "{%- if enable_thinking is defined %}{{ '<think>' }}{%- endif %}{{ '<|im_start|>' + role }}",
  bos_token: '<s>',
  eos_token: '<|im_end|>',
};
/** A token for each word, as its own number. */
const tokenised = (text: string) =>
  text
    .split(' ')
    .filter(Boolean)
    .map((word) => word.length);

let server: PageServer;
let backend: Backend;
afterEach(async () => {
  await backend.close();
  await server.close();
});

async function open(pages: Pages = {}, settings: OpenSettings = {}): Promise<void> {
  server = await startPageServer({
    'GET /props': { json: PROPS },
    'GET /v1/models': { json: { data: [{ id: 'qwen', owned_by: 'llamacpp', meta: { n_ctx_train: 40_960 } }] } },
    'POST /v1/chat/completions': stream('Hello there.'),
    ...pages,
  });
  backend = openOpenai(server.baseUrl, settings);
}

describe('what llama-server says of itself', () => {
  test('is the context of one slot, the model’s name, its template and its control tokens', async () => {
    await open();
    expect(await backend.describe()).toMatchObject({
      contextTokens: 6144,
      model: {
        name: 'qwen',
        template: PROPS.chat_template,
        controlTexts: ['<s>', '<|im_end|>', '<think>', '<|im_start|>'],
      },
    });
  });

  test('counts for more than settings that promise more', async () => {
    await open({}, { contextTokens: 32_768 });
    const { contextTokens, notices } = await backend.describe();
    expect(contextTokens).toBe(6144);
    expect(notices?.join()).toMatch(/backend main serves 6144 tokens with qwen: .* not for 32768/);
  });

  test('is taken from its slots where its properties do not hold it: the smallest', async () => {
    const { default_generation_settings: _, ...rest } = PROPS;
    await open({
      'GET /props': { json: { ...rest, default_generation_settings: {} } },
      'GET /slots': {
        json: [
          { id: 0, n_ctx: 4096 },
          { id: 1, n_ctx: 2048 },
        ],
      },
    });
    expect((await backend.describe()).contextTokens).toBe(2048);
  });

  test('is asked for the loaded model of a router', async () => {
    const { model_alias: _, ...own } = PROPS;
    await open({
      'GET /props': (_body, query) =>
        query === 'model=second%2Fone'
          ? { json: own }
          : { json: { role: 'router', default_generation_settings: { n_ctx: 0 } } },
      'GET /v1/models': {
        json: {
          data: [
            { id: 'first', status: { value: 'unloaded' } },
            { id: 'second/one', status: { value: 'loaded' } },
          ],
        },
      },
    });
    expect(await backend.describe()).toMatchObject({ contextTokens: 6144, model: { name: 'second/one' } });
  });
});

describe('the dials with keys of their own', () => {
  const DRY = { multiplier: 0.8, base: 2, allowedLength: 3, range: 64, breakers: ['\n', '#'] };
  const dialsOf = (body: Record<string, unknown> | undefined) =>
    Object.fromEntries(Object.entries(body ?? {}).filter(([name]) => /^(dry|xtc|logit)_/.test(name)));

  test('are sent to llama-server in its own fields, biases as pairs of texts, and it is said to honour them', async () => {
    await open();
    const logitBias = { '42': 5, ' delve': false } as const;
    await hear(backend, request('Hello', { dry: DRY, xtc: { probability: 0.5, threshold: 0.2 }, logitBias }));
    expect(dialsOf(server.bodies('/v1/chat/completions')[0])).toEqual({
      ...{
        dry_multiplier: 0.8,
        dry_base: 2,
        dry_allowed_length: 3,
        dry_penalty_last_n: 64,
        dry_sequence_breakers: ['\n', '#'],
      },
      ...{ xtc_probability: 0.5, xtc_threshold: 0.2 },
      logit_bias: [
        ['42', 5],
        [' delve', false],
      ],
    });
    expect((await backend.describe()).honours).toEqual(expect.arrayContaining(['dry', 'xtc', 'logitBias']));
  });

  test('are sent as off where they are, whatever the server was started with; all of a reply is as long as it can be', async () => {
    await open();
    await hear(backend, request('Hello'));
    await hear(
      backend,
      request('Hello', { maxTokens: 77, dry: { ...DRY, range: 0 }, xtc: { probability: 0, threshold: 0.2 } }),
    );
    const [off, all] = server.bodies('/v1/chat/completions').map(dialsOf);
    expect(off).toEqual({ dry_multiplier: 0, xtc_probability: 0 });
    expect(all).toMatchObject({ dry_penalty_last_n: 77, xtc_probability: 0 });
    expect(all).not.toHaveProperty('xtc_threshold');
  });

  test('leave to an operator what stands in extraBody', async () => {
    await open({}, { extraBody: { dry_base: 3 } });
    await hear(backend, request('Hello', { dry: DRY }));
    expect(server.bodies('/v1/chat/completions')[0]).toMatchObject({ dry_multiplier: 0.8, dry_base: 3 });
  });

  test('go with the prompt as text as well', async () => {
    await open({ 'POST /v1/completions': stream('Hello there.') }, { mode: 'completion' });
    const rendered = { input: 'pieces', pieces: [{ text: 'Hello', control: false }] } as const;
    await hear(backend, request('', { dry: DRY }, { rendered }));
    expect(server.bodies('/v1/completions')[0]).toMatchObject({ dry_multiplier: 0.8, dry_base: 2 });
  });
});

describe('thinking with llama-server', () => {
  test('is switched by the arguments that the template reads, and thoughts come apart whatever it was started with', async () => {
    await open();
    await hear(backend, request('Hello'));
    await hear(backend, request('Hello', {}, { thinking: 'low' }));
    expect(server.bodies('/v1/chat/completions').map(({ chat_template_kwargs }) => chat_template_kwargs)).toEqual([
      { enable_thinking: false },
      { enable_thinking: true },
    ]);
    expect(server.bodies('/v1/chat/completions')[0]).toMatchObject({ reasoning_format: 'auto' });
  });

  test('is told by a word where the template reads one', async () => {
    const chat_template = "{%- if not reasoning_effort %}{%- set reasoning_effort = 'medium' %}{%- endif %}";
    await open({ 'GET /props': { json: { ...PROPS, chat_template } } });
    for (const thinking of ['off', 'low', 'full'] as const) await hear(backend, request('Hello', {}, { thinking }));
    const told = server.bodies('/v1/chat/completions').map(({ chat_template_kwargs }) => chat_template_kwargs);
    expect(told).toEqual([{ reasoning_effort: 'low' }, { reasoning_effort: 'low' }, { reasoning_effort: 'high' }]);
  });

  test('is not mentioned where the template knows none', async () => {
    await open({ 'GET /props': { json: { ...PROPS, model_path: 'm', chat_template: "{{ '<|im_start|>' }}" } } });
    await hear(backend, request('Hello'));
    expect(server.bodies('/v1/chat/completions')[0]).not.toHaveProperty('chat_template_kwargs');
  });
});

describe('counting with llama-server', () => {
  const TEXTS = Array.from({ length: 150 }, (_, index) => `turn ${'word '.repeat(index)}`);
  const counts = TEXTS.map((text) => tokenised(text).length);

  test('takes a request for 64 texts, and none for what was counted before', async () => {
    await open({
      'POST /tokenize': ({ content }) => ({
        json: { tokens: [content].flat().flatMap((one) => (typeof one === 'string' ? tokenised(one) : [one])) },
      }),
    });
    expect(await backend.countTokens(TEXTS)).toEqual({ counts, exact: true });
    expect(server.bodies('/tokenize')).toHaveLength(3);
    expect(await backend.countTokens([...TEXTS, 'one more', ''])).toEqual({ counts: [...counts, 2, 0], exact: true });
    expect(server.bodies('/tokenize')).toHaveLength(4);
    expect(server.bodies('/tokenize').at(-1)).toMatchObject({ content: 'one more', add_special: false, parse_special: false });
  });

  test('is exact with a server that takes one text at a time', async () => {
    await open({
      'POST /tokenize': ({ content }) =>
        typeof content === 'string' ? { json: { tokens: tokenised(content) } } : { status: 400, json: { error: 'no list' } },
    });
    expect(await backend.countTokens(TEXTS)).toEqual({ counts, exact: true });
  });

  test('is an estimate, and says so, with a server that has no such page; it is not asked again', async () => {
    await open();
    expect((await backend.countTokens(TEXTS)).exact).toBe(false);
    const asked = server.bodies('/tokenize').length;
    expect((await backend.countTokens(['something else'])).exact).toBe(false);
    expect(server.bodies('/tokenize')).toHaveLength(asked);
  });
});
