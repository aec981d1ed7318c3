// api.openai.com. Shapes: https://platform.openai.com/docs/api-reference/chat; refusals recorded in public in 2025 and 2026.
import type { Page } from '../answer.ts';
import { type ChunkShape, CREATED, chatFrames, DONE, event, openaiUsage } from './chunks.ts';
import { type Body, type Dialect, type Flavour, type Heard, json, notFound, type Served } from './flavour.ts';
import { effortWish, OPENAI_NAMES, promptTokens, readDials, wantsUsage } from './read-body.ts';

const KNOWN = [
  ...['model', 'messages', 'stream', 'stream_options', 'temperature', 'top_p', 'max_tokens', 'max_completion_tokens', 'stop'],
  ...['seed', 'frequency_penalty', 'presence_penalty', 'reasoning_effort', 'n', 'user', 'store', 'verbosity'],
];
/** A model that reasons takes these only at their default, or not at all. */
const DEFAULT_ONLY = { temperature: 1 } as const;
const NOT_AT_ALL = ['top_p', 'presence_penalty', 'frequency_penalty', 'stop'];

function refuse(message: string, param: string | null, code: string | null): { refusal: Page } {
  return { refusal: json(400, { error: { message, type: 'invalid_request_error', param, code } }) };
}

function refused(body: Body, reasons: boolean): { refusal: Page } | undefined {
  const unknown = Object.keys(body).find((field) => !KNOWN.includes(field));
  if (unknown) return refuse(`Unrecognized request argument supplied: ${unknown}`, null, null);
  const stops = body.stop;
  if (Array.isArray(stops) && stops.length > 4) {
    const message = `Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length ${stops.length} instead.`;
    return refuse(message, 'stop', 'array_above_max_length');
  }
  if (!reasons) {
    return body.reasoning_effort === undefined
      ? undefined
      : refuse('Unrecognized request argument supplied: reasoning_effort', null, null);
  }
  if (body.max_tokens !== undefined) {
    const message =
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    return refuse(message, 'max_tokens', 'unsupported_parameter');
  }
  for (const [field, only] of Object.entries(DEFAULT_ONLY)) {
    const value = body[field];
    if (value === undefined || value === only) continue;
    const message = `Unsupported value: '${field}' does not support ${String(value)} with this model. Only the default (${only}) value is supported.`;
    return refuse(message, field, 'unsupported_value');
  }
  const refusedField = NOT_AT_ALL.find((field) => body[field] !== undefined);
  if (!refusedField) return undefined;
  const message = `Unsupported parameter: '${refusedField}' is not supported with this model.`;
  return refuse(message, refusedField, 'unsupported_parameter');
}

/** Its reasoning models think out of sight: only the count of their thoughts comes out. */
function read(body: Body, { family, model, window }: Served): Heard | { refusal: Page } {
  const refusal = refused(body, family.tags !== undefined);
  if (refusal) return refusal;
  const prompt = promptTokens(body);
  if (prompt > window) {
    const message = `This model's maximum context length is ${window} tokens. However, your messages resulted in ${prompt} tokens. Please reduce the length of the messages.`;
    return refuse(message, 'messages', 'context_length_exceeded');
  }
  const wish = effortWish(body.reasoning_effort);
  const dials = readDials(body, OPENAI_NAMES);
  return { model, prompt, used: prompt, wish, dials, surface: 'nowhere', usage: wantsUsage(body) };
}

function shapeFor(model: string): ChunkShape {
  const frame = {
    id: 'chatcmpl-CVwQmB9dYx3k',
    object: 'chat.completion.chunk',
    created: CREATED,
    model,
    service_tier: 'default',
  };
  return {
    chunk: (choices, further = { usage: null }) => ({
      ...frame,
      system_fingerprint: null,
      choices,
      ...further,
      obfuscation: 'aZ3q',
    }),
    choice: (delta, finish) => ({ index: 0, delta, logprobs: null, finish_reason: finish }),
    first: { role: 'assistant', content: '', refusal: null },
    delta: (_field, text) => ({ content: text }),
    last: {},
  };
}

const chat: Dialect = {
  read,
  contentType: 'text/event-stream; charset=utf-8',
  *frames(speech, heard, { model }) {
    const shape = shapeFor(model);
    yield* chatFrames(speech, shape);
    const completion_tokens_details = { reasoning_tokens: speech.tokens.thoughts, audio_tokens: 0 };
    const usage = {
      ...openaiUsage(heard.used, speech),
      prompt_tokens_details: { cached_tokens: 0 },
      completion_tokens_details,
    };
    if (heard.usage) yield event(shape.chunk([], { usage }));
    yield DONE;
  },
  errorFrame: (message) => event({ error: { message, type: 'server_error', param: null, code: null } }),
};

export const openai: Flavour = {
  name: 'openai',
  base: '/v1',
  nameOf: (family) => (family.tags ? 'gpt-5-mini' : 'gpt-4.1-mini'),
  pages: {
    'GET /v1/models': ({ model }) =>
      json(200, {
        object: 'list',
        data: ['gpt-3.5-turbo', 'text-embedding-3-small', model].map((id) => ({
          id,
          object: 'model',
          created: CREATED,
          owned_by: 'system',
        })),
      }),
  },
  dialects: { '/v1/chat/completions': chat },
  unknown: notFound,
};
