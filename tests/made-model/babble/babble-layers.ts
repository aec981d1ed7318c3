// The tensors of one layer, by architecture, with the names and shapes that llama.cpp loads:
// https://github.com/ggml-org/llama.cpp/tree/master/src/models (llama.cpp, gemma3.cpp, lfm2.cpp, mamba.cpp)
import type { Tensor } from '../write-gguf.ts';
import type { BabbleShape } from './babble-shapes.ts';
import { KEPT, type Matrices } from './matrices.ts';

/** What a layer adds to the hidden state is softer than what stands there; of what is normed before it is added still softer. */
const SOFTLY = 0.3;
const SOFT_NORM = 0.15;
/** Of mamba and lfm2: how many tokens back a convolution reads. */
export const CONVOLUTION = { mamba: 4, lfm2: 3 } as const;
export const MAMBA_STATE = 16;

type Layer = { shape: BabbleShape; index: number; matrices: Matrices };

export function buildLayer(layer: Layer): Tensor[] {
  switch (layer.shape.architecture) {
    case 'llama':
      return [...attention(layer), ...feedForward(layer)];
    case 'gemma3':
      return [...attention(layer), ...headNorms(layer), ...feedForward(layer), ...softNorms(layer)];
    case 'lfm2':
      return [
        ...(isConvolution(layer.index) ? convolution(layer) : [...attention(layer), ...headNorms(layer)]),
        ...feedForward(layer),
      ];
    case 'mamba':
      return mamba(layer);
  }
}

/** Of lfm2: every layer but each second one, which attends. */
export function isConvolution(index: number): boolean {
  return index % 2 === 0;
}

const nameOf = (index: number, part: string) => `blk.${index}.${part}`;
const ones = () => 1;

function attention({ shape, index, matrices }: Layer): Tensor[] {
  const { width, heads, kvHeads, headWidth } = shape;
  const even = 1 / Math.sqrt(width);
  const name = (part: string) => nameOf(index, `${part}.weight`);
  return [
    matrices.filled(name('attn_norm'), [width], ones),
    matrices.reading(name('attn_q'), [width, heads * headWidth], even),
    matrices.reading(name('attn_k'), [width, kvHeads * headWidth], even),
    matrices.reading(name('attn_v'), [width, kvHeads * headWidth], even),
    matrices.writing(name('attn_output'), [heads * headWidth, width], SOFTLY / Math.sqrt(heads * headWidth)),
  ];
}

function feedForward({ shape: { width, hidden }, index, matrices }: Layer): Tensor[] {
  const name = (part: string) => nameOf(index, `${part}.weight`);
  return [
    matrices.filled(name('ffn_norm'), [width], ones),
    matrices.reading(name('ffn_gate'), [width, hidden], 1 / Math.sqrt(width)),
    matrices.reading(name('ffn_up'), [width, hidden], 1 / Math.sqrt(width)),
    matrices.writing(name('ffn_down'), [hidden, width], SOFTLY / Math.sqrt(hidden)),
  ];
}

function headNorms({ shape: { headWidth }, index, matrices }: Layer): Tensor[] {
  return ['attn_q_norm', 'attn_k_norm'].map((part) => matrices.filled(nameOf(index, `${part}.weight`), [headWidth], ones));
}

/** Gemma norms what a layer adds: the kept dimensions get nothing of it. */
function softNorms({ shape: { width }, index, matrices }: Layer): Tensor[] {
  const soft = (dimension: number) => (dimension < KEPT.count ? 0 : SOFT_NORM);
  return ['post_attention_norm', 'post_ffw_norm'].map((part) =>
    matrices.filled(nameOf(index, `${part}.weight`), [width], soft),
  );
}

function convolution({ shape: { width }, index, matrices }: Layer): Tensor[] {
  return [
    matrices.filled(nameOf(index, 'attn_norm.weight'), [width], ones),
    matrices.filled(
      nameOf(index, 'shortconv.conv.weight'),
      [CONVOLUTION.lfm2, width],
      (at) => 1 / (1 + (at % CONVOLUTION.lfm2)),
    ),
    matrices.reading(nameOf(index, 'shortconv.in_proj.weight'), [width, 3 * width], 1 / Math.sqrt(width)),
    matrices.writing(nameOf(index, 'shortconv.out_proj.weight'), [width, width], SOFTLY / Math.sqrt(width)),
  ];
}

/** The state fades slowly, so that what was read long ago still matters a little. */
function mamba({ shape: { width, hidden }, index, matrices }: Layer): Tensor[] {
  const rank = timeStepRank(width);
  return [
    matrices.filled(nameOf(index, 'attn_norm.weight'), [width], ones),
    matrices.reading(nameOf(index, 'ssm_in.weight'), [width, 2 * hidden], 1 / Math.sqrt(width)),
    matrices.filled(
      nameOf(index, 'ssm_conv1d.weight'),
      [CONVOLUTION.mamba, hidden],
      (at) => 1 / (1 + (at % CONVOLUTION.mamba)),
    ),
    matrices.filled(nameOf(index, 'ssm_conv1d.bias'), [hidden], () => 0),
    matrices.reading(nameOf(index, 'ssm_x.weight'), [hidden, rank + 2 * MAMBA_STATE], 1 / Math.sqrt(hidden)),
    matrices.reading(nameOf(index, 'ssm_dt.weight'), [rank, hidden], 1 / Math.sqrt(rank)),
    matrices.filled(nameOf(index, 'ssm_dt.bias'), [hidden], () => -4),
    matrices.filled(nameOf(index, 'ssm_a'), [MAMBA_STATE, hidden], (at) => -(1 + (at % MAMBA_STATE)) / MAMBA_STATE),
    matrices.filled(nameOf(index, 'ssm_d'), [hidden], ones),
    matrices.writing(nameOf(index, 'ssm_out.weight'), [hidden, width], SOFTLY / Math.sqrt(hidden)),
  ];
}

export function timeStepRank(width: number): number {
  return Math.ceil(width / 16);
}
