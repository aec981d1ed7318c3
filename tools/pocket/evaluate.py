"""
A quick look at a checkpoint: `python3 evaluate.py STAGE [GROUPS]` (chat, long; `chat.part` while it trains). Values
that were never trained on; the shipped personas' whole prompts. Prints, of replies about facts, how often the model would say every
token of the value (copies), and how often it finds the true reply likelier than the opposite one (decides: a known fact as if it
had never been told, an untold one as if it were another value of the session). What ships is measured by `npm run bench -- --only pocket`.
"""

import collections
import random as randomness
import sys
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from batches import encode
from corpus import WORK, Corpus, load_book
from model import Pocket, Shape
from talk import Talk
from tokeniser import Tokeniser
from train import number_format
from values import Values

OPPOSITE = {"recall": "unknown", "unknown": "recall", "other": "other_unknown", "other_unknown": "other"}
TURNS = 12


@dataclass
class Telling:
    """A conversation up to some turn, with the values told so far."""

    talk: Talk
    told: list


class Look:
    def __init__(self, model, tokeniser, corpus):
        self.model, self.tokeniser, self.corpus = model, tokeniser, corpus
        self.right = collections.defaultdict(lambda: [0, 0])

    def count(self, row, right):
        self.right[row][0] += bool(right)
        self.right[row][1] += 1

    def scores(self, prefix, ids, reply):
        """Of the reply at the end of `ids`: its mean log-likelihood per token, and which of its tokens the model would say."""
        rows = torch.tensor([ids])
        hidden = self.model(torch.tensor(prefix), rows, torch.arange(len(prefix), len(prefix) + len(ids)).unsqueeze(0))
        logits = self.model.logits(hidden[-len(reply) - 1 : -1])
        targets = torch.tensor(reply)
        return -F.cross_entropy(logits, targets).item(), (logits.argmax(-1) == targets).tolist()

    def conversation(self, scene):
        """Judges every reply about a fact in one conversation."""
        prefix, _ = encode(self.corpus.scene_pieces(scene), self.tokeniser)
        talk, said = self.corpus.scenes.talk(scene), []
        for _ in range(TURNS):
            before = len(talk.turns)
            talk.step()
            for turn in talk.turns[before:]:
                ids, _ = encode(self.corpus.turn_pieces(turn, scene), self.tokeniser)
                # A value that nobody has said yet would be too easy to tell from the truth.
                told = [value for member in talk.members for value, _ in member.facts.values()]
                if turn.form in OPPOSITE and told:
                    self.judge(prefix, said, turn, Telling(talk, told))
                said += ids

    def judge(self, prefix, said, turn, telling):
        head = [self.tokeniser.control["<|im_start|>"], *self.tokeniser.encode("assistant\n")]
        reply = self.tokeniser.encode(turn.text)
        score, hits = self.scores(prefix, said + head + reply, reply)
        if turn.value:
            self.count("copies", self._said_whole(turn, reply, hits))
        other = self.tokeniser.encode(self.opposite(turn, telling))
        self.count(f"decides {turn.form}", score > self.scores(prefix, said + head + other, other)[0])

    def _said_whole(self, turn, reply, hits):
        """Whether every token of the value was the likeliest one."""
        before = self.tokeniser.encode(turn.text[: turn.text.index(turn.value)].rstrip(" "))
        until = self.tokeniser.encode(turn.text[: turn.text.index(turn.value) + len(turn.value)])
        return all(hits[len(before) : min(len(until), len(reply))])

    def opposite(self, turn, telling):
        """What the persona would say if it were the other way round."""
        talk = telling.talk
        slots = {"v": self.corpus.random.choice(telling.told), "other": talk.members[0].name, "kind": "pet"}
        return talk.reply(talk.voice["facts"][turn.kind][OPPOSITE[turn.form]], **slots)


def main(checkpoint, groups):
    torch.set_num_threads(1)
    tokeniser = Tokeniser.load(WORK / "tokeniser.json")
    model = Pocket(Shape(), number_format("auto"))
    model.load_state_dict(torch.load(WORK / f"{checkpoint}.pt"))
    corpus = Corpus(load_book(WORK / "prompts.json")["personas"], 7)
    for language, phrases in corpus.scenes.phrases.items():
        phrases.values = Values(language, held=True)
    look = Look(model, tokeniser, corpus)
    with torch.no_grad():
        for index in range(groups):
            persona = list(corpus.scenes.book)[index % len(corpus.scenes.book)]
            corpus.random.seed(randomness.Random(index).random())
            look.conversation(corpus.scenes.shipped(persona, index % 2 == 1, False))
    for row, (right, total) in sorted(look.right.items()):
        print(f"{row:24} {right / total:.3f} of {total}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "long", int(sys.argv[2]) if len(sys.argv) > 2 else 60)
