"""
Who said what? Conversations in which members tell the same kinds of fact and then only ask, for their own or the other's; and who
speaks at every token, which the model has to name besides, from the hidden states in its middle. Nothing else in the grammar needs a
name to be carried along from the beginning of a line to the value in it, and without being asked for it Pocket never found out that it must.
"""

import numpy as np

from korean import fill
from talk import Talk, Turn
from values import KINDS

UNKNOWN = -100  # cross_entropy's mark for targets that do not count
PAIRS = 0.85  # of the conversations have two members; the others what Talk draws
ABOUT_ANOTHER = 0.3  # of the questions
LONGEST_NAME = 12  # tokens


class TalkApart(Talk):
    def __init__(self, *given, **settings):
        super().__init__(*given, **settings)
        if self.random.random() < PAIRS:
            self.members = self.members[:2]
        # Not the name: in a shared venue it stands before everything a member says.
        self.kinds = self.random.sample([kind for kind in KINDS if kind != "name"], self.random.choice((1, 1, 2)))
        self.untold = [(member, kind) for member in self.members for kind in self.kinds]
        self.random.shuffle(self.untold)

    def step(self):
        self.answer = ()
        if self.untold:
            member, kind = self.untold.pop()
            said = self._told(member, kind, "tell")
            reply = self._fact_reply(kind, "told", member)
        else:
            member = self.random.choice(self.members)
            said, reply = self._ask_apart(member, self.random.choice(self.kinds))
        self._say(member, said)
        self.turns.append(Turn(None, reply, *self.answer))

    def _ask_apart(self, member, kind):
        lines = self.phrases.facts[kind]
        is_another = self.random.random() < ABOUT_ANOTHER and bool(lines["ask_other"])
        about = self.random.choice([one for one in self.members if one is not member]) if is_another else member
        line = self._pick(lines["ask_other" if is_another else "ask"])
        pet = about.facts[kind][1]
        said = self._dress(fill(line, {"other": about.name, "kind": pet}))
        return said, self._fact_reply(kind, "other" if is_another else "recall", about, pet)


def speakers_of(sessions, tokeniser):
    """
    sessions (K, S + 1) of a shared venue → (K, S, 2): the first and the last token of the name of the member who spoke last, for every
    token after the name; UNKNOWN before it and in it.
    """
    start, colon = tokeniser.control["<|im_start|>"], tokeniser.encode(":")[0]
    head = [start, *tokeniser.encode("user\n")]
    found = np.full((*sessions.shape, 2), UNKNOWN, np.int64)
    for row, ids in zip(found, sessions.tolist()):
        for at in (at for at, token in enumerate(ids) if token == start and ids[at : at + len(head)] == head):
            first = at + len(head)
            row[at:] = UNKNOWN
            if colon in ids[first + 1 : first + LONGEST_NAME]:
                end = ids.index(colon, first + 1)
                row[end:] = ids[first], ids[end - 1]
    return found[:, :-1]
