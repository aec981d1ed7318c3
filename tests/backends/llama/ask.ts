import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Backend } from '../../../src/backends/backend.ts';
import { createLlamaBackend } from '../../../src/backends/llama/llama-backend.ts';
import { llamaSettingsSchema } from '../../../src/backends/llama/settings.ts';
import type { Piece, ReplyPart, ReplyRequest, Sampling, Usage } from '../../../src/chat.ts';
import { silentLog } from '../../../src/log.ts';

const GREEDY: Sampling = {
  ...{ temperature: 0, maxTokens: 32, topP: 1, topK: 0, minP: 0 },
  ...{ repeatPenalty: 1, frequencyPenalty: 0, presencePenalty: 0, stop: [] },
};

/**
 * A llama backend on one thread of the CPU, with two sequences.
 * @param dataFolder where it saves states; left out, it saves none
 */
export function openBackend(model: string, more: Record<string, unknown> = {}, dataFolder?: string): Backend {
  const standard = { kind: 'llama', gpu: 'off', threads: 1, contextSize: 2048, sequences: 2 };
  const settings = llamaSettingsSchema.parse({ ...standard, model, ...more });
  const modelsFolder = path.join(tmpdir(), 'troupe-no-models');
  return createLlamaBackend('pocket', settings, { log: silentLog(), modelsFolder, ...(dataFolder ? { dataFolder } : {}) });
}

/** The text as one message of a ChatML prompt. */
export function chatml(text: string): Piece[] {
  return [
    { text: '<|im_start|>user\n', control: true },
    { text, control: false },
    { text: '<|im_end|>\n<|im_start|>assistant\n', control: true },
  ];
}

export function request(text: string, dials: Partial<Sampling> = {}, over: Partial<ReplyRequest> = {}): ReplyRequest {
  return {
    rendered: { input: 'pieces', pieces: chatml(text) },
    sampling: { ...GREEDY, ...dials },
    ...{ thinking: 'off', seed: 1, session: 'test', persona: 'test' },
    ...over,
  };
}

export type Heard = { text: string; reasoning: string; reason: string; usage: Usage };

export async function hear(backend: Backend, asked: ReplyRequest, signal = new AbortController().signal): Promise<Heard> {
  const parts: ReplyPart[] = [];
  for await (const part of backend.reply(asked, signal)) parts.push(part);
  const said = (type: string) =>
    parts.flatMap((part) => (part.type === type && part.type !== 'end' ? [part.text] : [])).join('');
  const end = parts.at(-1);
  if (end?.type !== 'end') throw new Error('The reply has no end part.');
  return { text: said('text'), reasoning: said('reasoning'), reason: end.reason, usage: end.usage };
}
