import type { LlamaModel } from 'node-llama-cpp';
import type { LlamaSettings } from '../settings.ts';

type Wanted = Pick<LlamaSettings, 'sequences' | 'flashAttention'> & { contextTokens: number; batchSize: number };
type Chosen = { sequences: number; swaFullCache: boolean };

const MOST_AUTO_SEQUENCES = 4;
/** A context may take that share of the memory that is free: the bot, its store and other programs need theirs. */
const SHARE_OF_FREE = 0.5;

/**
 * How many sequences the memory allows, where the settings leave it open, and whether a model with a sliding window may keep all of
 * its cache, so that it can rewind as others do: first the cache, then the number.
 */
export async function chooseMemory(model: LlamaModel, wanted: Wanted): Promise<Chosen> {
  const { sequences } = wanted;
  const numbers = sequences === 'auto' ? range(MOST_AUTO_SEQUENCES) : [sequences];
  const slides = model.fileInsights.swaSize !== undefined;
  for (const swaFullCache of slides ? [true, false] : [false]) {
    for (const number of numbers) {
      if (await fits(model, { ...wanted, sequences: number, swaFullCache })) return { sequences: number, swaFullCache };
    }
  }
  return { sequences: numbers.at(-1) ?? 1, swaFullCache: false };
}

/** From the largest to 1. */
function range(most: number): number[] {
  return Array.from({ length: most }, (_, index) => most - index);
}

async function fits(model: LlamaModel, { contextTokens, ...wanted }: Wanted & Chosen): Promise<boolean> {
  const needed = await model.fileInsights.estimateContextResourceRequirementsV2({
    ...wanted,
    contextSize: contextTokens,
    modelGpuLayers: model.gpuLayers,
  });
  const video = model.llama.gpu ? (await model.llama.getVramState()).free : 0;
  return needed.cpuRam <= process.availableMemory() * SHARE_OF_FREE && needed.gpuVram <= video * SHARE_OF_FREE;
}
