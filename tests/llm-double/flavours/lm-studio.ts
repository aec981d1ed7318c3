// LM Studio. Shapes: developer docs (REST API v0 and v1, OpenAI compatibility, changelog), https://lmstudio.ai/docs/developer, and
// its bug tracker: #1573 and #1990 (no argument of the template reaches it), #2013 (tags that it does not know stay in the text).
import type { Surface } from '../speech.ts';
import { type ChunkShape, CREATED, chatFrames, completionFrames, DONE, event, openaiUsage } from './chunks.ts';
import { type Body, type Dialect, type Flavour, type Heard, json, type Served } from './flavour.ts';
import { OPENAI_NAMES, promptTokens, readDials, wantsUsage } from './read-body.ts';

const ID = 'chatcmpl-i3gkjwthhw96whukek9tz';
/** The documented list; `min_p` is not on it, and what is not on it is ignored. */
const NAMES = { ...OPENAI_NAMES, topK: ['top_k'], repeatPenalty: ['repeat_penalty'] };

/** It runs on with a prompt that is too long and says nothing: the middle is left out. */
function read(body: Body, { family, model, window }: Served): Heard {
  const prompt = promptTokens(body);
  const surface: Surface = family.name === 'gpt-oss' ? 'reasoning' : 'content';
  const dials = readDials(body, NAMES);
  return { model, prompt, used: Math.min(prompt, window), wish: undefined, dials, surface, usage: wantsUsage(body) };
}

function shapeFor(model: string): ChunkShape {
  const frame = { id: ID, object: 'chat.completion.chunk', created: CREATED, model, system_fingerprint: model };
  return {
    chunk: (choices, further = {}) => ({ ...frame, choices, ...further }),
    choice: (delta, finish) => ({ index: 0, delta, logprobs: null, finish_reason: finish }),
    delta: (field, text) => ({ role: 'assistant', [field]: text }),
    last: {},
  };
}

const chat: Dialect = {
  read,
  contentType: 'text/event-stream',
  *frames(speech, heard, { model }) {
    const shape = shapeFor(model);
    yield* chatFrames(speech, shape);
    const parsed = heard.surface === 'reasoning' ? speech.tokens.thoughts : 0;
    const usage = { ...openaiUsage(heard.used, speech), completion_tokens_details: { reasoning_tokens: parsed } };
    if (heard.usage) yield event(shape.chunk([], { usage }));
    yield DONE;
  },
  errorFrame: (message) => `event: error\n${event({ error: { message } })}`,
};

const completion: Dialect = {
  ...chat,
  *frames(speech, heard, { model }) {
    const frame = { id: 'cmpl-p9rtxv6fky2v9k8jrd8cc', object: 'text_completion', created: CREATED, model };
    yield* completionFrames(speech, (choice) => ({ ...frame, choices: [choice] }));
    if (heard.usage) yield event({ ...frame, choices: [], usage: openaiUsage(heard.used, speech) });
    yield DONE;
  },
};

const EMBEDDINGS = 'text-embedding-nomic-embed-text-v1.5';

/** One model is loaded; another one is on the disk only. */
function modelsV0({ model, window, trained }: Served) {
  const own = { publisher: 'lmstudio-community', arch: 'made', compatibility_type: 'gguf', quantization: 'Q4_K_M' };
  const loaded = { state: 'loaded', max_context_length: trained, loaded_context_length: window, capabilities: ['tool_use'] };
  const idle = { state: 'not-loaded', max_context_length: 2048 };
  return json(200, {
    object: 'list',
    data: [
      { id: EMBEDDINGS, object: 'model', type: 'embeddings', ...own, ...idle },
      { id: 'granite-3.0-2b-instruct', object: 'model', type: 'llm', ...own, ...idle, max_context_length: 4096 },
      { id: model, object: 'model', type: 'llm', ...own, ...loaded },
    ],
  });
}

function modelsV1({ model, window, trained }: Served) {
  const config = { context_length: window, eval_batch_size: 512, flash_attention: true };
  const own = {
    publisher: 'lmstudio-community',
    display_name: model,
    size_bytes: 5_021_779_968,
    params_string: '8B',
    format: 'gguf',
  };
  const entry = { type: 'llm', key: model, ...own, loaded_instances: [{ id: model, config }], max_context_length: trained };
  const idle = { type: 'embedding', key: EMBEDDINGS, ...own, loaded_instances: [], max_context_length: 2048 };
  return json(200, { models: [idle, entry] });
}

function compatibleModels({ model }: Served) {
  const list = [EMBEDDINGS, 'granite-3.0-2b-instruct', model];
  return json(200, { data: list.map((id) => ({ id, object: 'model', owned_by: 'organization_owner' })), object: 'list' });
}

export const lmStudio: Flavour = {
  name: 'lm-studio',
  base: '/v1',
  nameOf: (family) => family.names.lmStudio,
  pages: { 'GET /api/v0/models': modelsV0, 'GET /api/v1/models': modelsV1, 'GET /v1/models': compatibleModels },
  dialects: { '/v1/chat/completions': chat, '/v1/completions': completion },
  // An address that it does not know is answered all the same: "Returning 200 anyway", says its log.
  unknown: (route) => json(200, { error: `Unexpected endpoint or method. (${route})` }),
};
