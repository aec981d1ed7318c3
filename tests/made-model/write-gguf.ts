// Writes GGUF version 3 files (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md), little-endian.

export type MetadataValue =
  | { type: 'uint32' | 'int32' | 'float32'; value: number }
  | { type: 'uint64'; value: bigint }
  | { type: 'bool'; value: boolean }
  | { type: 'string'; value: string }
  | { type: 'strings'; value: readonly string[] }
  | { type: 'int32s' | 'float32s'; value: readonly number[] };

/** `shape` is in GGUF's order: the fastest dimension (columns) first. */
export type Tensor = { name: string; type: 'f32' | 'f16'; shape: readonly number[]; values: Float32Array };

export type GgufContent = { metadata: readonly (readonly [key: string, value: MetadataValue])[]; tensors: readonly Tensor[] };

const VERSION = 3;
const ALIGNMENT = 32;
const VALUE_TYPES = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9, uint64: 10 } as const;
const TENSOR_TYPES = { f32: { id: 0, bytes: 4 }, f16: { id: 1, bytes: 2 } } as const;

/** The whole file as bytes. The same content gives the same bytes. */
export function writeGguf({ metadata, tensors }: GgufContent): Buffer {
  const header = [Buffer.from('GGUF'), uint32(VERSION), uint64(tensors.length), uint64(metadata.length)];
  for (const [key, value] of metadata) header.push(string(key), valueBytes(value));
  let offset = 0;
  const data: Buffer[] = [];
  for (const tensor of tensors) {
    header.push(tensorHeader(tensor, offset));
    const bytes = padded(tensorBytes(tensor));
    data.push(bytes);
    offset += bytes.length;
  }
  return Buffer.concat([padded(Buffer.concat(header)), ...data]);
}

function valueBytes(entry: MetadataValue): Buffer {
  switch (entry.type) {
    case 'uint32':
      return Buffer.concat([uint32(VALUE_TYPES.uint32), uint32(entry.value)]);
    case 'int32':
      return Buffer.concat([uint32(VALUE_TYPES.int32), int32(entry.value)]);
    case 'float32':
      return Buffer.concat([uint32(VALUE_TYPES.float32), float32(entry.value)]);
    case 'uint64':
      return Buffer.concat([uint32(VALUE_TYPES.uint64), uint64(entry.value)]);
    case 'bool':
      return Buffer.concat([uint32(VALUE_TYPES.bool), Buffer.from([entry.value ? 1 : 0])]);
    case 'string':
      return Buffer.concat([uint32(VALUE_TYPES.string), string(entry.value)]);
    case 'strings':
      return array(VALUE_TYPES.string, entry.value.map(string));
    case 'int32s':
      return array(VALUE_TYPES.int32, entry.value.map(int32));
    case 'float32s':
      return array(VALUE_TYPES.float32, entry.value.map(float32));
  }
}

function array(elementType: number, elements: readonly Buffer[]): Buffer {
  return Buffer.concat([uint32(VALUE_TYPES.array), uint32(elementType), uint64(elements.length), ...elements]);
}

function tensorHeader({ name, shape, type }: Tensor, offset: number): Buffer {
  return Buffer.concat([
    string(name),
    uint32(shape.length),
    ...shape.map(uint64),
    uint32(TENSOR_TYPES[type].id),
    uint64(offset),
  ]);
}

function tensorBytes({ name, shape, type, values }: Tensor): Buffer {
  const expected = shape.reduce((product, size) => product * size, 1);
  if (values.length !== expected) throw new Error(`${name} has ${values.length} values, its shape asks for ${expected}.`);
  const bytes = Buffer.alloc(values.length * TENSOR_TYPES[type].bytes);
  values.forEach((value, index) => {
    if (type === 'f32') bytes.writeFloatLE(value, index * 4);
    else bytes.writeUInt16LE(halfBits(value), index * 2);
  });
  return bytes;
}

const singles = new Float32Array(1);
const singleBits = new Uint32Array(singles.buffer);

/** The IEEE half-precision bits nearest to the value, ties to even; what is too small for a normal half becomes 0. */
function halfBits(value: number): number {
  singles[0] = value;
  const bits = singleBits[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const rounded = (bits & 0x7fffffff) + 0xfff + ((bits >>> 13) & 1);
  const exponent = (rounded >>> 23) - 127 + 15;
  if (exponent >= 31) throw new Error(`${value} does not fit half precision.`);
  return exponent <= 0 ? sign : sign | (exponent << 10) | ((rounded >>> 13) & 0x3ff);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT)]);
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function uint64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function float32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}
