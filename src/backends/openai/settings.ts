import { z } from 'zod';
import { FLAVOUR_NAMES } from './flavours/flavour.ts';

export const OPENAI_URL = 'https://api.openai.com/v1';

/** Fields of the request's body that come from Troupe and the persona, so that nothing else may set them. */
const OWN_FIELDS = new Set([
  ...['model', 'messages', 'prompt', 'raw', 'stream', 'stream_options', 'n', 'seed', 'temperature', 'stop'],
  ...['max_tokens', 'max_completion_tokens', 'top_p', 'top_k', 'min_p'],
  ...['frequency_penalty', 'presence_penalty', 'repeat_penalty', 'repetition_penalty'],
]);
/** The same inside of `options`, where Ollama has them. */
const OWN_OPTIONS = new Set([...OWN_FIELDS, 'num_predict']);

/** Built-in fetch gives up after five minutes of silence whatever is asked of it. */
const LONGEST_SILENCE_MS = 300_000;

const USUAL_ADDRESSES: Readonly<Record<string, string>> = {
  'llama-server': 'http://127.0.0.1:8080/v1',
  ollama: 'http://127.0.0.1:11434/v1',
  'lm-studio': 'http://127.0.0.1:1234/v1',
  vllm: 'http://127.0.0.1:8000/v1',
  openrouter: 'https://openrouter.ai/api/v1',
};

const baseUrlSchema = z
  .url({ protocol: /^https?$/, error: 'expected an address like http://127.0.0.1:8080/v1' })
  .refine((text) => !/^[a-z]+:\/\/[^/?#]*@/i.test(text), 'may hold no user name or password: name the key with apiKeyEnv');

const extraBodySchema = z.record(z.string(), z.json()).superRefine((fields, context) => {
  const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
  const message = 'is set by Troupe or by the persona and cannot be set here';
  for (const field of Object.keys(fields).filter((name) => OWN_FIELDS.has(name))) refuse([field], message);
  const { options } = fields;
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return refuse(['options'], 'expected a map');
  for (const field of Object.keys(options).filter((name) => OWN_OPTIONS.has(name))) refuse(['options', field], message);
  if ('num_ctx' in options) refuse(['options', 'num_ctx'], "is set by the backend's contextTokens and cannot be set here");
});

const timeoutsSchema = z.strictObject({
  connectMs: z
    .int()
    .positive()
    .default(10_000)
    .describe('ms until the server has answered a question about itself (GET /models, /props)'),
  firstTokenMs: z
    .int()
    .positive()
    .max(LONGEST_SILENCE_MS)
    .default(120_000)
    .describe('ms until the first word of a reply; the server reads the prompt in this time'),
  stallMs: z
    .int()
    .positive()
    .max(LONGEST_SILENCE_MS)
    .default(60_000)
    .describe('ms without a further word, keep-alive pings not counted'),
});

/** The settings of a backend that speaks to an OpenAI-compatible server. */
export const openaiSettingsSchema = z
  .strictObject({
    kind: z.literal('openai').describe('an OpenAI-compatible server'),
    baseUrl: baseUrlSchema.default(OPENAI_URL).describe('address of the API, with its /v1'),
    flavour: z
      .enum(['auto', ...FLAVOUR_NAMES])
      .default('auto')
      .describe('which server it is; auto finds out by its address and its pages'),
    mode: z
      .enum(['chat', 'completion'])
      .default('chat')
      .describe(
        'chat sends messages, and the server writes the template; completion sends the whole prompt as text, for base models',
      ),
    model: z
      .string()
      .min(1)
      .optional()
      .describe('model to ask for; left out, the one that is loaded, else the first that the server lists'),
    apiKeyEnv: z
      .string()
      .min(1)
      .default('OPENAI_API_KEY')
      .describe('environment variable that holds the key; only api.openai.com must have one'),
    stage: z
      .enum(['base', 'instruct', 'chat'])
      .optional()
      .describe(
        'what the model was trained for, which decides the layout of the prompt; left out, guessed from name and template',
      ),
    censored: z.boolean().default(true).describe('whether the model was trained to refuse'),
    contextTokens: z
      .int()
      .min(256)
      .optional()
      .describe('context window in tokens; left out, what the server says, else 8192; Ollama is asked to serve so much'),
    extraBody: extraBodySchema.default({}).describe('further fields for the body of each request, as the server names them'),
    headers: z.record(z.string(), z.string()).default({}).describe('further headers for each request; no secrets here'),
    timeouts: timeoutsSchema.prefault({}).describe('how long to wait, in ms: connectMs, firstTokenMs, stallMs'),
  })
  .superRefine(({ flavour, baseUrl }, context) => {
    const usual = USUAL_ADDRESSES[flavour];
    if (usual === undefined || baseUrl !== OPENAI_URL) return;
    context.addIssue({ code: 'custom', path: ['baseUrl'], message: `must be set for ${flavour}, usually to ${usual}` });
  });

export type OpenaiSettings = z.infer<typeof openaiSettingsSchema>;
