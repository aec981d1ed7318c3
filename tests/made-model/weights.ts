// Random weights with a little order in them: a token's class stands in the hidden state, and the output only lets follow what
// may follow that class. Attention and feed-forward layers are random and write to the other dimensions, so that the choice
// inside a class depends on everything before it; they write softly, so that rounding (which differs by batch) rarely changes it.

import type { Random } from './random.ts';
import type { Vocabulary } from './vocabulary.ts';
import { END, NEUTRAL, WORD_CLASSES } from './words.ts';
import type { Tensor } from './write-gguf.ts';

export const SHAPE = { width: 64, heads: 4, hidden: 128, context: 8192 } as const;
export const LAYERS = 2;

const CLASS_NAMES = Object.keys(WORD_CLASSES);
/** Dimensions: one for each class, then how Korean the token is, then how Korean the text before is, then the random ones. */
const KOREAN = CLASS_NAMES.length;
const KOREAN_SHARE = KOREAN + 1;
const FIRST_RANDOM = KOREAN + 2;

const CLASS_STRENGTH = 4;
const RANDOM_STRENGTH = 0.5;
/** what the class dimension is worth after the last norm, measured; the logits of `next` hold as far as this does */
const NORMED_CLASS = 6;
const FORBIDDEN_LOGIT = -90;
const CHOICE_NOISE = 0.28;
/** from this share of Korean tokens in the prompt on, replies are Korean */
const KOREAN_THRESHOLD = 0.08;
const KOREAN_SLOPE = 60;
/** what a share of 1 is worth after the last norm, measured */
const NORMED_SHARE = 2;

type Cell = (row: number, column: number) => number;

export type Weights = {
  vocabulary: Vocabulary;
  /** without one, replies never end by themselves */
  endToken: number | undefined;
  layers: number;
  random: Random;
};

export function buildWeights({ vocabulary, endToken, layers, random }: Weights): Tensor[] {
  const { width } = SHAPE;
  const size = vocabulary.tokens.length;
  return [
    matrix('token_embd.weight', [width, size], embedding(vocabulary, random)),
    ...Array.from({ length: layers }, (_, layer) => buildLayer(layer, random)).flat(),
    ones('output_norm.weight', width),
    matrix('output.weight', [width, size], output(vocabulary, endToken, random)),
  ];
}

function embedding(vocabulary: Vocabulary, random: Random): Cell {
  return (token, column) => {
    if (column >= FIRST_RANDOM) return random.normal() * RANDOM_STRENGTH;
    if (column === KOREAN) return vocabulary.korean[token] ? 1 : 0;
    return CLASS_NAMES[column] === vocabulary.classes[token] ? CLASS_STRENGTH : 0;
  };
}

/** A row scores one token: allowed after some classes, forbidden after all others, and a random taste within that. */
function output(vocabulary: Vocabulary, endToken: number | undefined, random: Random): Cell {
  return (token, column) => {
    const ends = token === endToken;
    const wordClass = ends ? END : (vocabulary.classes[token] ?? NEUTRAL);
    if (column >= FIRST_RANDOM) return ends ? 0 : random.normal() * CHOICE_NOISE;
    if (column === KOREAN) return 0;
    if (column === KOREAN_SHARE) return openerTaste(wordClass, KOREAN_SLOPE);
    return logit(CLASS_NAMES[column] ?? NEUTRAL, wordClass) / NORMED_CLASS;
  };
}

function logit(previous: string, wordClass: string): number {
  const preference = WORD_CLASSES[previous]?.next[wordClass] ?? FORBIDDEN_LOGIT;
  const threshold = KOREAN_SLOPE * KOREAN_THRESHOLD * NORMED_SHARE;
  return previous === NEUTRAL ? preference - openerTaste(wordClass, threshold) : preference;
}

function openerTaste(wordClass: string, strength: number): number {
  return wordClass === 'koreanOpener' ? strength : 0;
}

/** The first head of the first layer attends to all positions alike and carries over how Korean they are; the rest is random. */
function buildLayer(layer: number, random: Random): Tensor[] {
  const { width, heads, hidden } = SHAPE;
  const name = (part: string) => `blk.${layer}.${part}.weight`;
  const counts = (head: number) => layer === 0 && head < width / heads;
  const fromRandom: Cell = (_row, column) => (column >= FIRST_RANDOM ? random.normal() / 6 : 0);
  const toRandom: Cell = (row) => (row >= FIRST_RANDOM ? random.normal() / 24 : 0);
  return [
    ones(name('attn_norm'), width),
    matrix(name('attn_q'), [width, width], (row, column) => (counts(row) ? 0 : fromRandom(row, column) * 3)),
    matrix(name('attn_k'), [width, width], (row, column) => (counts(row) ? 0 : fromRandom(row, column) * 3)),
    matrix(name('attn_v'), [width, width], (row, column) => {
      if (counts(row)) return row === 0 && column === KOREAN ? 1 : 0;
      return fromRandom(row, column);
    }),
    matrix(name('attn_output'), [width, width], (row, column) => {
      if (counts(column)) return column === 0 && row === KOREAN_SHARE ? 1 : 0;
      return toRandom(row, column);
    }),
    ones(name('ffn_norm'), width),
    matrix(name('ffn_gate'), [width, hidden], fromRandom),
    matrix(name('ffn_up'), [width, hidden], fromRandom),
    matrix(name('ffn_down'), [hidden, width], toRandom),
  ];
}

/** `shape` is [columns, rows]. */
function matrix(name: string, shape: readonly [columns: number, rows: number], cell: Cell): Tensor {
  const [columns, rows] = shape;
  const values = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) values[row * columns + column] = cell(row, column);
  }
  return { name, type: 'f16', shape, values };
}

function ones(name: string, length: number): Tensor {
  return { name, type: 'f32', shape: [length], values: new Float32Array(length).fill(1) };
}
