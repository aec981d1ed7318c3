// The ways in which real servers refuse, as answers of the double. Wordings follow what each server sends.
import type { Answer } from './answer.ts';

function jsonError(status: number, error: Record<string, unknown>, headers: Record<string, string> = {}): Answer {
  return { page: { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ error }) } };
}

export const faults = {
  wrongKey: (key = 'sk-wrong'): Answer =>
    jsonError(401, { message: `Incorrect API key provided: ${key}.`, type: 'invalid_request_error', code: 'invalid_api_key' }),
  forbidden: (): Answer => jsonError(403, { message: 'You do not have access to this model.' }),
  noSuchModel: (model: string): Answer => jsonError(404, { message: `model "${model}" not found, try pulling it first` }),
  badRequest: (message = "Unsupported parameter: 'min_p'"): Answer =>
    jsonError(400, { message, type: 'invalid_request_error' }),
  unprocessable: (): Answer => jsonError(422, { message: 'temperature: Input should be less than or equal to 2' }),
  rateLimited: (retryAfter = '7'): Answer =>
    jsonError(429, { message: 'Rate limit reached for requests', code: 'rate_limit_exceeded' }, { 'retry-after': retryAfter }),
  noCredit: (): Answer =>
    jsonError(429, { message: 'You exceeded your current quota, please check your plan.', code: 'insufficient_quota' }),
  tooLong: (): Answer =>
    jsonError(400, {
      message: "This model's maximum context length is 4096 tokens. However, your messages resulted in 5012 tokens.",
      code: 'context_length_exceeded',
    }),
  tooLongForSlot: (): Answer =>
    jsonError(400, {
      code: 400,
      message: 'the request exceeds the available context size, try increasing it',
      type: 'exceed_context_size_error',
      n_prompt_tokens: 5012,
      n_ctx: 4096,
    }),
  broken: (): Answer => jsonError(500, { message: 'Internal server error' }),
  loading: (): Answer => jsonError(503, { message: 'Loading model', type: 'unavailable_error', code: 503 }),
  badGateway: (): Answer => ({
    page: { status: 502, headers: { 'content-type': 'text/html' }, body: '<html><body><h1>502 Bad Gateway</h1></body></html>' },
  }),
  webPage: (): Answer => ({
    page: {
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8' },
      body: '<!doctype html><html><head><title>Router login</title></head><body>Please log in</body></html>',
    },
  }),
  otherJson: (): Answer => ({
    page: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"hello":"world"}' },
  }),
  errorWithStatus200: (): Answer => ({
    page: {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"error":{"message":"Model crashed while loading"}}',
    },
  }),
  hang: (): Answer => ({ silent: 'hang' }),
  reset: (): Answer => ({ silent: 'reset' }),
} as const;
