import type { Llama, LlamaContext, LlamaModel } from 'node-llama-cpp';
import { messageOf, TroupeError } from '../../../errors.ts';
import type { Logger } from '../../../log.ts';
import { inspectModel, type ModelFacts } from '../gguf/inspect-model.ts';
import { createSequencePool, type SequencePool } from '../sequences/sequence-pool.ts';
import type { LlamaSettings } from '../settings.ts';
import { findMarkTokens, type MarkTokens } from '../tokens/mark-tokens.ts';
import { createTokeniser, type Tokeniser } from '../tokens/tokenise-pieces.ts';
import { type OpenedLlama, openLlama } from './open-llama.ts';

/** A loaded model with its context. */
export type Engine = {
  facts: ModelFacts;
  model: LlamaModel;
  tokeniser: Tokeniser;
  marks: MarkTokens;
  sequences: SequencePool;
  /** tokens of prompt and reply together, of each sequence */
  contextTokens: number;
  /** 'cuda', 'vulkan', 'metal', or 'none' */
  gpu: string;
  /** prompt tokens evaluated between two looks at the abort signal */
  batchTokens: number;
  close(): Promise<void>;
};

const LARGEST_AUTO_CONTEXT_TOKENS = 8192;
const CLOSE_DEADLINE_MS = 5000;

/** Throws TroupeError: what is wrong, with which file, what to do. Nothing stays loaded then. */
export async function openEngine(path: string, settings: LlamaSettings, log: Logger): Promise<Engine> {
  const facts = await inspectModel(path);
  const opened = await openLlama(settings, log);
  try {
    const model = await loadModel(opened, facts);
    const context = await createContext(model, settings, facts);
    return {
      facts,
      model,
      tokeniser: createTokeniser(model, facts.controlTexts),
      marks: findMarkTokens(model),
      sequences: createSequencePool(context),
      contextTokens: context.contextSize,
      gpu: opened.llama.gpu || 'none',
      batchTokens: context.batchSize,
      close: () => closeAll(context, model, opened.llama),
    };
  } catch (error) {
    await withinDeadline(opened.llama.dispose());
    throw error;
  }
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

async function createContext(model: LlamaModel, settings: LlamaSettings, { path }: ModelFacts): Promise<LlamaContext> {
  const { contextSize, sequences, threads, batchSize } = settings;
  try {
    return await model.createContext({
      contextSize:
        contextSize === 'auto' ? { max: Math.min(LARGEST_AUTO_CONTEXT_TOKENS, model.trainContextSize) } : contextSize,
      sequences,
      threads: threads ?? defaultThreads(model.llama),
      ...(batchSize === undefined ? {} : { batchSize }),
    });
  } catch (error) {
    throw tooLarge(`${path} with ${sequences} × ${contextSize} tokens of context`, error);
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

async function closeAll(context: LlamaContext, model: LlamaModel, llama: Llama): Promise<void> {
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
