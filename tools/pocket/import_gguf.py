"""
Turns a model file of ours back into what training goes on from: `python3 import_gguf.py FILE STAGE` writes work/STAGE.pt and the file's
tokeniser, work/tokeniser.json. Half precision loses nothing that matters; q8_0 rounds a little.
"""

import json
import sys

import numpy as np
import torch

import gguf
from corpus import WORK
from model import Shape
from tokeniser import BYTES, CONTROL, Tokeniser


def tokeniser_of(metadata):
    byte_of = {character: byte for byte, character in enumerate(BYTES)}
    pairs = [tuple(bytes(byte_of[c] for c in part) for part in line.split(" ")) for line in metadata["tokenizer.ggml.merges"]]
    tokens = metadata["tokenizer.ggml.tokens"]
    if tuple(tokens[-len(CONTROL) :]) != CONTROL:
        raise ValueError(f"its last tokens are not {', '.join(CONTROL)}: this is not a model that export_gguf.py wrote.")
    return Tokeniser(pairs, len(tokens))


def halves(rows, heads):
    """Rows of queries or keys from neighbours (2i, 2i + 1) to halves (i, i + size/2): the opposite of export_gguf.neighbours."""
    size = rows.shape[0] // heads
    return rows.reshape(heads, size // 2, 2, -1).swapaxes(1, 2).reshape(rows.shape)


def weights_of(tensors, shape):
    found = {"embedding": tensors["token_embd.weight"], "last_norm": tensors["output_norm.weight"]}
    for index in range(shape.layers):
        part = {name: tensors[f"blk.{index}.{name}.weight"] for name in gguf.LAYER}
        query, key = halves(part["attn_q"], shape.heads), halves(part["attn_k"], shape.heads)
        own = {
            "attention_norm": part["attn_norm"],
            "qkv": np.concatenate([query, key, part["attn_v"]]),
            "out": part["attn_output"],
            "feed_norm": part["ffn_norm"],
            "gate_up": np.concatenate([part["ffn_gate"], part["ffn_up"]]),
            "down": part["ffn_down"],
        }
        found.update({f"layers.{index}.{name}": value for name, value in own.items()})
    return {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in found.items()}


def main(path, stage):
    metadata, tensors = gguf.read(path)
    tokeniser_of(metadata).save(WORK / "tokeniser.json")
    torch.save(weights_of(tensors, Shape()), WORK / f"{stage}.pt")
    made_from = {key: metadata.get(f"troupe.{key}", "") for key in ("prompts", "corpus")}
    (WORK / f"{stage}.json").write_text(json.dumps(made_from))
    print(f"{path} -> {WORK / stage}.pt")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
