// Ollama: its own API and the OpenAI-compatible one. Shapes: docs/api.md, docs/capabilities/thinking.mdx, server/routes.go,
// openai/openai.go (2025 and 2026), https://github.com/ollama/ollama
import type { Wish } from '../families/family.ts';
import type { Speech, Surface } from '../speech.ts';
import { type ChunkShape, CREATED, chatFrames, completionFrames, DONE, event, openaiUsage } from './chunks.ts';
import { type Body, type Dialect, type Flavour, type Heard, type HeardDials, json, type Served } from './flavour.ts';
import { effortWish, messagesOf, OPENAI_NAMES, promptTokens, readDials, recordOf, wantsUsage } from './read-body.ts';

const AT = '2026-10-29T09:30:00.417218Z';
const NATIVE_NAMES = {
  ...OPENAI_NAMES,
  maxTokens: ['num_predict'],
  topK: ['top_k'],
  minP: ['min_p'],
  repeatPenalty: ['repeat_penalty'],
};
const LEVELS = ['low', 'medium', 'high', 'max'];

type Refusal = { refusal: ReturnType<typeof json> };

/** Its native errors are a string; the compatible API wraps them. */
function refuse(status: number, message: string): Refusal {
  return { refusal: json(status, { error: message }) };
}

function readNative(body: Body, served: Served): Heard | Refusal {
  const options = recordOf(body.options);
  const numCtx = typeof options.num_ctx === 'number' ? options.num_ctx : undefined;
  return hear(body, served, { think: body.think, dials: readDials(options, NATIVE_NAMES), ...(numCtx ? { numCtx } : {}) });
}

/** The compatible API knows no `num_ctx` and of the sampling only OpenAI's fields. */
function readCompatible(body: Body, served: Served): Heard | Refusal {
  const effort = recordOf(body.reasoning).effort ?? body.reasoning_effort;
  const think = effort === 'none' ? false : effort;
  const heard = hear(body, served, { think, dials: readDials(body, OPENAI_NAMES) });
  if (!('refusal' in heard)) return heard.surface === 'thinking' ? { ...heard, surface: 'reasoning' } : heard;
  const { error } = JSON.parse(heard.refusal.body) as { error: string };
  const type = heard.refusal.status === 404 ? 'not_found_error' : 'invalid_request_error';
  return { refusal: json(heard.refusal.status, { error: { message: error, type, param: null, code: null } }) };
}

type Given = { think: unknown; dials: HeardDials; numCtx?: number };

function hear(body: Body, served: Served, { think, dials, numCtx }: Given): Heard | Refusal {
  const { model, family, window, trained } = served;
  if (body.model !== model) return refuse(404, `model "${String(body.model)}" not found, try pulling it first`);
  if (typeof think === 'string' && !LEVELS.includes(think)) {
    return refuse(400, `invalid think value: "${think}" (must be "high", "medium", "low", "max", true, or false)`);
  }
  if (think && !family.ollama.thinks) return refuse(400, `"${model}" does not support thinking`);
  served.loaded = Math.min(numCtx ?? window, trained);
  const prompt = promptTokens(body);
  const used = usedTokens(body, served.loaded);
  const wish = wishOf(think, served);
  const surface = surfaceOf(think, served);
  return { model, prompt, used, wish, dials, surface, usage: wantsUsage(body), numCtx: numCtx ?? 'default' };
}

function wishOf(think: unknown, { family }: Served): Wish | undefined {
  if (!family.ollama.thinks) return undefined;
  if (think === false) return family.ollama.values?.includes(false) ? 'off' : 'full';
  return think === undefined || think === null || think === true ? 'full' : effortWish(think);
}

/** Thoughts are parsed only where they were asked for; those of gpt-oss always. */
function surfaceOf(think: unknown, { family }: Served): Surface {
  const parsed = family.ollama.thinks && (think !== false || family.name === 'gpt-oss');
  return parsed ? 'thinking' : 'content';
}

/** Old messages are left out until the prompt fits, the system's and the last one excepted; then the beginning goes. No word of it. */
function usedTokens(body: Body, context: number): number {
  const messages = messagesOf(body);
  for (let from = 0; from < messages.length; from++) {
    const kept = messages.filter(({ role }, at) => at >= from || role === 'system');
    const tokens = promptTokens({ messages: kept });
    if (tokens <= context) return tokens;
  }
  return Math.min(messages.length > 0 ? context : promptTokens(body), context);
}

function counts(speech: Speech, heard: Heard) {
  const durations = { total_duration: 5_191_566_416, load_duration: 41_041_375, prompt_eval_duration: 187_562_000 };
  return { ...durations, prompt_eval_count: heard.used, eval_count: speech.tokens.completion, eval_duration: 4_842_000_000 };
}

const native: Dialect = {
  read: readNative,
  contentType: 'application/x-ndjson',
  *frames(speech, heard, { model }) {
    const line = (fields: Record<string, unknown>) => `${JSON.stringify({ model, created_at: AT, ...fields })}\n`;
    for (const { field, text } of speech.pieces) {
      const message = { role: 'assistant', content: '', [field]: text };
      yield line({ message, done: false });
    }
    const message = { role: 'assistant', content: '' };
    yield line({ message, done: true, done_reason: speech.finish, ...counts(speech, heard) });
  },
  errorFrame: (message) => `${JSON.stringify({ error: message })}\n`,
};

const generate: Dialect = {
  ...native,
  *frames(speech, heard, { model }) {
    const line = (fields: Record<string, unknown>) => `${JSON.stringify({ model, created_at: AT, ...fields })}\n`;
    for (const { text } of speech.pieces) yield line({ response: text, done: false });
    yield line({ response: '', done: true, done_reason: speech.finish, ...counts(speech, heard) });
  },
};

function shapeFor(model: string): ChunkShape {
  const frame = {
    id: 'chatcmpl-417',
    object: 'chat.completion.chunk',
    created: CREATED,
    model,
    system_fingerprint: 'fp_ollama',
  };
  return {
    chunk: (choices, further = {}) => ({ ...frame, choices, ...further }),
    choice: (delta, finish) => ({ index: 0, delta, finish_reason: finish }),
    delta: (field, text) => ({ role: 'assistant', content: '', [field]: text }),
    last: { role: 'assistant', content: '' },
  };
}

const compatible: Dialect = {
  read: readCompatible,
  contentType: 'text/event-stream',
  *frames(speech, heard, { model }) {
    const shape = shapeFor(model);
    yield* chatFrames(speech, shape);
    if (heard.usage) yield event(shape.chunk([], { usage: openaiUsage(heard.used, speech) }));
    yield DONE;
  },
  errorFrame: (message) => event({ error: { message, type: 'api_error', param: null, code: null } }),
};

const completion: Dialect = {
  ...compatible,
  *frames(speech, heard, { model }) {
    const frame = { id: 'cmpl-417', object: 'text_completion', created: CREATED, model, system_fingerprint: 'fp_ollama' };
    yield* completionFrames(speech, (choice) => ({ ...frame, choices: [choice] }));
    if (heard.usage) yield event({ ...frame, choices: [], usage: openaiUsage(heard.used, speech) });
    yield DONE;
  },
};

const DETAILS = {
  parent_model: '',
  format: 'gguf',
  family: 'made',
  families: ['made'],
  parameter_size: '8.2B',
  quantization_level: 'Q4_K_M',
};
const DIGEST = '500a1f067a9f782620b40bee6f7b0c89e17ae61f686b92c24933e4ca4b2b8b41';

function show({ family, trained, model }: Served, body: Body) {
  if ((body.model ?? body.name) !== model) return json(404, { error: `model '${String(body.model)}' not found` });
  const { thinks, values } = family.ollama;
  return json(200, {
    modelfile: `# Modelfile generated by "ollama show"\nFROM ${model}\n`,
    parameters: 'stop                           "<|im_end|>"\ntemperature                    0.6',
    template: '{{- range .Messages }}{{ .Role }}: {{ .Content }}\n{{ end }}',
    details: DETAILS,
    model_info: { 'general.architecture': 'made', 'general.parameter_count': 8_190_735_360, 'made.context_length': trained },
    capabilities: ['completion', ...(thinks ? ['thinking'] : [])],
    ...(values ? { thinking: { values, default: values.includes('medium') ? 'medium' : true } } : {}),
    modified_at: AT,
  });
}

function ps({ model, loaded }: Served) {
  const entry = { name: model, model, size: 6_591_830_464, digest: DIGEST, details: DETAILS, expires_at: AT };
  return json(200, { models: loaded === undefined ? [] : [{ ...entry, size_vram: 6_591_830_464, context_length: loaded }] });
}

function tags({ model }: Served) {
  return json(200, {
    models: [{ name: model, model, modified_at: AT, size: 5_225_388_164, digest: DIGEST, details: DETAILS }],
  });
}

function compatibleModels({ model }: Served) {
  return json(200, { object: 'list', data: [{ id: model, object: 'model', created: CREATED, owned_by: 'library' }] });
}

const plain = { 'content-type': 'text/plain' };

export const ollama: Flavour = {
  name: 'ollama',
  base: '/v1',
  nameOf: (family) => family.names.ollama,
  pages: {
    'GET /': () => ({ status: 200, headers: plain, body: 'Ollama is running' }),
    'GET /api/version': () => json(200, { version: '0.40.12' }),
    'GET /api/tags': tags,
    'GET /api/ps': ps,
    'POST /api/show': show,
    'GET /v1/models': compatibleModels,
  },
  dialects: {
    '/api/chat': native,
    '/api/generate': generate,
    '/v1/chat/completions': compatible,
    '/v1/completions': completion,
  },
  unknown: () => ({ status: 404, headers: plain, body: '404 page not found' }),
};
