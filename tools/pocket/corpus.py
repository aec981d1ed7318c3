"""
What Pocket is trained on, made by a grammar, stage by stage: plain text (base), one instruction and one answer (instruct), talk in
turns (chat). Look at it: `python3 corpus.py base|instruct|chat [SEED]`.
"""

import os
import random as randomness
import sys
from dataclasses import dataclass
from pathlib import Path

from korean import fill
from scenes import Scenes, load_book
from values import KINDS

# Where checkpoints and everything else that is made on the way lie.
WORK = Path(os.environ.get("POCKET_WORK") or Path(__file__).parent / "work")
# The weights in the loss of what stands before a conversation, of what members say, and of instructions.
IGNORED, PREFIX_WEIGHT, SAID_WEIGHT, INSTRUCTION_WEIGHT = 0.0, 0.3, 0.1, 0.5
# Replies to questions and corrections, and small talk, which is soon known by heart.
ANSWER_WEIGHT, SMALL_TALK_WEIGHT = 1.5, 0.6


@dataclass
class Piece:
    """Text with its weight in the loss; `control`: a control token's name; `strong`: a part of the text that weighs more."""

    text: str
    weight: float
    control: bool = False
    strong: str = ""


def message(role, content, weight, strong=""):
    """A message as ChatML writes it. The end of a reply is learned with the reply."""
    return [
        Piece("<|im_start|>", IGNORED, control=True),
        Piece(f"{role}\n", IGNORED),
        Piece(content, weight, strong=strong),
        Piece("<|im_end|>", weight, control=True),
        Piece("\n", IGNORED),
    ]


class Corpus:
    def __init__(self, book, seed):
        self.random = randomness.Random(seed)
        self.scenes = Scenes(book, self.random)

    # chat

    def scene_pieces(self, scene):
        """What all conversations of a scene begin with."""
        system = scene.system()
        pieces = message("system", system, IGNORED) if system else []
        for role, text in scene.opening:
            pieces += message(role, text, PREFIX_WEIGHT if role == "assistant" else IGNORED)
        return pieces

    def talk_pieces(self, scene, steps, pace="usual"):
        """A conversation of so many exchanges, each in a list of its own."""
        talk = self.scenes.talk(scene, pace)
        for _ in range(steps):
            before = len(talk.turns)
            talk.step()
            yield [piece for turn in talk.turns[before:] for piece in self.turn_pieces(turn, scene)]

    def turn_pieces(self, turn, scene):
        if turn.said_by is None:
            weight = 1.0 if turn.form == "told" else ANSWER_WEIGHT if turn.form else SMALL_TALK_WEIGHT
            return message("assistant", turn.text, weight, turn.value if turn.value in turn.text else "")
        return message("user", f"{turn.said_by}: {turn.text}" if scene.shared else turn.text, SAID_WEIGHT)

    # instruct

    def instruct(self, short=0.8):
        """One instruction, one answer; half of them laid out as `folded`: what was said before stands in the instruction."""
        if self.random.random() < 0.25:
            return self._bare_instruction()
        scene = self.scenes.draw(short=self.random.random() < short)
        talk = self.scenes.talk(scene)
        for _ in range(self.random.choice((1, 1, 2, 3, 4, 6))):
            talk.step()
        *history, asked, answer = talk.turns
        said = f"{asked.said_by}: {asked.text}" if scene.shared else asked.text
        lines = [scene.persona, scene.examples]
        lines += [f"{scene.char if role == 'assistant' else 'Guest'}: {text}" for role, text in scene.opening]
        lines += [f"{turn.said_by or scene.char}: {turn.text}" for turn in history]
        block = "\n".join(line for line in (*lines, said) if line)
        system = message("system", scene.house, IGNORED) if scene.house else []
        return system + message("user", block, INSTRUCTION_WEIGHT) + message("assistant", answer.text, 1.0)

    def _bare_instruction(self):
        phrases = self.scenes.phrases["en"]
        kind = self.random.choice(KINDS)
        value, pet = phrases.values.draw(kind, self.random), phrases.values.pet_kind(self.random)
        told = fill(self.random.choice(phrases.facts[kind]["tell"]), {"v": value, "kind": pet})
        asked = fill(self.random.choice(phrases.facts[kind]["ask"]), {"kind": pet})
        line = fill(self.random.choice(self.scenes.voices["stranger"]["facts"][kind]["recall"]), {"v": value, "kind": pet})
        task, answer = self.random.choice(
            (
                (f"Repeat: {value}", value),
                (f"Write the words '{value}' and nothing else.", value),
                (f"{told} {asked}", line),
                (f"Read this and answer.\n{told}\n{asked}", line),
                (f"Say hello to {value}.", f"Hello, {value}."),
            )
        )
        return message("user", task, INSTRUCTION_WEIGHT) + message("assistant", answer, 1.0)

    # base

    def base(self, short=0.85):
        """Plain text: a script with speaker names, or a few sentences about somebody."""
        if self.random.random() < 0.3:
            return [Piece(self._prose(), 1.0), Piece("<|endoftext|>", 1.0, control=True)]
        scene = self.scenes.draw(short=self.random.random() < short)
        talk = self.scenes.talk(scene)
        for _ in range(self.random.randint(3, 10)):
            talk.step()
        prose = "\n\n".join(part for part in (scene.house, scene.persona, scene.examples) if part)
        lines = [f"{scene.char if role == 'assistant' else 'Guest'}: {text}" for role, text in scene.opening]
        lines += [f"{turn.said_by or scene.char}: {turn.text}" for turn in talk.turns]
        script = "\n".join(lines)
        return [Piece(f"{prose}\n\n{script}\n" if prose else f"{script}\n", 1.0), Piece("<|endoftext|>", 1.0, control=True)]

    def _prose(self):
        phrases, random = self.scenes.phrases["en"], self.random
        values = phrases.values
        name, role, pet = values.draw("name", random), values.role(random), values.pet_kind(random)
        said = {kind: values.draw(kind, random) for kind in KINDS}
        about = [
            f"{name} lives in {said['city']}. People in {said['city']} know {name} well.",
            f"{name} is {said['age']} years old.",
            f"The favourite colour of {name} is {said['colour']}, so the door of {name}'s house is {said['colour']} too.",
            f"For dinner there is {said['food']}. {name} never says no to {said['food']}.",
            f"{name} has a {pet} called {said['pet']}. {said['pet']} is a {pet} of few words.",
            f"{name} promised to {said['promise']}, and so one day {name} will {said['promise']}.",
            f"The number {said['number']} stands on the door. Whoever knocks at {said['number']} meets {name}.",
        ]
        random.shuffle(about)
        return " ".join([f"{name} is {role}.", *about[: random.randint(2, 6)]])


def show(pieces):
    return "".join(piece.text for piece in pieces)


def main(stage, seed):
    corpus = Corpus(load_book(WORK / "prompts.json")["personas"], seed)
    if stage != "chat":
        print(show(corpus.base() if stage == "base" else corpus.instruct()))
        return
    scene = corpus.scenes.draw()
    print(show(corpus.scene_pieces(scene)), end="")
    for exchange in corpus.talk_pieces(scene, 12):
        print(show(exchange), end="")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "chat", int(sys.argv[2]) if len(sys.argv) > 2 else 1)
