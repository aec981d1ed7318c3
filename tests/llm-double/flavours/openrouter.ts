// OpenRouter. Shapes: https://openrouter.ai/docs (reasoning tokens, streaming, errors, models) and recorded answers of 2026.
import type { Wish } from '../families/family.ts';
import { type ChunkShape, CREATED, chatFrames, completionFrames, DONE, event, openaiUsage } from './chunks.ts';
import { type Body, type Dialect, type Flavour, type Heard, json, type Served } from './flavour.ts';
import { effortWish, OPENAI_NAMES, promptTokens, readDials, recordOf } from './read-body.ts';

const ID = 'gen-1761730200-Qm3kZr8TnV5wXyLcB1pD';
const NAMES = { ...OPENAI_NAMES, topK: ['top_k'], minP: ['min_p'], repeatPenalty: ['repetition_penalty'] };
const EFFORTS = ['max', 'xhigh', 'high', 'medium', 'low', 'minimal', 'none'];

function refuse(message: string) {
  return { refusal: json(400, { error: { message, code: 400 } }) };
}

/** What each endpoint supports differs; a parameter that the model's endpoint does not list is ignored. */
function supported({ family, variety }: Served): string[] {
  const always = ['max_tokens', 'temperature', 'top_p', 'stop', 'frequency_penalty', 'presence_penalty', 'seed'];
  const further = [['top_k', 'min_p', 'repetition_penalty'], ['top_k', 'repetition_penalty'], ['top_k']][variety % 3] ?? [];
  return [...always, ...further, ...(family.openRouter ? ['reasoning', 'include_reasoning'] : [])];
}

function read(body: Body, served: Served): Heard | ReturnType<typeof refuse> {
  const { family, model, window } = served;
  if (body.model !== model) return refuse(`${String(body.model)} is not a valid model ID`);
  const reasoning = recordOf(body.reasoning);
  const effort = reasoning.effort ?? body.reasoning_effort;
  if (effort !== undefined && !EFFORTS.includes(String(effort))) {
    return refuse(`reasoning.effort: Invalid option: expected one of ${EFFORTS.map((one) => `"${one}"`).join('|')}`);
  }
  const off = reasoning.enabled === false || effort === 'none' || reasoning.max_tokens === 0;
  if (off && family.openRouter === 'mandatory') {
    return refuse('Reasoning is mandatory for this endpoint and cannot be disabled.');
  }
  const prompt = promptTokens(body);
  const listed = Object.fromEntries(Object.entries(body).filter(([field]) => supported(served).includes(field)));
  const dials = readDials({ ...listed, max_completion_tokens: body.max_completion_tokens }, NAMES);
  const wanted = dials.maxTokens ?? 0;
  if (prompt + wanted > window) {
    const asked = `you requested about ${prompt + wanted} tokens (${prompt} of text input, ${wanted} in the output)`;
    return refuse(
      `This endpoint's maximum context length is ${window} tokens. However, ${asked}. Please reduce the length of either one.`,
    );
  }
  const hidden = reasoning.exclude === true || body.include_reasoning === false;
  const wish: Wish | undefined = off ? 'off' : (effortWish(effort) ?? (reasoning.enabled === true ? 'full' : undefined));
  return { model, prompt, used: prompt, wish, dials, surface: hidden ? 'nowhere' : 'reasoning', usage: true };
}

function shapeFor(model: string): ChunkShape {
  const frame = { id: ID, provider: 'DeepInfra', model, object: 'chat.completion.chunk', created: CREATED };
  return {
    chunk: (choices, further = {}) => ({ ...frame, choices, ...further }),
    choice: (delta, finish) => ({ index: 0, delta, finish_reason: finish, native_finish_reason: finish, logprobs: null }),
    delta: (field, text) => ({
      role: 'assistant',
      content: '',
      ...(field === 'content' ? { content: text } : thoughtDelta(text)),
    }),
    last: { role: 'assistant', content: '' },
  };
}

/** Thoughts come twice: plain, and in structured details. */
function thoughtDelta(text: string): Record<string, unknown> {
  return { reasoning: text, reasoning_details: [{ type: 'reasoning.text', text, format: 'unknown', index: 0 }] };
}

const chat: Dialect = {
  read,
  contentType: 'text/event-stream',
  *frames(speech, heard, { model }) {
    const shape = shapeFor(model);
    yield ': OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n';
    yield* chatFrames(speech, shape);
    const usage = {
      ...openaiUsage(heard.used, speech),
      cost: 0.00012,
      is_byok: false,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: speech.tokens.thoughts },
    };
    yield event(shape.chunk([shape.choice({ role: 'assistant', content: '' }, null)], { usage }));
    yield DONE;
  },
  errorFrame: (message) => event({ id: ID, error: { code: 502, message, metadata: { provider_name: 'DeepInfra' } } }),
};

const completion: Dialect = {
  ...chat,
  *frames(speech, _heard, { model }) {
    const frame = { id: ID, provider: 'DeepInfra', object: 'chat.completion.chunk', created: CREATED, model };
    yield* completionFrames(speech, (choice) => ({ ...frame, choices: [choice] }));
    yield DONE;
  },
};

function models(served: Served) {
  const { family, model, window } = served;
  const slug = { id: model, canonical_slug: `${model}-20261001`, hugging_face_id: family.names.hub, name: family.name };
  const architecture = { modality: 'text->text', input_modalities: ['text'], output_modalities: ['text'], tokenizer: 'Other' };
  return json(200, {
    data: [
      {
        ...slug,
        created: CREATED,
        description: '',
        context_length: window,
        architecture: { ...architecture, instruct_type: null },
        pricing: { prompt: '0.00000005', completion: '0.0000004' },
        top_provider: { context_length: window, max_completion_tokens: null, is_moderated: false },
        per_request_limits: null,
        supported_parameters: supported(served),
        default_parameters: {},
        ...(family.openRouter ? { reasoning: { mandatory: family.openRouter === 'mandatory' } } : {}),
      },
    ],
  });
}

export const openRouter: Flavour = {
  name: 'openrouter',
  base: '/api/v1',
  nameOf: (family) => family.names.openRouter,
  pages: { 'GET /api/v1/models': models },
  dialects: { '/api/v1/chat/completions': chat, '/api/v1/completions': completion },
  unknown: () => json(404, { error: { message: 'Not Found', code: 404 } }),
};
