import { APIError } from 'openai';
import type { BackendError } from '../../../errors.ts';

/** Sentences in which servers say how much they take: OpenAI and vLLM, llama-server, OpenRouter, LM Studio. */
const LIMITS: readonly RegExp[] = [
  /"n_ctx":\s*(\d+)/,
  /maximum context length (?:of|is) (\d+)/i,
  /context (?:size|length|window)(?: of| is)? \(?(\d+)/i,
  /max_model_len\D{1,20}(\d+)/i,
];

/** The tokens that the server says it takes, when it refused a prompt as too long; undefined where it names no number. */
export function readLimit(error: BackendError): number | undefined {
  const { cause } = error;
  const words = `${error.message} ${cause instanceof APIError ? JSON.stringify(cause.error ?? '') : ''}`;
  const found = LIMITS.map((pattern) => pattern.exec(words)?.[1]).find((digits) => digits !== undefined);
  return found === undefined ? undefined : Number(found);
}
