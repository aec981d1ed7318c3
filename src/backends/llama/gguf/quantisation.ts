// The tensor types of ggml (enum ggml_type in ggml.h): elements and bytes of one block.
const TENSOR_TYPES: Readonly<Record<number, readonly [name: string, elements: number, bytes: number]>> = {
  0: ['F32', 1, 4],
  1: ['F16', 1, 2],
  2: ['Q4_0', 32, 18],
  3: ['Q4_1', 32, 20],
  6: ['Q5_0', 32, 22],
  7: ['Q5_1', 32, 24],
  8: ['Q8_0', 32, 34],
  9: ['Q8_1', 32, 36],
  10: ['Q2_K', 256, 84],
  11: ['Q3_K', 256, 110],
  12: ['Q4_K', 256, 144],
  13: ['Q5_K', 256, 176],
  14: ['Q6_K', 256, 210],
  15: ['Q8_K', 256, 292],
  16: ['IQ2_XXS', 256, 66],
  17: ['IQ2_XS', 256, 74],
  18: ['IQ3_XXS', 256, 98],
  19: ['IQ1_S', 256, 50],
  20: ['IQ4_NL', 32, 18],
  21: ['IQ3_S', 256, 110],
  22: ['IQ2_S', 256, 82],
  23: ['IQ4_XS', 256, 136],
  24: ['I8', 1, 1],
  25: ['I16', 1, 2],
  26: ['I32', 1, 4],
  27: ['I64', 1, 8],
  28: ['F64', 1, 8],
  29: ['IQ1_M', 256, 56],
  30: ['BF16', 1, 2],
  34: ['TQ1_0', 256, 54],
  35: ['TQ2_0', 256, 66],
  39: ['MXFP4', 32, 17],
};

type TensorSize = { type: number; shape: readonly number[] };

export function elementsOf({ shape }: TensorSize): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Bytes of the tensor's data; 0 for a type that is newer than this table. */
export function bytesOf(tensor: TensorSize): number {
  const [, elements, bytes] = TENSOR_TYPES[tensor.type] ?? ['', 1, 0];
  return Math.ceil(elementsOf(tensor) / elements) * bytes;
}

/** The type that most of the weights have, as people name it (Q4_K, F16 ...). */
export function dominantType(tensors: readonly TensorSize[]): string {
  const weights = new Map<number, number>();
  for (const tensor of tensors) weights.set(tensor.type, (weights.get(tensor.type) ?? 0) + elementsOf(tensor));
  const [most] = [...weights].sort((a, b) => b[1] - a[1]);
  return most === undefined ? 'none' : (TENSOR_TYPES[most[0]]?.[0] ?? `type ${most[0]}`);
}
