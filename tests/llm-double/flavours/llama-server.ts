// llama-server of llama.cpp. Shapes: tools/server/README.md and server-task.cpp there (2026), https://github.com/ggml-org/llama.cpp
import type { Family } from '../families/family.ts';
import { countTokens, type Surface, tokensOf } from '../speech.ts';
import { type ChunkShape, CREATED, chatFrames, completionFrames, DONE, event, openaiUsage } from './chunks.ts';
import { type Body, type Dialect, type Flavour, type Heard, json, type Served } from './flavour.ts';
import {
  effortWish,
  messagesOf,
  OPENAI_NAMES,
  promptTokens,
  readDials,
  recordOf,
  templateWish,
  wantsUsage,
} from './read-body.ts';

const BUILD = 'b7314-5f2d0c9a1';
const ID = 'chatcmpl-KvQ2m0vX8tYdJrA5hZ1uN7cEoLwSgPbf';
const NAMES = {
  ...{ ...OPENAI_NAMES, topK: ['top_k'], minP: ['min_p'], repeatPenalty: ['repeat_penalty'] },
  ...{ dry: ['dry_multiplier'], xtc: ['xtc_probability'] },
};

function refuse(status: number, type: string, message: string, further = {}) {
  return { refusal: json(status, { error: { code: status, message, type, ...further } }) };
}

function read(body: Body, served: Served): Heard | ReturnType<typeof refuse> {
  const { family, window } = served;
  const prompt = promptTokens(body);
  const given = recordOf(body.chat_template_kwargs);
  if (given.enable_thinking !== undefined && typeof given.enable_thinking !== 'boolean') {
    return refuse(400, 'invalid_request_error', 'invalid type for "enable_thinking" (expected boolean, got string)');
  }
  if (prompt > window) {
    const message = `request (${prompt} tokens) exceeds the available context size (${window} tokens), try increasing it`;
    return refuse(400, 'exceed_context_size_error', message, { n_prompt_tokens: prompt, n_ctx: window });
  }
  const none = effortWish(body.reasoning_effort) === 'off' && family.switch !== 'none';
  const wish = none ? 'off' : templateWish(body, family);
  if (messagesOf(body).at(-1)?.role === 'assistant' && family.tags && wish !== 'off') {
    return refuse(400, 'invalid_request_error', 'Assistant response prefill is incompatible with enable_thinking.');
  }
  const dials = readDials(body, NAMES);
  const surface = surfaceOf(body, served, wish === 'off');
  return { model: served.model, prompt, used: prompt, wish, dials, surface, usage: wantsUsage(body) };
}

/** Thoughts are parsed; some builds look for none when they were turned off, and a model that thinks anyway is quoted as it is. */
function surfaceOf(body: Body, { family, variety }: Served, off: boolean): Surface {
  if (body.reasoning_format === 'none') return 'content';
  return off && family.tags?.openedBy === 'model' && family.name !== 'gpt-oss' && variety % 2 === 0
    ? 'content'
    : 'reasoning_content';
}

function shapeFor(model: string): ChunkShape {
  const frame = { created: CREATED, id: ID, model, system_fingerprint: BUILD, object: 'chat.completion.chunk' };
  return {
    chunk: (choices, further = {}) => ({ choices, ...frame, ...further }),
    choice: (delta, finish) => ({ finish_reason: finish, index: 0, delta }),
    first: { role: 'assistant', content: null },
    delta: (field, text) => ({ [field]: text }),
    last: {},
  };
}

const chat: Dialect = {
  read,
  contentType: 'text/event-stream',
  *frames(speech, heard, { model }) {
    const shape = shapeFor(model);
    yield ':\n\n';
    yield* chatFrames(speech, shape);
    const usage = { ...openaiUsage(heard.used, speech), prompt_tokens_details: { cached_tokens: 0 } };
    const timings = { cache_n: 0, prompt_n: heard.used, predicted_n: speech.tokens.completion };
    if (heard.usage) yield event(shape.chunk([], { usage, timings }));
    yield DONE;
  },
  errorFrame: (message) => `data: ${JSON.stringify({ error: { code: 500, message, type: 'server_error' } })}\n\n`,
};

const completion: Dialect = {
  ...chat,
  *frames(speech, heard, { model }) {
    const frame = { created: CREATED, model, system_fingerprint: BUILD, object: 'text_completion', id: ID };
    yield* completionFrames(speech, (choice) => ({ choices: [choice], ...frame }));
    if (heard.usage) yield event({ choices: [], ...frame, usage: openaiUsage(heard.used, speech) });
    yield DONE;
  },
};

function props({ family, model, window }: Served) {
  const params = { seed: 4294967295, temperature: 0.8, top_k: 40, top_p: 0.95, min_p: 0.05, repeat_penalty: 1, max_tokens: -1 };
  return {
    default_generation_settings: { id: 0, id_task: -1, n_ctx: window, speculative: false, is_processing: false, params },
    total_slots: 1,
    model_alias: model,
    model_path: `/models/${model}`,
    modalities: { vision: false, audio: false },
    endpoint_slots: true,
    endpoint_props: false,
    endpoint_metrics: false,
    chat_template: family.template,
    chat_template_caps: { supports_system_role: true },
    bos_token: '<s>',
    eos_token: '</s>',
    build_info: BUILD,
    is_sleeping: false,
  };
}

function models({ model, trained }: Served) {
  const meta = {
    vocab_type: 2,
    n_vocab: 151_936,
    n_ctx_train: trained,
    n_embd: 4096,
    n_params: 8_190_735_360,
    size: 5_021_779_968,
  };
  return {
    models: [{ name: model, model, type: 'model', capabilities: ['completion'], details: { format: 'gguf' } }],
    object: 'list',
    data: [{ id: model, object: 'model', created: CREATED, owned_by: 'llamacpp', meta }],
  };
}

function tokenize(_served: Served, { content }: Body) {
  if (typeof content !== 'string') return json(200, { tokens: [] });
  return json(200, { tokens: tokensOf(content).map((token) => countTokens(token) + (token.codePointAt(0) ?? 0)) });
}

export const llamaServer: Flavour = {
  name: 'llama-server',
  base: '/v1',
  nameOf: (family: Family) => family.names.gguf,
  pages: {
    'GET /health': () => json(200, { status: 'ok' }),
    'GET /props': (served) => json(200, props(served)),
    'GET /slots': ({ window }) => json(200, [{ id: 0, n_ctx: window, speculative: false, is_processing: false }]),
    'GET /v1/models': (served) => json(200, models(served)),
    'GET /models': (served) => json(200, models(served)),
    'POST /tokenize': tokenize,
  },
  dialects: { '/v1/chat/completions': chat, '/v1/completions': completion },
  unknown: () => json(404, { error: { code: 404, message: 'File Not Found', type: 'not_found_error' } }),
};
