"""Writes GGUF version 3 (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md), little-endian, with tensors in f32, f16 or q8_0."""

import struct

import numpy as np

ALIGNMENT = 32
VALUE = {"uint32": (4, "<I"), "int32": (5, "<i"), "float32": (6, "<f"), "bool": (7, "<?")}
STRING, ARRAY = 8, 9
TENSOR = {"f32": 0, "f16": 1, "q8_0": 8}
BLOCK = 32  # weights that share one scale in q8_0


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
