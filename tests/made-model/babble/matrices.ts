import type { Random } from '../random.ts';
import type { Tensor } from '../write-gguf.ts';

/** The first dimensions of the hidden state are kept: no layer writes to them. They say what the last token is. */
export const KEPT = { spoken: 0, always: 1, count: 2 } as const;

/** `shape` is [columns, rows]: a row reads the columns. */
type Shape = readonly [columns: number, rows: number];

export type Matrices = {
  /** random, deviation as told; reads nothing from the kept dimensions */
  reading(name: string, shape: Shape, deviation: number): Tensor;
  /** random, deviation as told; writes nothing to the kept dimensions */
  writing(name: string, shape: Shape, deviation: number): Tensor;
  /** full precision, for what llama.cpp wants so */
  filled(name: string, shape: readonly number[], value: (index: number) => number): Tensor;
};

export function createMatrices(random: Random): Matrices {
  const fill = (
    name: string,
    [columns, rows]: Shape,
    zero: (row: number, column: number) => boolean,
    deviation: number,
  ): Tensor => {
    const values = new Float32Array(columns * rows);
    const spread = deviation * Math.sqrt(12);
    for (let at = 0, row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, at++) {
        if (!zero(row, column)) values[at] = (random.uniform() - 0.5) * spread;
      }
    }
    return { name, type: 'f16', shape: [columns, rows], values };
  };
  return {
    reading: (name, shape, deviation) => fill(name, shape, (_row, column) => column < KEPT.count, deviation),
    writing: (name, shape, deviation) => fill(name, shape, (row) => row < KEPT.count, deviation),
    filled: (name, shape, value) => {
      const length = shape.reduce((product, size) => product * size, 1);
      return { name, type: 'f32', shape, values: Float32Array.from({ length }, (_, index) => value(index)) };
    },
  };
}
