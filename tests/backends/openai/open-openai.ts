import type { Backend } from '../../../src/backends/backend.ts';
import { createOpenaiBackend } from '../../../src/backends/openai/openai-backend.ts';
import { openaiSettingsSchema } from '../../../src/backends/openai/settings.ts';
import type { ReplyPart, ReplyRequest, Sampling } from '../../../src/chat.ts';
import { type Logger, silentLog } from '../../../src/log.ts';

export const SAMPLING: Sampling = {
  temperature: 0.85,
  maxTokens: 300,
  topP: 0.92,
  topK: 37,
  minP: 0.04,
  repeatPenalty: 1.07,
  frequencyPenalty: 0.3,
  presencePenalty: -0.2,
  stop: [],
};

export type OpenSettings = Record<string, unknown> & { key?: string; log?: Logger; now?: () => number };

/** The real backend, as the configuration makes it, for a server at this address. */
export function openOpenai(baseUrl: string, { key, log, now, ...settings }: OpenSettings = {}): Backend {
  const parsed = openaiSettingsSchema.parse({ kind: 'openai', baseUrl, ...settings });
  const readSecret = (name: string) => (name === parsed.apiKeyEnv ? key : undefined);
  return createOpenaiBackend('main', parsed, { log: log ?? silentLog(), readSecret, ...(now ? { now } : {}) });
}

export function request(text: string, dials: Partial<Sampling> = {}, over: Partial<ReplyRequest> = {}): ReplyRequest {
  return {
    rendered: { input: 'messages', messages: [{ role: 'user', content: text }] },
    sampling: { ...SAMPLING, ...dials },
    thinking: 'off',
    seed: 42,
    session: 'c1',
    persona: 'rook',
    ...over,
  };
}

export type Heard = { parts: ReplyPart[]; text: string; reasoning: string; end: ReplyPart | undefined; error: unknown };

/** Reads a reply to its end, whether that is an end part or an error, and keeps what came before. */
export async function hear(backend: Backend, asked: ReplyRequest, signal = new AbortController().signal): Promise<Heard> {
  const parts: ReplyPart[] = [];
  let error: unknown;
  try {
    for await (const part of backend.reply(asked, signal)) parts.push(part);
  } catch (thrown) {
    error = thrown;
  }
  const join = (type: 'text' | 'reasoning') => parts.map((part) => (part.type === type ? part.text : '')).join('');
  return { parts, text: join('text'), reasoning: join('reasoning'), end: parts.find((part) => part.type === 'end'), error };
}
