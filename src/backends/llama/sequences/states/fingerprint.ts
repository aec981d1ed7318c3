import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { LlamaContext } from 'node-llama-cpp';
import type { ModelFacts } from '../../gguf/inspect-model.ts';

/** What a state depends on besides the model. */
export type ContextFacts = {
  contextTokens: number;
  /** a state's file says how many there were, and llama.cpp takes no other number */
  sequences: number;
  flashAttention: 'auto' | boolean;
  /** whether a model with a sliding window keeps all of its cache */
  swaFullCache: boolean;
  /** ggml's numbers of the types of keys and values; null is the library's choice */
  keyType: number | null;
  valueType: number | null;
  /** 'cuda', 'vulkan', 'metal', or 'none' */
  gpu: string;
  /** the version of node-llama-cpp, and the build of llama.cpp in it */
  library: string;
  llamaCpp: string;
};

type Model = Pick<ModelFacts, 'path' | 'hash'>;

const BLOCK_BYTES = 4096;
const BLOCKS = 64;
/** Of a model that is split into several files (llama_split_path in llama.cpp): what they begin with, and how many there are. */
const FIRST_PART = /^(.*)-00001-of-(\d{5})\.gguf$/s;

/**
 * A hash of everything that a saved state depends on: the model, the context's settings and the versions of what reads and writes it.
 * With a state of another fingerprint llama.cpp may say nonsense, or abort the process.
 * Throws what node:fs throws when the model cannot be read.
 */
export async function fingerprintOf(model: Model, context: LlamaContext, { swaFullCache = false } = {}): Promise<string> {
  const { getModuleVersion } = await import('node-llama-cpp');
  const { llama } = context.model;
  const { repo, release } = llama.llamaCppRelease;
  return await hashDependencies(model, {
    contextTokens: context.contextSize,
    sequences: context.totalSequences,
    flashAttention: context.flashAttention,
    swaFullCache,
    keyType: context.kvCacheKeyType ?? null,
    valueType: context.kvCacheValueType ?? null,
    gpu: llama.gpu || 'none',
    library: await getModuleVersion(),
    llamaCpp: `${repo} ${release} ${llama.buildType}`,
  });
}

/** The fingerprint of facts that are known already. Throws what node:fs throws when the model cannot be read. */
export async function hashDependencies(model: Model, facts: ContextFacts): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([model.hash, Object.entries(facts).sort()]));
  for (const part of partsOf(model.path)) await addBlocks(hash, part);
  return hash.digest('hex');
}

function partsOf(path: string): string[] {
  const [, beginning, count] = FIRST_PART.exec(path) ?? [];
  if (beginning === undefined || count === undefined) return [path];
  const number = (index: number) => String(index + 1).padStart(5, '0');
  return Array.from({ length: Number(count) }, (_, index) => `${beginning}-${number(index)}-of-${count}.gguf`);
}

/** Its length and some blocks from its first byte to its last: a model that was trained further differs in all of its weights. */
async function addBlocks(hash: Hash, path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    hash.update(String(size));
    const step = Math.max(0, size - BLOCK_BYTES) / (BLOCKS - 1);
    for (let index = 0; index < BLOCKS; index += 1) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(BLOCK_BYTES), 0, BLOCK_BYTES, Math.floor(index * step));
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
