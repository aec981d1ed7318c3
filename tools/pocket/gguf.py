"""Writes and reads GGUF version 3 (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md), little-endian, with tensors in f32, f16 or q8_0."""

import struct

import numpy as np

ALIGNMENT = 32
VALUE = {"uint32": (4, "<I"), "int32": (5, "<i"), "float32": (6, "<f"), "bool": (7, "<?")}
STRING, ARRAY = 8, 9
TENSOR = {"f32": 0, "f16": 1, "q8_0": 8}
BLOCK = 32  # weights that share one scale in q8_0
# The tensors of one layer, as the llama architecture names them.
LAYER = ("attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm", "ffn_gate", "ffn_up", "ffn_down")


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def value_bytes(kind, value):
    """`kind`: a scalar's name, `string`, or `strings` and `int32s` for arrays."""
    if kind == "string":
        return struct.pack("<I", STRING) + text(value)
    if kind == "strings":
        return struct.pack("<IIQ", ARRAY, STRING, len(value)) + b"".join(map(text, value))
    if kind == "int32s":
        return struct.pack("<IIQ", ARRAY, VALUE["int32"][0], len(value)) + np.array(value, "<i4").tobytes()
    number, layout = VALUE[kind]
    return struct.pack("<I", number) + struct.pack(layout, value)


def q8_0(values):
    """Blocks of 32 weights: a half-precision scale d = max|w| / 127, then round(w / d) as int8."""
    blocks = values.reshape(-1, BLOCK).astype(np.float32)
    scale = (np.abs(blocks).max(1, keepdims=True) / 127).astype(np.float16)
    divisor = np.where(scale == 0, 1, scale).astype(np.float32)
    whole = np.clip(np.rint(blocks / divisor), -127, 127).astype(np.int8)
    return np.concatenate([scale.view(np.uint8), whole.view(np.uint8)], 1).tobytes()


def tensor_bytes(kind, values):
    if kind == "q8_0":
        if values.shape[-1] % BLOCK:
            raise ValueError(f"q8_0 needs rows of a multiple of {BLOCK}, not {values.shape[-1]}: use f16.")
        return q8_0(values)
    return values.astype("<f4" if kind == "f32" else "<f2").tobytes()


def padded(data):
    return data + b"\0" * (-len(data) % ALIGNMENT)


def write(path, metadata, tensors):
    """metadata: [(key, kind, value)]; tensors: [(name, f32 | f16 | q8_0, array)], rows as the last dimension. Returns the file's bytes."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    head += b"".join(text(key) + value_bytes(kind, value) for key, kind, value in metadata)
    offset, data = 0, []
    for name, kind, values in tensors:
        stored = padded(tensor_bytes(kind, values))
        sizes = values.shape[::-1]
        head += text(name) + struct.pack("<I", len(sizes)) + struct.pack(f"<{len(sizes)}Q", *sizes)
        head += struct.pack("<IQ", TENSOR[kind], offset)
        offset += len(stored)
        data.append(stored)
    whole = padded(head) + b"".join(data)
    with open(path, "wb") as file:
        file.write(whole)
    return len(whole)


class Reader:
    """Reads one value after another of `data`. Knows what `write` writes, and nothing else."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self, layout):
        (value,) = struct.unpack_from(layout, self.data, self.at)
        self.at += struct.calcsize(layout)
        return value

    def string(self):
        size = self.number("<Q")
        self.at += size
        return self.data[self.at - size : self.at].decode()

    def value(self, kind):
        if kind == STRING:
            return self.string()
        if kind == ARRAY:
            inner, count = self.number("<I"), self.number("<Q")
            return [self.value(inner) for _ in range(count)]
        layouts = dict(VALUE.values())
        if kind not in layouts:
            raise ValueError(f"a value of GGUF type {kind} stands in its metadata: this is not a model that export_gguf.py wrote.")
        return self.number(layouts[kind])

    def tensor(self, kind, sizes, start):
        """As float32, rows as the last dimension."""
        count = int(np.prod(sizes))
        if kind == TENSOR["q8_0"]:
            blocks = np.frombuffer(self.data, np.uint8, count // BLOCK * (BLOCK + 2), start).reshape(-1, BLOCK + 2)
            scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
            values = blocks[:, 2:].copy().view(np.int8) * scale
        else:
            values = np.frombuffer(self.data, "<f4" if kind == TENSOR["f32"] else "<f2", count, start)
        return values.astype(np.float32).reshape(sizes[::-1])


def read(path):
    """metadata (key → value) and tensors (name → float32 array) of a file that `write` wrote."""
    with open(path, "rb") as file:
        reader = Reader(file.read())
    if reader.data[:4] != b"GGUF":
        raise ValueError(f"{path} is not a GGUF file.")
    reader.at = 8
    tensor_count, value_count = reader.number("<Q"), reader.number("<Q")
    metadata = {}
    for _ in range(value_count):
        key = reader.string()
        metadata[key] = reader.value(reader.number("<I"))
    places = {}
    for _ in range(tensor_count):
        name, dimensions = reader.string(), reader.number("<I")
        sizes = [reader.number("<Q") for _ in range(dimensions)]
        places[name] = (reader.number("<I"), sizes, reader.number("<Q"))
    start = len(padded(reader.data[: reader.at]))
    return metadata, {name: reader.tensor(kind, sizes, start + offset) for name, (kind, sizes, offset) in places.items()}
