import type { Llama, LlamaContext, LlamaModel } from 'node-llama-cpp';
import { messageOf, TroupeError } from '../../../errors.ts';
import type { Logger } from '../../../log.ts';
import { inspectModel, type ModelFacts } from '../gguf/inspect-model.ts';
import type { OpenOrder } from '../process/protocol.ts';
import { createRhythm, type Rhythm } from '../sequences/rhythm.ts';
import { SequenceKeeper } from '../sequences/sequence-keeper.ts';
import { fingerprintOf } from '../sequences/states/fingerprint.ts';
import { KeyedTurns } from '../sequences/states/keyed-turns.ts';
import { chooseStatePlaces } from '../sequences/states/state-places.ts';
import { openStateStore, type StateStore } from '../sequences/states/state-store.ts';
import type { LlamaSettings } from '../settings.ts';
import { findMarkTokens, type MarkTokens } from '../tokens/mark-tokens.ts';
import { createTokeniser, type Tokeniser } from '../tokens/tokenise-pieces.ts';
import { chooseMemory } from './choose-memory.ts';
import { type OpenedLlama, openLlama } from './open-llama.ts';

/** A loaded model with its context. */
export type Engine = {
  facts: ModelFacts;
  model: LlamaModel;
  tokeniser: Tokeniser;
  marks: MarkTokens;
  sequences: SequenceKeeper;
  rhythm: Rhythm;
  /** long prompts are evaluated chunk by chunk, one chunk of one prompt at a time */
  promptTurns: KeyedTurns;
  /** tokens of prompt and reply together, of each sequence */
  contextTokens: number;
  /** 'cuda', 'vulkan', 'metal', or 'none' */
  gpu: string;
  /** prompt tokens evaluated at once, while no other reply runs and while one does */
  batchTokens: number;
  chunkTokens: number;
  close(): Promise<void>;
};

const LARGEST_AUTO_CONTEXT_TOKENS = 8192;
const DEFAULT_BATCH_TOKENS = 512;
const GPU_CHUNK_TOKENS = 512;
/** A processor takes some 10 ms for each token of a prompt where the model is large. */
const CPU_CHUNK_TOKENS = 128;
const NEVER_SHIFT = {
  strategy: (): never => {
    throw new Error('The context is full, and it is never shifted.');
  },
};
const CLOSE_DEADLINE_MS = 3000;

/**
 * Throws TroupeError: what is wrong, with which file, what to do. Nothing stays loaded then.
 * @param dataFolder where states are saved; left out, none are
 */
export async function openEngine(order: OpenOrder, log: Logger): Promise<Engine> {
  const { file, settings } = order;
  const facts = await inspectModel(file);
  const opened = await openLlama(settings, log);
  try {
    const model = await loadModel(opened, facts);
    const rhythm = createRhythm();
    const { context, swaFullCache } = await createContext(model, { settings, facts });
    const states = await openStates(context, order, { facts, swaFullCache, log });
    const all = Array.from({ length: context.totalSequences }, () => context.getSequence({ contextShift: NEVER_SHIFT }));
    const sequences = new SequenceKeeper({ sequences: all, states, mostWaiting: settings.waiting, log });
    const { batchSize, contextSize } = context;
    const chunk = settings.chunk ?? (opened.llama.gpu ? GPU_CHUNK_TOKENS : CPU_CHUNK_TOKENS);
    return {
      ...{ facts, model, sequences, rhythm, promptTurns: new KeyedTurns(), contextTokens: contextSize, batchTokens: batchSize },
      tokeniser: createTokeniser(model, facts.controlTexts),
      marks: findMarkTokens(model),
      gpu: opened.llama.gpu || 'none',
      // With the tokens of the replies that run it must fit one batch, or there would be a second one for what is left over.
      chunkTokens: Math.max(1, Math.min(chunk, batchSize - all.length)),
      close: () => closeAll({ context, model, llama: opened.llama, sequences, states }),
    };
  } catch (error) {
    await withinDeadline(opened.llama.dispose());
    throw error;
  }
}

async function openStates(
  context: LlamaContext,
  { name, settings, dataFolder }: OpenOrder,
  { facts, swaFullCache, log }: { facts: ModelFacts; swaFullCache: boolean; log: Logger },
): Promise<StateStore> {
  const nowhere = { memory: undefined, disk: undefined };
  const places = dataFolder === undefined ? nowhere : await chooseStatePlaces(settings.savedStates, dataFolder, name);
  return await openStateStore({
    places,
    fingerprint: await fingerprintOf(facts, context, { swaFullCache }),
    largestTokens: context.contextSize,
    log,
  });
}

async function loadModel({ llama, lastComplaint }: OpenedLlama, { path, architecture }: ModelFacts): Promise<LlamaModel> {
  try {
    return await llama.loadModel({ modelPath: path });
  } catch (error) {
    if (isOutOfMemory(error)) throw tooLarge(path, error);
    const complaint = lastComplaint() ?? messageOf(error);
    const problem = !(await knowsArchitecture(architecture))
      ? `has the architecture "${architecture}", which this version of llama.cpp does not know: take another model, or update Troupe`
      : `cannot be loaded (${complaint}): take another model, or download it again`;
    throw new TroupeError(`The model file ${path} ${problem}.`, { cause: error });
  }
}

/** The library's list of architectures is a const enum to the compiler, but an object when it runs. */
async function knowsArchitecture(architecture: string): Promise<boolean> {
  const library: Record<string, unknown> = await import('node-llama-cpp');
  const { GgufArchitectureType: known } = library;
  return typeof known === 'object' && known !== null && Object.values(known).includes(architecture);
}

type Wanted = { settings: LlamaSettings; facts: ModelFacts };
type Created = { context: LlamaContext; swaFullCache: boolean };

async function createContext(model: LlamaModel, { settings, facts }: Wanted): Promise<Created> {
  const { contextSize, threads, batchSize = DEFAULT_BATCH_TOKENS, flashAttention } = settings;
  const target = contextSize === 'auto' ? Math.min(LARGEST_AUTO_CONTEXT_TOKENS, model.trainContextSize) : contextSize;
  const { sequences, swaFullCache } = await chooseMemory(model, { ...settings, contextTokens: target, batchSize });
  try {
    const context = await model.createContext({
      contextSize: contextSize === 'auto' ? { max: target } : contextSize,
      ...{ sequences, swaFullCache, batchSize, flashAttention },
      threads: threads ?? defaultThreads(model.llama),
    });
    return { context, swaFullCache };
  } catch (error) {
    throw tooLarge(`${facts.path} with ${sequences} × ${contextSize} tokens of context`, error);
  }
}

/**
 * One core stays with everything else: llama.cpp's threads spin while they wait for each other, so that one held up holds up all
 * (on two busy cores two threads were 30 to 40 times slower than one).
 */
function defaultThreads({ cpuMathCores }: Llama): number {
  return Math.max(1, cpuMathCores - 1);
}

function tooLarge(what: string, cause: unknown): TroupeError {
  const advice = 'take a smaller model, a smaller contextSize or fewer sequences';
  return new TroupeError(`There is not enough memory for ${what} (${messageOf(cause)}): ${advice}.`, { cause });
}

function isOutOfMemory(error: unknown): boolean {
  return /memory|vram/i.test(messageOf(error));
}

type Closing = { context: LlamaContext; model: LlamaModel; llama: Llama; sequences: SequenceKeeper; states: StateStore };

async function closeAll({ context, model, llama, sequences, states }: Closing): Promise<void> {
  await withinDeadline(sequences.saveAll());
  await states.close();
  const dispose = async () => {
    await context.dispose();
    await model.dispose();
    await llama.dispose();
  };
  await withinDeadline(dispose());
}

/** Letting go of native memory must never keep the program from ending. */
async function withinDeadline(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_DEADLINE_MS);
  });
  await Promise.race([work, deadline]);
  clearTimeout(timer);
}
