/**
 * What llama.cpp keeps of a prompt, by architecture:
 * - `full` (llama): keys and values of every token; rewinds to any place
 * - `sliding` (gemma3): in every second layer only the last `window` tokens
 * - `hybrid` (lfm2): one state in every second layer, which cannot rewind
 * - `recurrent` (mamba): one state and nothing else
 */
export type BabbleKind = 'full' | 'sliding' | 'hybrid' | 'recurrent';

export type BabbleShape = {
  architecture: 'llama' | 'gemma3' | 'lfm2' | 'mamba';
  width: number;
  layers: number;
  /** of the feed-forward layers; of mamba its inner width, which must be twice the width */
  hidden: number;
  heads: number;
  /** heads of keys and values, fewer than those of queries */
  kvHeads: number;
  headWidth: number;
  /** tokens that a sliding layer sees */
  window?: number;
};

/** tokens, as the file says; more than the tests and the bench use */
export const CONTEXT_TOKENS = 32_768;

/** 2 to 4 MB, for tests. */
const SMALL: Readonly<Record<BabbleKind, BabbleShape>> = {
  full: { architecture: 'llama', width: 128, layers: 2, hidden: 384, heads: 2, kvHeads: 1, headWidth: 64 },
  sliding: { architecture: 'gemma3', width: 128, layers: 4, hidden: 256, heads: 2, kvHeads: 1, headWidth: 64, window: 64 },
  hybrid: { architecture: 'lfm2', width: 128, layers: 4, hidden: 256, heads: 2, kvHeads: 1, headWidth: 64 },
  recurrent: { architecture: 'mamba', width: 128, layers: 2, hidden: 256, heads: 0, kvHeads: 0, headWidth: 0 },
};

/**
 * 50 to 80 MB, for the bench. Few wide layers with narrow attention: so the share of attention in the work for a token, and the
 * memory for a token beside that for the weights, are at 6,000 tokens about what they are in a model of 8 billion parameters. A
 * model that is small in all directions would spend most of its time on attention.
 */
const LARGE: Readonly<Record<BabbleKind, BabbleShape>> = {
  full: { architecture: 'llama', width: 768, layers: 3, hidden: 3072, heads: 2, kvHeads: 1, headWidth: 64 },
  sliding: { architecture: 'gemma3', width: 640, layers: 4, hidden: 2560, heads: 2, kvHeads: 1, headWidth: 64, window: 512 },
  hybrid: { architecture: 'lfm2', width: 512, layers: 4, hidden: 2048, heads: 8, kvHeads: 2, headWidth: 64 },
  recurrent: { architecture: 'mamba', width: 512, layers: 6, hidden: 1024, heads: 0, kvHeads: 0, headWidth: 0 },
};

export type BabbleSize = 'small' | 'large';

export function shapeOf(kind: BabbleKind, size: BabbleSize): BabbleShape {
  return (size === 'small' ? SMALL : LARGE)[kind];
}
