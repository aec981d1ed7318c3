import path from 'node:path';
import type { Backend } from '../../src/backends/backend.ts';
import { backendSettingsSchema, createBackend } from '../../src/backends/create-backend.ts';
import { listen } from '../../src/bot/listen.ts';
import type { ReplyPart } from '../../src/chat.ts';
import { BackendError } from '../../src/errors.ts';
import { silentLog } from '../../src/log.ts';
import type { Answerer } from './chat.ts';

/** One thread: a second one would measure how two threads wait for each other. */
export const THREADS = 1;
/** Tokens of a prompt that are evaluated between two tokens of other replies; the engine's own default without a GPU. */
export const CHUNK = 128;

export type Opening = {
  model: string;
  /** of each sequence */
  contextTokens: number;
  sequences: number;
  /** where the engine saves what it evaluated; opened again with the same, it knows it again */
  dataFolder: string;
};

/** The engine as the bot opens it. Nothing is loaded until it is first asked something. */
export function openTroupe({ model, contextTokens, sequences, dataFolder }: Opening): Backend {
  const settings = backendSettingsSchema.parse({
    ...{ kind: 'llama', model, gpu: 'off', threads: THREADS, chunk: CHUNK, contextSize: contextTokens, sequences },
  });
  const modelsFolder = path.join(dataFolder, 'models');
  return createBackend('bench', settings, { log: silentLog(), readSecret: () => undefined, modelsFolder, dataFolder });
}

/** Asks the engine as the bot does. A model that ends at once has said nothing, which is no reply. */
export function answersOf(backend: Backend): Answerer {
  return async ({ chat, prepared, seed, signal = new AbortController().signal, onText = () => undefined }) => {
    const { rendered, sampling } = prepared;
    const { persona } = chat;
    const heardAt: number[] = [];
    const asked = { rendered, sampling, seed, thinking: persona.thinking, session: chat.id, persona: persona.id };
    const speaking = { backend: backend.name, persona: persona.name, maxTokens: sampling.maxTokens };
    const askedAt = performance.now();
    const parts = noteTexts(backend.reply(asked, signal), () => {
      heardAt.push(performance.now());
      onText();
    });
    const heard = await listen(parts, speaking, () => undefined).catch((error: unknown) => {
      if (error instanceof BackendError && error.failure === 'broken-reply') return undefined;
      throw error;
    });
    const usage = heard?.usage;
    return {
      text: heard?.text ?? '',
      askedAt,
      heardAt,
      tokens: { prompt: usage?.prompt ?? 0, evaluated: usage?.evaluated ?? 0, reply: usage?.reply ?? 0 },
    };
  };
}

async function* noteTexts(parts: AsyncIterable<ReplyPart>, note: () => void): AsyncGenerator<ReplyPart> {
  for await (const part of parts) {
    if (part.type === 'text') note();
    yield part;
  }
}
