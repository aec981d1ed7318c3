"""Conversations as arrays: a shared prefix, then many sessions of one length, each with its targets' weights and positions."""

from dataclasses import dataclass, replace

import numpy as np

from apart import speakers_of
from corpus import IGNORED, Corpus

LONG = 2000  # tokens of a session from which facts are told early and asked for late
STRONG = 3.0  # how much more the tokens of a value weigh than the words around it


@dataclass
class Group:
    """
    ids: prefix (P + 0), sessions (K, S + 1); weights of the targets: (P), (K, S); positions (K, S); speakers (K, S, 2) where they are to
    be named (see apart.py).
    """

    prefix: np.ndarray
    prefix_weights: np.ndarray
    sessions: np.ndarray
    weights: np.ndarray
    positions: np.ndarray
    speakers: np.ndarray | None = None


@dataclass(frozen=True)
class Plan:
    """
    What one group is made of. `stage`: base, instruct, chat, or apart (chat in which members are told apart). `short`: how many of the
    scenes have few instructions, or in `apart` one line of them; `far`: how many sessions have gaps; `drill`: in how many of the groups
    members hardly do anything but tell and ask; `strong`: how much more the tokens of a value weigh; `naming`: speakers are to be named.
    """

    stage: str
    count: int
    length: int
    short: float = 0.0
    far: float = 0.0
    drill: float = 0.0
    strong: float = STRONG
    naming: bool = False


def encode(pieces, tokeniser, strong=STRONG):
    """ids and weights of pieces; each piece is tokenised by itself, as the product does."""
    ids, weights = [], []
    for piece in pieces:
        own = [tokeniser.control[piece.text]] if piece.control else tokeniser.encode(piece.text)
        ids += own
        weights += strengthened(piece, own, (tokeniser, strong)) if piece.strong else [piece.weight] * len(own)
    return ids, weights


def strengthened(piece, ids, how):
    """The weights of a piece's tokens: those that hold a part of what is strong weigh more. `how`: the tokeniser, and how much more."""
    tokeniser, strong = how
    start = len(piece.text[: piece.text.index(piece.strong)].encode())
    end = start + len(piece.strong.encode())
    weights, at = [], 0
    for token in ids:
        after = at + len(tokeniser.tokens[token])
        weights.append(piece.weight * strong if at < end and after > start else piece.weight)
        at = after
    return weights


class Batches:
    def __init__(self, book, tokeniser, seed, context):
        self.corpus, self.tokeniser, self.context = Corpus(book, seed), tokeniser, context
        self.random = self.corpus.random
        for phrases in self.corpus.scenes.phrases.values():
            phrases.values.know_pieces(tokeniser.tokens)

    def group(self, plan):
        return self._chat(plan) if plan.stage in ("chat", "apart") else self._single(plan)

    def _single(self, plan):
        """Texts one after another in rows; a text that does not fit goes on in nobody's row. No prefix."""
        make = self.corpus.base if plan.stage == "base" else self.corpus.instruct
        rows, weights = self._blank(plan)
        for row in range(plan.count):
            filled = 0
            while filled < plan.length // 2:
                ids, own = encode(make(plan.short), self.tokeniser)
                taken = min(len(ids), plan.length + 1 - filled)
                rows[row, filled : filled + taken], weights[row, filled : filled + taken] = ids[:taken], own[:taken]
                filled += taken
                if plan.stage == "instruct":
                    break
        positions = np.broadcast_to(np.arange(plan.length), (plan.count, plan.length))
        return Group(np.zeros(0, np.int64), np.zeros(0, np.float32), rows, weights[:, 1:], positions)

    def _chat(self, plan):
        scene, pace = self._scene(plan)
        prefix, prefix_weights = encode(self.corpus.scene_pieces(scene), self.tokeniser)
        length = min(plan.length, self.context - len(prefix) - 1)
        plan = replace(plan, length=length)
        rows, weights = self._blank(plan)
        positions = np.zeros((plan.count, plan.length), np.int64)
        for row in range(plan.count):
            exchanges = self.corpus.talk_pieces(scene, length + 1, pace or ("long" if length > LONG else "usual"))
            bounds = self._fill(exchanges, plan.strong, (rows[row], weights[row]))
            positions[row] = self._positions(len(prefix), bounds, plan)
        targets = np.array([*prefix_weights[1:], IGNORED] if prefix else [], np.float32)
        speakers = speakers_of(rows, self.tokeniser) if plan.naming else None
        return Group(np.array(prefix, np.int64), targets, rows, weights[:, 1:], positions, speakers)

    def _scene(self, plan):
        """A scene, and its pace where the plan sets one."""
        short, drill = self.random.random() < plan.short, self.random.random() < plan.drill
        if plan.stage == "apart":
            scene = self.corpus.scenes.draw(short, shared=True)
            return (scene.bare() if short else scene), "apart"
        return self.corpus.scenes.draw(short, shared=True if drill else None), "drill" if drill else None

    def _blank(self, plan):
        end = self.tokeniser.control["<|endoftext|>"]
        shape = (plan.count, plan.length + 1)
        return np.full(shape, end, np.int64), np.zeros(shape, np.float32)

    def _fill(self, exchanges, strong, arrays):
        """One conversation into a row, cut where the row ends; returns where its exchanges begin."""
        (row, weights), filled, bounds = arrays, 0, []
        for exchange in exchanges:
            ids, own = encode(exchange, self.tokeniser, strong)
            taken = min(len(ids), len(row) - filled)
            bounds.append(filled)
            row[filled : filled + taken], weights[filled : filled + taken] = ids[:taken], own[:taken]
            filled += taken
            if filled == len(row):
                return bounds
        return bounds

    def _positions(self, before, bounds, plan):
        """
        Positions of a row. In some rows a few exchanges lie far behind the ones before them, as if much had been said in between:
        the model learns far distances from short sessions (after Ruoss et al. 2023, randomised positional encodings).
        """
        positions = before + np.arange(plan.length)
        room = self.context - before - plan.length
        if room > 0 and self.random.random() < plan.far:
            cuts = sorted(self.random.choices(bounds, k=self.random.randint(1, 3)))
            total = self.random.randint(0, room)
            shares = sorted(self.random.randint(0, total) for _ in cuts)
            for cut, share in zip(cuts, np.diff([0, *shares])):
                positions[cut:] += share
        return positions
