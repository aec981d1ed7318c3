// Reads the head of a GGUF file (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3). Every length is
// checked against the bytes that are there, so that a broken file is an error and never a hang.

export type GgufValue = string | number | bigint | boolean | readonly GgufValue[];
type TensorInfo = { name: string; shape: readonly number[]; type: number; offset: number };
export type GgufHead = {
  version: number;
  metadata: ReadonlyMap<string, GgufValue>;
  tensors: readonly TensorInfo[];
  /** where the tensors' data begins, in bytes */
  dataOffset: number;
};

/** The bytes end before the head does: more must be read, or the file is cut short. */
export class HeadIsLongerError extends Error {
  override readonly name = 'HeadIsLongerError';
}

/** The bytes are no GGUF head that llama.cpp could read. The message is a half-sentence: "is ...". */
export class NotGgufError extends Error {
  override readonly name = 'NotGgufError';
}

const MAGIC = 'GGUF';
const DEFAULT_ALIGNMENT = 32;
const ARRAY = 9;

/** Throws HeadIsLongerError or NotGgufError. */
export function parseGguf(bytes: Buffer): GgufHead {
  const cursor = createCursor(bytes);
  const magic = cursor.take(MAGIC.length).toString('latin1');
  if (magic !== MAGIC) throw new NotGgufError('is not a GGUF file');
  const version = cursor.uint32();
  if (version !== 2 && version !== 3) throw new NotGgufError(`is GGUF version ${version}, which cannot be read`);
  const tensorCount = cursor.length();
  const metadataCount = cursor.length();
  const metadata = new Map<string, GgufValue>();
  for (let index = 0; index < metadataCount; index++) {
    const key = cursor.string();
    metadata.set(key, readValue(cursor, cursor.uint32()));
  }
  const tensors: TensorInfo[] = [];
  for (let index = 0; index < tensorCount; index++) tensors.push(readTensorInfo(cursor));
  const alignment = metadata.get('general.alignment');
  const step = typeof alignment === 'number' && alignment > 0 ? alignment : DEFAULT_ALIGNMENT;
  return { version, metadata, tensors, dataOffset: Math.ceil(cursor.position() / step) * step };
}

type Cursor = ReturnType<typeof createCursor>;

function createCursor(bytes: Buffer) {
  let at = 0;
  const take = (count: number): Buffer => {
    if (count > bytes.length - at) throw new HeadIsLongerError();
    at += count;
    return bytes.subarray(at - count, at);
  };
  const length = (): number => {
    const value = take(8).readBigUInt64LE();
    // What a length counts takes at least a byte each, so that a longer one cannot be true of any file that is read here.
    if (value > 2n ** 40n) throw new NotGgufError('is damaged: a length in its head cannot be true');
    return Number(value);
  };
  return {
    take,
    length,
    position: () => at,
    uint32: () => take(4).readUInt32LE(),
    string: () => take(length()).toString('utf8'),
  };
}

function readTensorInfo(cursor: Cursor): TensorInfo {
  const name = cursor.string();
  const dimensions = cursor.uint32();
  const shape: number[] = [];
  for (let index = 0; index < dimensions; index++) shape.push(cursor.length());
  return { name, shape, type: cursor.uint32(), offset: cursor.length() };
}

const SCALARS: Readonly<Record<number, (cursor: Cursor) => GgufValue>> = {
  0: (cursor) => cursor.take(1).readUInt8(),
  1: (cursor) => cursor.take(1).readInt8(),
  2: (cursor) => cursor.take(2).readUInt16LE(),
  3: (cursor) => cursor.take(2).readInt16LE(),
  4: (cursor) => cursor.uint32(),
  5: (cursor) => cursor.take(4).readInt32LE(),
  6: (cursor) => cursor.take(4).readFloatLE(),
  7: (cursor) => cursor.take(1).readUInt8() !== 0,
  8: (cursor) => cursor.string(),
  10: (cursor) => cursor.take(8).readBigUInt64LE(),
  11: (cursor) => cursor.take(8).readBigInt64LE(),
  12: (cursor) => cursor.take(8).readDoubleLE(),
};

function readValue(cursor: Cursor, type: number, depth = 0): GgufValue {
  if (type !== ARRAY) {
    const read = SCALARS[type];
    if (!read) throw new NotGgufError(`is damaged: its head holds a value of type ${type}, which GGUF does not have`);
    return read(cursor);
  }
  if (depth > 8) throw new NotGgufError('is damaged: its head holds arrays in arrays without end');
  const elementType = cursor.uint32();
  const count = cursor.length();
  const values: GgufValue[] = [];
  for (let index = 0; index < count; index++) values.push(readValue(cursor, elementType, depth + 1));
  return values;
}
