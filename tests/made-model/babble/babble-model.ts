import { tokenizerMetadata } from '../made-model.ts';
import { createRandom } from '../random.ts';
import type { GgufContent, MetadataValue, Tensor } from '../write-gguf.ts';
import { buildLayer, CONVOLUTION, isConvolution, MAMBA_STATE, timeStepRank } from './babble-layers.ts';
import { type BabbleKind, type BabbleShape, type BabbleSize, CONTEXT_TOKENS, shapeOf } from './babble-shapes.ts';
import { type BabbleWords, babbleWords, type Saying } from './babble-words.ts';
import { createMatrices, KEPT, type Matrices } from './matrices.ts';

export type Babble = {
  kind: BabbleKind;
  size: BabbleSize;
  /** its replies end only when they are stopped */
  endless?: boolean;
  /** one word in ten has no merge, so that a reply's text seldom becomes the tokens again that were said; on when left out */
  drifts?: boolean;
};

const SEED = 20261126;
/** How far the kept dimensions stand out; the others have deviation 1. */
const STRENGTH = 6;
/** The deviation of the logits of what may be said: far from even, and never certain. */
const TASTE = 3;
/** against the logits' deviation above: at temperature 0.8 replies are some 15 tokens long, now 3 and now 60 */
const END_LOGIT: Readonly<Record<BabbleSize, number>> = { small: 7.4, large: 9.9 };
const FORBIDDEN = 40;

/**
 * A model with random weights that says made-up words, of the architecture and size one asks for: for the work a model makes
 * for the engine, where what it says does not matter. The same bytes each time.
 */
export function babbleModel({ kind, size, endless = false, drifts = true }: Babble): GgufContent {
  const shape = shapeOf(kind, size);
  const words = babbleWords(size);
  const matrices = createMatrices(createRandom(SEED));
  const sayings = words.sayings.map((saying): Saying => {
    return (endless && saying === 'end') || (!drifts && saying === 'drifter') ? 'silent' : saying;
  });
  const outputNorm = shape.architecture === 'lfm2' ? 'token_embd_norm.weight' : 'output_norm.weight';
  return {
    metadata: [...modelMetadata(shape, words), ...tokenizerMetadata(words)],
    tensors: [
      embedding(words, shape, matrices),
      ...Array.from({ length: shape.layers }, (_, index) => buildLayer({ shape, index, matrices })).flat(),
      matrices.filled(outputNorm, [shape.width], () => 1),
      output(sayings, { shape, matrices, endLogit: END_LOGIT[size] }),
    ],
  };
}

/** Gemma scales what it reads here by the root of the width. */
function embedding(words: BabbleWords, { architecture, width }: BabbleShape, matrices: Matrices): Tensor {
  const scale = architecture === 'gemma3' ? 1 / Math.sqrt(width) : 1;
  const tensor = matrices.reading('token_embd.weight', [width, words.tokens.length], scale);
  words.sayings.forEach((saying, token) => {
    const isWord = saying === 'opener' || saying === 'follower' || saying === 'drifter';
    tensor.values[token * width + KEPT.spoken] = (isWord ? STRENGTH : -STRENGTH) * scale;
    tensor.values[token * width + KEPT.always] = STRENGTH * scale;
  });
  return tensor;
}

/** A row scores one token: what may be said now by a random taste, everything else far below it. */
function output(
  sayings: readonly Saying[],
  { shape: { width }, matrices, endLogit }: { shape: BabbleShape; matrices: Matrices; endLogit: number },
): Tensor {
  // after the last norm, as far as the layers add little
  const length = Math.sqrt(1 + (KEPT.count * STRENGTH ** 2) / width);
  const kept = STRENGTH / length;
  const tensor = matrices.reading('output.weight', [width, sayings.length], (TASTE * length) / Math.sqrt(width));
  const set = (token: number, column: number, logit: number) => {
    tensor.values[token * width + column] = logit / kept;
  };
  sayings.forEach((saying, token) => {
    if (saying === 'end') tensor.values.fill(0, token * width, (token + 1) * width);
    const afterWord = saying === 'opener' ? -FORBIDDEN / 2 : saying === 'silent' ? 0 : FORBIDDEN / 2;
    set(token, KEPT.spoken, afterWord);
    set(token, KEPT.always, saying === 'silent' ? -FORBIDDEN : (saying === 'end' ? endLogit : 0) - FORBIDDEN / 2);
  });
  return tensor;
}

function modelMetadata(shape: BabbleShape, words: BabbleWords): [string, MetadataValue][] {
  const { architecture } = shape;
  const own = (key: string, value: MetadataValue): [string, MetadataValue] => [`${architecture}.${key}`, value];
  return [
    ['general.architecture', { type: 'string', value: architecture }],
    ['general.type', { type: 'string', value: 'model' }],
    ['general.name', { type: 'string', value: `Babble ${architecture}` }],
    ['general.description', { type: 'string', value: 'Random weights, for tests and the bench: its replies mean nothing.' }],
    ['general.license', { type: 'string', value: 'mit' }],
    ['general.file_type', whole(1)],
    ['general.quantization_version', whole(2)],
    ['general.alignment', whole(32)],
    own('context_length', whole(CONTEXT_TOKENS)),
    own('embedding_length', whole(shape.width)),
    own('block_count', whole(shape.layers)),
    own('feed_forward_length', whole(architecture === 'mamba' ? 0 : shape.hidden)),
    own('attention.layer_norm_rms_epsilon', { type: 'float32', value: 1e-5 }),
    own('vocab_size', whole(words.tokens.length)),
    ...(architecture === 'mamba' ? mambaMetadata(shape) : attentionMetadata(shape)).map(([key, value]) => own(key, value)),
  ];
}

function attentionMetadata({
  architecture,
  heads,
  kvHeads,
  headWidth,
  layers,
  window,
}: BabbleShape): [string, MetadataValue][] {
  const perLayer = Array.from({ length: layers }, (_, index) => (isConvolution(index) ? 0 : kvHeads));
  return [
    ['attention.head_count', whole(heads)],
    ['attention.head_count_kv', architecture === 'lfm2' ? { type: 'int32s', value: perLayer } : whole(kvHeads)],
    ['attention.key_length', whole(headWidth)],
    ['attention.value_length', whole(headWidth)],
    ['rope.dimension_count', whole(headWidth)],
    ['rope.freq_base', { type: 'float32', value: 500_000 }],
    ...(architecture === 'lfm2' ? [entry('shortconv.l_cache', CONVOLUTION.lfm2)] : []),
    ...(window === undefined ? [] : [entry('attention.sliding_window', window), entry('attention.sliding_window_pattern', 2)]),
  ];
}

function mambaMetadata({ width, hidden }: BabbleShape): [string, MetadataValue][] {
  return [
    entry('attention.head_count', 0),
    entry('ssm.conv_kernel', CONVOLUTION.mamba),
    entry('ssm.inner_size', hidden),
    entry('ssm.state_size', MAMBA_STATE),
    entry('ssm.time_step_rank', timeStepRank(width)),
  ];
}

const whole = (value: number): MetadataValue => ({ type: 'uint32', value });
const entry = (key: string, value: number): [string, MetadataValue] => [key, whole(value)];
