import type { Dial } from '../../chat.ts';
import { BackendError, messageOf } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Backend, BackendFacts } from '../backend.ts';
import { type Engine, openEngine } from './open-engine.ts';
import { resolveModel } from './resolve-model.ts';
import type { LlamaSettings } from './settings.ts';
import { type Fail, speakReply } from './speak-reply.ts';

type LlamaSurroundings = {
  log: Logger;
  /** where models named by an address are kept */
  modelsFolder: string;
};

const HONOURS: readonly Dial[] = [
  ...(['temperature', 'maxTokens', 'topP', 'topK', 'minP', 'repeatPenalty'] as const),
  ...(['frequencyPenalty', 'presencePenalty', 'stop', 'seed'] as const),
];

/** A backend that runs llama.cpp in this process. Nothing is loaded until it is first asked something. */
export function createLlamaBackend(name: string, settings: LlamaSettings, surroundings: LlamaSurroundings): Backend {
  const log = surroundings.log.child({ backend: name });
  const closing = new AbortController();
  let opening: Promise<Engine> | undefined;
  let closed: Promise<void> | undefined;

  const fail: Fail = (failure, message, cause) =>
    new BackendError(name, failure, message, cause === undefined ? {} : { cause });

  /** The engine, loaded once; after a failure the next call tries again. */
  function engine(): Promise<Engine> {
    if (closing.signal.aborted) return Promise.reject(fail('unreachable', 'This backend was closed.'));
    opening ??= load().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  async function load(): Promise<Engine> {
    const file = await resolveModel(settings.model, { directory: surroundings.modelsFolder, log }).catch((error: unknown) => {
      throw fail('unreachable', messageOf(error), error);
    });
    return await openEngine(file, settings, log).catch((error: unknown) => {
      throw fail('rejected', messageOf(error), error);
    });
  }

  async function letGo(): Promise<void> {
    const loaded = await opening?.catch(() => undefined);
    await loaded?.close();
  }

  return {
    name,
    async describe() {
      return describeEngine(await engine(), settings);
    },
    async *reply(request, signal) {
      const stopping = AbortSignal.any([signal, closing.signal]);
      yield* speakReply({ engine, fail, request, signal: stopping });
    },
    async countTokens(texts) {
      const { tokeniser } = await engine();
      return { counts: texts.map((text) => tokeniser.content(text).length), exact: true };
    },
    close() {
      closing.abort();
      closed ??= letGo();
      return closed;
    },
  };
}

function describeEngine({ facts, contextTokens }: Engine, { stage, censored }: LlamaSettings): BackendFacts {
  return {
    input: 'pieces',
    model: {
      name: facts.name,
      hash: facts.hash,
      ...(facts.template === undefined ? {} : { template: facts.template }),
      ...(facts.bosToken === undefined ? {} : { bosToken: facts.bosToken }),
      ...(facts.eosToken === undefined ? {} : { eosToken: facts.eosToken }),
      controlTexts: facts.controlTexts,
      ...(stage === undefined ? { stage: facts.stage, stageFrom: facts.stageFrom } : { stage, stageFrom: 'settings' }),
      censored,
    },
    contextTokens,
    honours: HONOURS,
    flavour: 'llama',
  };
}
