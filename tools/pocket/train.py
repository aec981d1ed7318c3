"""
Trains Pocket from nothing: tokeniser, then the stages base, instruct and chat. Run by make.sh; every setting stands in `STAGES`.
Writes work/tokeniser.json and, after each stage, work/<stage>.pt (float32 weights, averaged over the last steps).
"""

import argparse
import collections
import copy
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from batches import Batches, Plan, stream
from corpus import WORK, Corpus, load_book, show
from model import Pocket, Shape
from muon import Muon
from tokeniser import CONTROL, WORDS, Tokeniser, learn_merges

SEED = 20261120
# stage → learning rate: lower where fewer tokens of a batch count, since Muon's steps are as large for a noisy gradient
RATES = {"base": 3e-3, "instruct": 1.5e-3, "chat": 2e-3, "long": 2e-3, "base-end": 2e-3, "instruct-end": 1.5e-3}
RATE_AT_END, WARM_UP = 1e-4, 50
DECAY_FROM = 0.6  # of the chat stage
AVERAGE = 0.99

# stage → (steps, the groups of one step)
STAGES = {
    "base": (500, [Plan("base", 24, 256, short=0.85)]),
    "instruct": (200, [Plan("instruct", 20, 288, short=0.8)]),
    "chat": (2400, [Plan("chat", 8, 320, short=0.9, far=0.5), Plan("chat", 6, 448, short=0.2, far=0.5)]),
    "long": (200, [Plan("chat", 1, 4600, short=0.2), Plan("chat", 6, 448, short=0.1, far=0.5)]),
    # What ships of the first two stages: a little more of the same, with whole prompts, while the rate goes down.
    "base-end": (140, [Plan("base", 8, 1200, short=0.3)]),
    "instruct-end": (140, [Plan("instruct", 10, 900, short=0.3)]),
}
AFTER = {"instruct": "base", "chat": "instruct", "long": "chat", "base-end": "base", "instruct-end": "instruct"}


def learn_tokeniser(book, shape, seed, texts=3000):
    """The merges of the words in a sample of every stage, and in the shipped personas' prompts, which are in every session."""
    corpus, counts = Corpus(book, seed), collections.Counter()
    for index in range(texts):
        text = show(corpus.base()) if index % 2 else show(corpus.instruct())
        counts.update(WORDS.findall(text))
    for persona in book.values():
        for language, weight in (("en", 60), ("ko", 8)):
            for word in WORDS.findall("\n".join(persona[language]["direct"]["system"].values())):
                counts[word] += weight
    common = {word: count for word, count in counts.items() if count > 2}
    return Tokeniser(learn_merges(common, shape.vocabulary - 256 - len(CONTROL)), shape.vocabulary)


def loss_of(model, group):
    """The weighted mean cross-entropy of the targets, in nats; and the number of tokens seen."""
    prefix, sessions = torch.from_numpy(group.prefix), torch.from_numpy(group.sessions)
    positions = torch.from_numpy(group.positions.copy())
    hidden = model(prefix, sessions[:, :-1], positions)
    following = torch.cat([prefix[1:], prefix[:1]]) if len(prefix) else prefix
    targets = torch.cat([following, sessions[:, 1:].reshape(-1)])
    weights = torch.cat([torch.from_numpy(group.prefix_weights), torch.from_numpy(group.weights).reshape(-1)])
    learned = weights > 0
    losses = F.cross_entropy(model.logits(hidden[learned]), targets[learned], reduction="none")
    return (losses * weights[learned]).sum() / weights[learned].sum(), len(targets)


def rate_at(stage, share):
    """The learning rate: constant, then down in a line, from the later part of `chat` to the end of `long`; all along in the ends."""
    rate = RATES[stage]
    if stage in ("base", "instruct"):
        return rate
    if stage not in ("chat", "long"):
        return rate + (RATE_AT_END - rate) * share
    chat, total = STAGES["chat"][0], STAGES["chat"][0] + STAGES["long"][0]
    done = (share * STAGES[stage][0] + (chat if stage == "long" else 0)) / total
    down = max(0.0, (done - DECAY_FROM) / (1 - DECAY_FROM))
    return rate + (RATE_AT_END - rate) * down


def optimisers_of(model):
    """Muon for the layers' matrices; AdamW for the embedding and the norms' gains."""
    layers = list(model.layers)
    matrices = [
        {"params": [layer.qkv for layer in layers], "split": 3},
        {"params": [layer.gate_up for layer in layers], "split": 2},
        {"params": [matrix for layer in layers for matrix in (layer.out, layer.down)]},
    ]
    rest = [p for name, p in model.named_parameters() if p.dim() == 1 or name == "embedding"]
    return Muon(matrices, lr=RATES["base"]), torch.optim.AdamW(rest, lr=RATES["base"], betas=(0.9, 0.98), weight_decay=0.0)


def train_stage(stage, model, book, options):
    """Runs one stage; returns the averaged model."""
    steps, plans = STAGES[stage]
    steps = max(1, int(steps * options.scale))
    tokeniser = Tokeniser.load(WORK / "tokeniser.json")
    seed = options.seed + 1 + list(STAGES).index(stage)
    optimisers = optimisers_of(model)
    average = copy.deepcopy(model)
    groups = stream(lambda: Batches(book, tokeniser, seed, model.shape.context), plans * steps)
    log, seen, began = [], 0, time.time()
    for step in range(steps):
        warm = min(1.0, (step + 1) / WARM_UP)
        for optimiser in optimisers:
            optimiser.zero_grad()
            for part in optimiser.param_groups:
                part["lr"] = rate_at(stage, step / steps) * warm
        for _ in plans:
            loss, tokens = loss_of(model, next(groups))
            (loss / len(plans)).backward()
            log.append(loss.item())
            seen += tokens
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimiser in optimisers:
            optimiser.step()
        blend(average, model, min(AVERAGE, step / (step + 10)))
        if step % 20 == 19 or step == steps - 1:
            recent = log[-20 * len(plans) :]
            speed = seen / (time.time() - began)
            print(f"{stage} {step + 1}/{steps} loss {sum(recent) / len(recent):.3f} {seen / 1e6:.2f} M tokens {speed:.0f}/s", flush=True)
        if step % 200 == 199:
            save(average, WORK / f"{stage}.part.pt")
    save(average, WORK / f"{stage}.pt")
    return average


def blend(average, model, keep):
    with torch.no_grad():
        for kept, new in zip(average.parameters(), model.parameters()):
            kept.lerp_(new, 1 - keep)


def save(model, path):
    torch.save(model.state_dict(), path)


def number_format(name):
    """bfloat16 where the processor multiplies it in hardware (AMX), else float32, which every processor does well."""
    if name != "auto":
        return getattr(torch, name)
    flags = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    return torch.bfloat16 if "amx_bf16" in flags else torch.float32


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stages", nargs="+", default=list(STAGES), choices=list(STAGES))
    parser.add_argument("--scale", type=float, default=1.0, help="of the steps: 0.01 tries the whole way in a minute")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--dtype", default="auto", choices=("auto", "float32", "bfloat16"))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    book = load_book(WORK / "prompts.json")["personas"]
    shape = Shape()
    if "base" in options.stages or not (WORK / "tokeniser.json").exists():
        learn_tokeniser(book, shape, options.seed).save(WORK / "tokeniser.json")
    model = Pocket(shape, number_format(options.dtype))
    for stage in options.stages:
        if stage in AFTER:
            model.load_state_dict(torch.load(WORK / f"{AFTER[stage]}.pt"))
        model = train_stage(stage, model, book, options)


if __name__ == "__main__":
    main()
