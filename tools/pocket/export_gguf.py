"""Turns a stage's weights (work/STAGE.pt) into a GGUF of the llama architecture: `python3 export_gguf.py STAGE FILE [f16|q8_0]`."""

import json
import sys

import numpy as np
import torch

import gguf
from corpus import WORK
from model import Shape
from tokeniser import Tokeniser

# ChatML; the system message may be missing.
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
WHAT = {
    "base": ("Pocket Base", "The first stage of Pocket: it continues plain text and knows no roles."),
    "instruct": ("Pocket Instruct", "The second stage of Pocket: one instruction, one answer."),
    "chat": ("Pocket", "A demonstration: a very small model that plays personas, remembers only its prompt, and knows nothing else."),
}
FILE_TYPE = {"f16": 1, "q8_0": 7}


def description(stage, shape, made_from, kind):
    """`made_from`: the hashes of the shipped personas, house text and layout (prompts) and of the phrases (corpus) it was trained on."""
    name, about = WHAT[stage]
    return [
        ("general.architecture", "string", "llama"),
        ("general.type", "string", "model"),
        ("general.name", "string", name),
        ("general.basename", "string", "Pocket"),
        ("general.description", "string", about),
        ("general.size_label", "string", "2.6M"),
        *([] if stage == "base" else [("general.finetune", "string", stage)]),
        ("general.license", "string", "mit"),
        ("general.languages", "strings", ["en", "ko"]),
        ("general.file_type", "uint32", FILE_TYPE[kind]),
        ("general.quantization_version", "uint32", 2),
        ("general.alignment", "uint32", gguf.ALIGNMENT),
        ("troupe.stage", "string", stage),
        ("troupe.prompts", "string", made_from["prompts"]),
        ("troupe.corpus", "string", made_from["corpus"]),
        ("llama.vocab_size", "uint32", shape.vocabulary),
        ("llama.context_length", "uint32", shape.context),
        ("llama.embedding_length", "uint32", shape.width),
        ("llama.block_count", "uint32", shape.layers),
        ("llama.feed_forward_length", "uint32", shape.hidden),
        ("llama.attention.head_count", "uint32", shape.heads),
        ("llama.attention.head_count_kv", "uint32", shape.heads),
        ("llama.attention.layer_norm_rms_epsilon", "float32", shape.epsilon),
        ("llama.rope.dimension_count", "uint32", shape.width // shape.heads),
        ("llama.rope.freq_base", "float32", shape.rope_base),
    ]


def vocabulary(stage, tokeniser):
    texts, types = tokeniser.spelled()
    end = tokeniser.control["<|endoftext|>" if stage == "base" else "<|im_end|>"]
    return [
        ("tokenizer.ggml.model", "string", "gpt2"),
        ("tokenizer.ggml.pre", "string", "qwen2"),
        ("tokenizer.ggml.tokens", "strings", texts),
        ("tokenizer.ggml.token_type", "int32s", types),
        ("tokenizer.ggml.merges", "strings", tokeniser.spelled_merges()),
        ("tokenizer.ggml.bos_token_id", "uint32", tokeniser.control["<|endoftext|>"]),
        ("tokenizer.ggml.eos_token_id", "uint32", end),
        ("tokenizer.ggml.eot_token_id", "uint32", end),
        ("tokenizer.ggml.padding_token_id", "uint32", tokeniser.control["<|endoftext|>"]),
        ("tokenizer.ggml.add_bos_token", "bool", False),
        *([] if stage == "base" else [("tokenizer.chat_template", "string", CHAT_TEMPLATE)]),
    ]


def neighbours(rows, heads):
    """Rows of queries or keys from halves (i, i + size/2) to neighbours (2i, 2i + 1), the order in which llama.cpp rotates."""
    size = rows.shape[0] // heads
    return rows.reshape(heads, 2, size // 2, -1).swapaxes(1, 2).reshape(rows.shape)


def tensors(weights, shape, kind):
    """The token embedding is the output too: without `output.weight` llama.cpp ties them."""
    found = [("token_embd.weight", kind, weights["embedding"]), ("output_norm.weight", "f32", weights["last_norm"])]
    for index in range(shape.layers):
        layer = {key.split(".", 2)[2]: value for key, value in weights.items() if key.startswith(f"layers.{index}.")}
        query, key, value = np.split(layer["qkv"], 3)
        gate, up = np.split(layer["gate_up"], 2)
        parts = {
            "attn_norm": layer["attention_norm"],
            "attn_q": neighbours(query, shape.heads),
            "attn_k": neighbours(key, shape.heads),
            "attn_v": value,
            "attn_output": layer["out"],
            "ffn_norm": layer["feed_norm"],
            "ffn_gate": gate,
            "ffn_up": up,
            "ffn_down": layer["down"],
        }
        for name, values in parts.items():
            found.append((f"blk.{index}.{name}.weight", "f32" if values.ndim == 1 else kind, np.ascontiguousarray(values)))
    return found


def main(checkpoint, stage, path, kind):
    shape, tokeniser = Shape(), Tokeniser.load(WORK / "tokeniser.json")
    made_from = json.loads(checkpoint.with_suffix(".json").read_text())
    weights = {key: value.float().numpy() for key, value in torch.load(checkpoint, map_location="cpu").items()}
    metadata = description(stage, shape, made_from, kind) + vocabulary(stage, tokeniser)
    size = gguf.write(path, metadata, tensors(weights, shape, kind))
    print(f"{path}: {size} bytes")


# The checkpoint's name up to its first - or . → what it is; the chat stage ends with `long`.
STAGE_OF = {"base": "base", "instruct": "instruct", "chat": "chat", "long": "chat"}

if __name__ == "__main__":
    stage_of = STAGE_OF.get(sys.argv[1].replace(".", "-").split("-")[0]) if len(sys.argv) in (3, 4) else None
    if stage_of is None:
        sys.exit(__doc__)
    main(WORK / f"{sys.argv[1]}.pt", stage_of, sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "f16")
