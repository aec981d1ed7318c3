"""
Trains Pocket from nothing: tokeniser, then the stages base, instruct, apart and chat. Run by make.sh; every setting stands in `STAGES`.
Writes work/tokeniser.json and, after each stage, work/<stage>.pt (float32 weights, averaged over the last steps).
"""

import argparse
import collections
import copy
import json
import time
from pathlib import Path

import torch

from batches import Batches, Plan
from corpus import WORK, Corpus, load_book, show
from learners import Learners
from model import Pocket, Shape
from muon import Muon
from scenes import NAME_SLOT
from tokeniser import CONTROL, WORDS, Tokeniser, learn_merges

SEED = 20261120
WARM_UP = 50  # steps
AVERAGE = 0.99
NAMING_FASTER = 4  # the learning rate of the layers that only help

# stage → (steps; learning rate at the first and at the last; the groups of one step). Muon's steps are as large for a noisy gradient
# as for a clear one: where few tokens of a batch count, the rate must be lower.
STAGES = {
    "base": (1200, (3e-3, 1e-3), [Plan("base", 12, 256, short=0.85), Plan("base", 6, 512, short=0.5)]),
    "instruct": (500, (1.5e-3, 7e-4), [Plan("instruct", 10, 288, short=0.8), Plan("instruct", 6, 512, short=0.5)]),
    "apart": (1500, (3e-3, 4e-4), [Plan("apart", 20, 192, short=0.85, strong=20.0, naming=True)] * 2),
    "chat": (
        7000,
        (1.2e-3, 2.5e-4),
        [Plan("apart", 14, 256, short=0.4, strong=20.0), Plan("chat", 10, 400, short=0.25, far=0.35, drill=0.15)],
    ),
    "long": (620, (2.5e-4, 1e-5), [Plan("chat", 1, 3800, short=0.2), Plan("chat", 10, 448, short=0.1, far=0.5, drill=0.25)]),
    # What ships of the first two stages: a little more of the same, with whole prompts, while the rate goes down.
    "base-end": (150, (1e-3, 1e-4), [Plan("base", 4, 1200, short=0.3)] * 2),
    "instruct-end": (150, (7e-4, 1e-4), [Plan("instruct", 5, 900, short=0.3)] * 2),
}
AFTER = {"instruct": "base", "apart": "instruct", "chat": "apart", "long": "chat", "base-end": "base", "instruct-end": "instruct"}


def learn_tokeniser(book, shape, seed, texts=3000):
    """The merges of the words in a sample of every stage, and in the shipped personas' prompts, which are in every session."""
    corpus, counts = Corpus(book, seed), collections.Counter()
    for index in range(texts):
        text = show(corpus.base()) if index % 2 else show(corpus.instruct())
        counts.update(WORDS.findall(text))
    for persona in book.values():
        for language, weight in (("en", 60), ("ko", 8)):
            prompt = persona[language]["direct"]
            for word in WORDS.findall("\n".join(prompt["system"].values()).replace(NAME_SLOT, prompt["name"])):
                counts[word] += weight
    common = {word: count for word, count in counts.items() if count > 2}
    return Tokeniser(learn_merges(common, shape.vocabulary - 256 - len(CONTROL)), shape.vocabulary)


def optimisers_of(model):
    """Muon for the layers' matrices; AdamW for the embedding and the norms' gains. The learning rate is set at every step."""
    layers = list(model.layers)
    matrices = [
        {"params": [layer.qkv for layer in layers], "split": 3},
        {"params": [layer.gate_up for layer in layers], "split": 2},
        {"params": [matrix for layer in layers for matrix in (layer.out, layer.down)]},
    ]
    rest = [p for name, p in model.named_parameters() if p.dim() == 1 or name == "embedding"]
    groups = [{"params": rest}, *([] if model.naming is None else [{"params": [model.naming], "faster": NAMING_FASTER}])]
    return Muon(matrices, lr=0.0, dtype=model.dtype), torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98), weight_decay=0.0)


def train_stage(stage, model, book, options):
    """Runs one stage, the learning rate going in a line; returns the averaged model."""
    steps, (first_rate, last_rate), plans = STAGES[stage]
    steps = max(1, int(steps * options.scale))
    tokeniser = Tokeniser.load(WORK / "tokeniser.json")
    seed = options.seed + 100 * (1 + list(STAGES).index(stage))
    average = copy.deepcopy(model)
    if any(plan.naming for plan in plans):
        model.begin_naming()
    optimisers = optimisers_of(model)
    learners = Learners(model, plans, lambda index: Batches(book, tokeniser, seed + index, model.shape.context))
    losses, seen, began = [], 0, time.time()
    for step in range(steps):
        loss, tokens = learners.gradients()
        losses.append(loss)
        seen += tokens
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimiser in optimisers:
            for part in optimiser.param_groups:
                rate = (first_rate + (last_rate - first_rate) * step / steps) * min(1.0, (step + 1) / WARM_UP)
                part["lr"] = rate * part.get("faster", 1)
            optimiser.step()
        blend(average, model, min(AVERAGE, step / (step + 10)))
        if step % 20 == 19 or step == steps - 1:
            recent, speed = losses[-20:], seen / (time.time() - began)
            print(f"{stage} {step + 1}/{steps} loss {sum(recent) / len(recent):.3f} {seen / 1e6:.2f} M tokens {speed:.0f}/s", flush=True)
        if step % 200 == 199:
            save(average, WORK / f"{stage}.part.pt")
    learners.close()
    save(average, WORK / f"{stage}.pt")
    return average


def blend(average, model, keep):
    learned = dict(model.named_parameters())
    with torch.no_grad():
        for name, kept in average.named_parameters():
            kept.lerp_(learned[name], 1 - keep)


def save(model, path):
    """The weights, and beside them (.json) the hashes of the prompts and phrases they were made from."""
    torch.save(model.state_dict(), path)
    made_from = json.loads((WORK / "prompts.json").read_text())
    path.with_suffix(".json").write_text(json.dumps({"prompts": made_from["hash"], "corpus": made_from["corpus"]}))


def number_format(name):
    """bfloat16 where the processor multiplies it in hardware (AMX, or AVX-512 with BF16), else float32, which every processor does well."""
    if name != "auto":
        return getattr(torch, name)
    flags = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    return torch.bfloat16 if "amx_bf16" in flags or "avx512_bf16" in flags else torch.float32


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stages", nargs="+", default=list(STAGES), choices=list(STAGES))
    parser.add_argument("--scale", type=float, default=1.0, help="of the steps: 0.01 tries the whole way in some minutes")
    parser.add_argument("--after", metavar="NAME", help="the checkpoint, work/NAME.pt, that the first of the stages goes on from")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--dtype", default="auto", choices=("auto", "float32", "bfloat16"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    book = load_book(WORK / "prompts.json")["personas"]
    shape = Shape()
    if ("base" in options.stages and not options.after) or not (WORK / "tokeniser.json").exists():
        learn_tokeniser(book, shape, options.seed).save(WORK / "tokeniser.json")
    model = Pocket(shape, number_format(options.dtype))
    for index, stage in enumerate(options.stages):
        before = options.after if options.after and index == 0 else AFTER.get(stage)
        if before:
            model.load_state_dict(torch.load(WORK / f"{before}.pt"))
        model = train_stage(stage, model, book, options)


if __name__ == "__main__":
    main()
