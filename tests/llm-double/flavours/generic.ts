// Any other server that speaks the protocol. They say nothing of themselves, quote the model as it writes, and differ in what they
// do with fields that they do not know: some read them, some refuse them, each in its own words (answers recorded in public in 2025 and
// 2026: Groq and Cerebras, Mistral's API, Azure and older OpenAI).
import type { Page } from '../answer.ts';
import { type ChunkShape, CREATED, chatFrames, completionFrames, DONE, event, openaiUsage } from './chunks.ts';
import { type Body, type Dialect, type Flavour, type Heard, json, notFound, type Served } from './flavour.ts';
import { OPENAI_NAMES, promptTokens, readDials, wantsUsage } from './read-body.ts';

const LENIENT = {
  ...{ ...OPENAI_NAMES, topK: ['top_k'], minP: ['min_p'], repeatPenalty: ['repeat_penalty'] },
  ...{ dry: ['dry_multiplier'], xtc: ['xtc_probability'] },
};
const KNOWN = ['model', 'messages', 'prompt', 'stream', 'stream_options', 'temperature', 'top_p', 'max_tokens', 'stop'];

type Strictness = { known: readonly string[]; refuse(unknown: readonly string[], body: Body): Page };

const GROQ: Strictness = {
  known: [...KNOWN, 'seed', 'max_completion_tokens', 'reasoning_effort'],
  refuse: ([first = '']) =>
    json(400, { error: { message: `property '${first}' is unsupported`, type: 'invalid_request_error' } }),
};

const MISTRAL: Strictness = {
  known: [...KNOWN, 'frequency_penalty', 'presence_penalty', 'random_seed', 'reasoning_effort'],
  refuse(unknown, body) {
    const detail = unknown.map((field) => {
      const what = { type: 'extra_forbidden', loc: ['body', field], msg: 'Extra inputs are not permitted' };
      return { ...what, input: body[field] };
    });
    const told = { object: 'error', message: { detail }, type: 'invalid_request_error', param: null, code: null };
    return json(422, { ...told, raw_status_code: 422 });
  },
};

const AZURE: Strictness = {
  known: [...KNOWN, 'seed', 'frequency_penalty', 'presence_penalty', 'max_completion_tokens'],
  refuse(unknown) {
    const plural = unknown.length > 1 ? 's' : '';
    const message = `Unrecognized request argument${plural} supplied: ${[...unknown].sort().join(', ')}`;
    return json(400, { error: { message, type: 'invalid_request_error', param: null, code: null } });
  },
};

/** Every fourth server is of each kind. */
function strictnessOf({ variety }: Served): Strictness | undefined {
  return [undefined, GROQ, MISTRAL, AZURE][variety % 4];
}

function read(body: Body, served: Served): Heard | { refusal: Page } {
  const strict = strictnessOf(served);
  const unknown = Object.keys(body).filter((field) => strict && !strict.known.includes(field));
  if (strict && unknown.length > 0) return { refusal: strict.refuse(unknown, body) };
  const prompt = promptTokens(body);
  const dials = readDials(body, strict ? OPENAI_NAMES : LENIENT);
  const used = Math.min(prompt, served.window);
  return { model: served.model, prompt, used, wish: undefined, dials, surface: 'content', usage: wantsUsage(body) };
}

function shapeFor(model: string): ChunkShape {
  const frame = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: CREATED, model };
  return {
    chunk: (choices, further = {}) => ({ ...frame, choices, ...further }),
    choice: (delta, finish) => ({ index: 0, delta, finish_reason: finish }),
    first: { role: 'assistant' },
    delta: (field, text) => ({ [field]: text }),
    last: {},
  };
}

const chat: Dialect = {
  read,
  contentType: 'text/event-stream',
  *frames(speech, heard, { model }) {
    const shape = shapeFor(model);
    yield* chatFrames(speech, shape);
    if (heard.usage) yield event(shape.chunk([], { usage: openaiUsage(heard.used, speech) }));
    yield DONE;
  },
  errorFrame: (message) => event({ error: { message } }),
};

const completion: Dialect = {
  ...chat,
  *frames(speech, heard, { model }) {
    const frame = { id: 'cmpl-1', object: 'text_completion', created: CREATED, model };
    yield* completionFrames(speech, (choice) => ({ ...frame, choices: [choice] }));
    if (heard.usage) yield event({ ...frame, choices: [], usage: openaiUsage(heard.used, speech) });
    yield DONE;
  },
};

export const generic: Flavour = {
  name: 'generic',
  base: '/v1',
  nameOf: (family) => family.names.hub.split('/')[1] ?? family.names.hub,
  pages: {
    'GET /v1/models': ({ model }) =>
      json(200, { object: 'list', data: [{ id: model, object: 'model', created: CREATED, owned_by: 'somebody' }] }),
  },
  dialects: { '/v1/chat/completions': chat, '/v1/completions': completion },
  unknown: notFound,
};
