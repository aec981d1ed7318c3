import type { Dial, ReplyPart, ReplyRequest } from '../../chat.ts';
import { BackendError, messageOf } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Backend, BackendFacts } from '../backend.ts';
import { untilAborted } from '../until-aborted.ts';
import { EngineFailure } from './process/engine-process.ts';
import { type EngineState, noteEngineState } from './process/engine-state.ts';
import { KeptEngine } from './process/kept-engine.ts';
import type { EngineFacts, OpenOrder } from './process/protocol.ts';
import { logProgress, resolveModel } from './resolve-model.ts';
import { eraseStates } from './sequences/states/erase-states.ts';
import type { LlamaSettings } from './settings.ts';

type LlamaSurroundings = {
  log: Logger;
  /** where models named by an address are kept */
  modelsFolder: string;
  /** where the states of sessions are saved, in a folder of its own; left out, nothing is saved */
  dataFolder?: string;
};

const HONOURS: readonly Dial[] = [
  ...(['temperature', 'maxTokens', 'topP', 'topK', 'minP', 'repeatPenalty'] as const),
  ...(['frequencyPenalty', 'presencePenalty', 'stop', 'dry', 'xtc', 'logitBias', 'seed'] as const),
];

/** A backend that runs llama.cpp in a process of its own. Nothing is loaded until it is first asked something. */
export function createLlamaBackend(name: string, settings: LlamaSettings, surroundings: LlamaSurroundings): Backend {
  const log = surroundings.log.child({ backend: name });
  const closing = new AbortController();
  const engine = new KeptEngine({ prepare, log, onState: note });
  let noting = Promise.resolve();

  async function prepare(): Promise<OpenOrder> {
    const { modelsFolder: directory, dataFolder } = surroundings;
    const file = await resolveModel(settings.model, { directory, onProgress: logProgress(log) }).catch((error: unknown) => {
      throw new EngineFailure('unreachable', messageOf(error));
    });
    return { name, file, settings, ...(dataFolder === undefined ? {} : { dataFolder }) };
  }

  /** For `doctor`; one after the other, so that the last state is the one that stands. */
  function note(state: EngineState): void {
    const { dataFolder } = surroundings;
    if (dataFolder === undefined) return;
    noting = noting
      .then(() => noteEngineState(dataFolder, name, state))
      .catch((error: unknown) => log.warn({ error }, 'the state of the engine cannot be noted in the data folder'));
  }

  /** Without an engine that could do it. */
  async function eraseSaved(session: string): Promise<void> {
    if (surroundings.dataFolder !== undefined) await eraseStates(surroundings.dataFolder, [session]);
  }

  const failed = (error: unknown): unknown => {
    if (!(error instanceof EngineFailure)) return error;
    if (!error.crashed) return new BackendError(name, error.failure, error.message);
    return new BackendError(
      name,
      'unreachable',
      `The engine ended while it was asked (${error.message}): it starts again by itself.`,
    );
  };

  return {
    name,
    async describe() {
      return await engine.running().then(
        ({ facts }) => describeEngine(facts, settings),
        (error: unknown) => Promise.reject(failed(error)),
      );
    },
    reply: (request, signal) => speak({ name, engine, failed, request, signal: AbortSignal.any([signal, closing.signal]) }),
    async peek(request, signal) {
      try {
        const { process } = await engine.running();
        return await process.ask('peek', { request }, signal);
      } catch (error) {
        signal.throwIfAborted();
        throw failed(error);
      }
    },
    async countTokens(texts) {
      try {
        const { process } = await engine.running();
        return { counts: await process.ask('count', { texts }), exact: true };
      } catch (error) {
        throw failed(error);
      }
    },
    async forget(session) {
      const { state } = engine.state;
      if (state !== 'ready') return await eraseSaved(session);
      const { process } = await engine.running();
      await process.ask('forget', { session }).catch(() => eraseSaved(session));
    },
    async close() {
      closing.abort();
      await engine.close();
      await noting;
    },
  };
}

type Speaking = {
  name: string;
  engine: KeptEngine;
  failed(error: unknown): unknown;
  request: ReplyRequest;
  signal: AbortSignal;
};

/** One reply of the engine, as the contract of backends has it. */
async function* speak({ name, engine, failed, request, signal }: Speaking): AsyncGenerator<ReplyPart> {
  const askedAt = performance.now();
  let spoke = false;
  const late: ReplyPart[] = [];
  try {
    const running = await untilAborted(() => engine.running(), signal);
    if (!running) return yield abortedAtOnce(askedAt);
    const openedMs = Math.round(performance.now() - askedAt);
    for await (const parts of running.process.reply(request, signal)) {
      if (!spoke) engine.works();
      spoke = true;
      const heard = parts.map((part) => (part.type === 'end' ? waited(part, openedMs) : part));
      if (signal.aborted) late.push(...heard);
      else yield* heard;
    }
    yield* joinTexts(late);
  } catch (error) {
    if (spoke && error instanceof EngineFailure && error.crashed) {
      const sentence = `The engine ended while it answered (${error.message}): what was said is kept, and it starts again by itself.`;
      throw new BackendError(name, 'broken-reply', sentence);
    }
    throw failed(error);
  }
}

/** What was on its way when the reader stopped it comes as one part. */
function joinTexts(parts: readonly ReplyPart[]): ReplyPart[] {
  const joined: ReplyPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last && last.type !== 'end' && part.type === last.type)
      joined[joined.length - 1] = { ...last, text: last.text + part.text };
    else joined.push(part);
  }
  return joined;
}

type End = Extract<ReplyPart, { type: 'end' }>;

/** The time in which the engine was opened is time in which the request waited. */
function waited(end: End, ms: number): End {
  return { ...end, usage: { ...end.usage, ms: { ...end.usage.ms, queue: end.usage.ms.queue + ms } } };
}

function abortedAtOnce(askedAt: number): End {
  const ms = { queue: Math.round(performance.now() - askedAt), prompt: 0, generate: 0 };
  return {
    type: 'end',
    reason: 'aborted',
    usage: { prompt: 0, reused: 0, evaluated: 0, reply: 0, reasoning: 0, exact: true, ms },
  };
}

function describeEngine({ model, contextTokens }: EngineFacts, { stage, censored }: LlamaSettings): BackendFacts {
  return {
    input: 'pieces',
    model: {
      name: model.name,
      hash: model.hash,
      ...(model.template === undefined ? {} : { template: model.template }),
      ...(model.bosToken === undefined ? {} : { bosToken: model.bosToken }),
      ...(model.eosToken === undefined ? {} : { eosToken: model.eosToken }),
      controlTexts: model.controlTexts,
      ...(stage === undefined ? { stage: model.stage, stageFrom: model.stageFrom } : { stage, stageFrom: 'settings' }),
      censored,
    },
    contextTokens,
    honours: HONOURS,
    flavour: 'llama',
  };
}
