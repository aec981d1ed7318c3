// vLLM. Shapes: vllm/entrypoints/openai/**/protocol.py and serving.py (2025 and 2026), https://github.com/vllm-project/vllm
import { Template } from '@huggingface/jinja';
import { tokensOf } from '../speech.ts';
import { type ChunkShape, CREATED, chatFrames, completionFrames, DONE, event, openaiUsage } from './chunks.ts';
import { type Body, type Dialect, type Flavour, type Heard, json, type Served } from './flavour.ts';
import { messagesOf, OPENAI_NAMES, promptTokens, readDials, recordOf, templateWish, wantsUsage } from './read-body.ts';

const ID = 'chatcmpl-4be1f0c2a9d84c77a2f0d5f3b6c1e890';
/** `repeat_penalty` is not among them: an unknown field is ignored, with a line in the server's log. */
const NAMES = { ...OPENAI_NAMES, topK: ['top_k'], minP: ['min_p'], repeatPenalty: ['repetition_penalty'] };
const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

function refuse(message: string, param: string | null = null) {
  return { refusal: json(400, { error: { message, type: 'BadRequestError', param, code: 400 } }) };
}

function read(body: Body, served: Served): Heard | ReturnType<typeof refuse> {
  const { family, window, model, variety } = served;
  if (body.model !== model) {
    const message = `The model \`${String(body.model)}\` does not exist.`;
    return { refusal: json(404, { error: { message, type: 'NotFoundError', param: 'model', code: 404 } }) };
  }
  if (family.mistralTokenizer && (body.chat_template ?? body.chat_template_kwargs)) {
    return refuse('chat_template is not supported for Mistral tokenizers.');
  }
  const effort = body.reasoning_effort;
  if (effort !== undefined && effort !== null && !EFFORTS.includes(String(effort))) {
    const allowed = EFFORTS.map((one) => `'${one}'`).join(', ');
    return refuse(
      `1 validation error:\n  {'type': 'literal_error', 'loc': ('body', 'reasoning_effort'), 'msg': "Input should be ${allowed}"}`,
    );
  }
  const dials = readDials(body, NAMES);
  const prompt = promptTokens(body);
  const wanted = dials.maxTokens ?? 0;
  if (prompt + wanted > window) {
    const needs = `However, you requested ${wanted} output tokens and your prompt contains at least ${prompt} input tokens, for a total of at least ${prompt + wanted} tokens.`;
    return refuse(
      `This model's maximum context length is ${window} tokens. ${needs} Please reduce the length of the input prompt or the number of requested output tokens.`,
      'input_tokens',
    );
  }
  const surface = body.include_reasoning === false ? 'nowhere' : variety % 2 === 0 ? 'reasoning' : 'reasoning_content';
  return { model, prompt, used: prompt, wish: templateWish(body, family), dials, surface, usage: wantsUsage(body) };
}

function shapeFor(model: string): ChunkShape {
  const frame = { id: ID, object: 'chat.completion.chunk', created: CREATED, model };
  return {
    chunk: (choices, further = {}) => ({ ...frame, choices, ...further }),
    choice: (delta, finish) => ({ index: 0, delta, logprobs: null, finish_reason: finish, token_ids: null }),
    first: { role: 'assistant', content: '' },
    delta: (field, text) => ({ [field]: text }),
    last: { content: '' },
  };
}

const chat: Dialect = {
  read,
  contentType: 'text/event-stream; charset=utf-8',
  *frames(speech, heard, { model }) {
    const shape = shapeFor(model);
    yield* chatFrames(speech, shape);
    if (heard.usage) yield event(shape.chunk([], { usage: openaiUsage(heard.used, speech) }));
    yield DONE;
  },
  errorFrame: (message) => event({ error: { message, type: 'InternalServerError', param: null, code: 500 } }) + DONE,
};

const completion: Dialect = {
  ...chat,
  *frames(speech, heard, { model }) {
    const frame = { id: 'cmpl-9d0e', object: 'text_completion', created: CREATED, model };
    yield* completionFrames(speech, (choice) => ({ ...frame, choices: [choice], usage: null }));
    if (heard.usage) yield event({ ...frame, choices: [], usage: openaiUsage(heard.used, speech) });
    yield DONE;
  },
};

function models({ model, window }: Served) {
  const permission = [
    { id: 'modelperm-1', object: 'model_permission', created: CREATED, allow_sampling: true, is_blocking: false },
  ];
  const card = { id: model, object: 'model', created: CREATED, owned_by: 'vllm', root: model, parent: null };
  return json(200, { object: 'list', data: [{ ...card, max_model_len: window, permission }] });
}

function tokenize({ window, family }: Served, body: Body) {
  const text = typeof body.prompt === 'string' ? body.prompt : undefined;
  if (text === undefined && body.return_token_strs === true && !family.mistralTokenizer) {
    const given = { messages: messagesOf(body), add_generation_prompt: body.add_generation_prompt !== false };
    const strings = tokensOf(new Template(family.template).render({ ...given, ...recordOf(body.chat_template_kwargs) }));
    return json(200, { count: strings.length, max_model_len: window, tokens: strings.map((_, at) => at), token_strs: strings });
  }
  const tokens =
    text === undefined ? Array.from({ length: promptTokens(body) }, (_, at) => at) : tokensOf(text).map((_, at) => at);
  // A string gets its beginning mark unless it is asked to go without.
  if (text !== undefined && body.add_special_tokens !== false) tokens.unshift(1);
  return json(200, { count: tokens.length, max_model_len: window, tokens, token_strs: null });
}

export const vllm: Flavour = {
  name: 'vllm',
  base: '/v1',
  nameOf: (family) => family.names.hub,
  pages: {
    'GET /health': () => ({ status: 200, body: '' }),
    'GET /version': () => json(200, { version: '0.17.1' }),
    'GET /v1/models': models,
    'POST /tokenize': tokenize,
  },
  dialects: { '/v1/chat/completions': chat, '/v1/completions': completion },
  unknown: () => json(404, { detail: 'Not Found' }),
};
