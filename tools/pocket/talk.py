"""Conversations from a grammar: small talk, facts told, corrected and asked for, in a direct venue or among several members."""

from dataclasses import dataclass, field

from korean import fill
from values import KINDS, Values, read

LANGUAGES = ("en", "ko")
# Small talk: how often each intent is met, where it is not 1.
OFTEN = {"anything": 8, "world_question": 4, "hello": 3, "gibberish": 2, "how_are_you": 2, "your_name": 2, "who_are_you": 2}


# How often small talk, telling, asking and correcting come, in one kind of conversation or another.
WEIGHTS = ((20, 28, 44, 8), (8, 34, 50, 8), (55, 13, 28, 4))
# In a long conversation facts are told in the first exchanges and asked for much later.
FIRST_EXCHANGES, LATER_WEIGHTS = 10, (80, 1, 18, 1)
# In a drill members tell and ask, and hardly anything else.
DRILL_WEIGHTS = (3, 32, 60, 5)
# Among several members: how often a fact told, or asked for, is of a kind that another member has told.
CONTESTED = {"usual": 0.5, "long": 0.5, "drill": 0.85}
# How often a fact is told in one message with small talk.
BESIDE = 0.12


@dataclass
class Phrases:
    """What members say in one language, and the values they say it of."""

    language: str
    facts: dict = field(init=False)
    small_talk: dict = field(init=False)
    values: Values = field(init=False)

    def __post_init__(self):
        self.facts = read(f"facts.{self.language}.yaml")
        self.small_talk = read(f"small-talk.{self.language}.yaml")
        self.values = Values(self.language)


@dataclass
class Member:
    """`facts`: kind → (value, kind of pet), as told in the session; `name` is the one shown in a shared venue."""

    name: str
    facts: dict = field(default_factory=dict)


@dataclass
class Turn:
    """`said_by` is a member's name, or None for the persona; `kind`, `form`, `value`: of a reply about a fact (see the voice files)."""

    said_by: str | None
    text: str
    kind: str = ""
    form: str = ""
    value: str = ""


class Talk:
    """
    One conversation with one persona. `voice` is its voice file, `char` its name, `role` what an invented persona is; `phrases` the
    members' language; `pace`: usual, long (a hundred exchanges) or drill (who said what?). `step()` adds a member's turn and the reply
    to it to `turns`.
    """

    def __init__(self, voice, phrases, random, *, char, role="", shared=False, others=(), pace="usual"):
        self.voice, self.phrases, self.random = voice, phrases, random
        self.char, self.role, self.shared, self.others = char, role, shared, others
        self.pace, self.turns = pace, []
        self.answer = ()  # kind, form and value of the reply being made
        names = self._different_names(random.choice((2, 2, 2, 3)) if shared else 1)
        self.members = [Member(name) for name in names]
        self.weights = DRILL_WEIGHTS if pace == "drill" else random.choice(WEIGHTS)

    def _different_names(self, count):
        names = []
        while len(names) < count:
            name = self.phrases.values.draw("name", self.random)
            if all(name.lower() != other.lower() for other in (*names, self.char)):
                names.append(name)
        return names

    def step(self):
        member = self.random.choice(self.members)
        if self.shared and self.random.random() < 0.06:
            self._unanswered(member)
        weights = LATER_WEIGHTS if self.pace == "long" and len(self.turns) > 2 * FIRST_EXCHANGES else self.weights
        deed = self.random.choices((self._small_talk, self._tell, self._ask, self._correct), weights)[0]
        self.answer = ()
        said, reply = deed(member)
        self._say(member, said)
        self.turns.append(Turn(None, reply, *self.answer))

    def _unanswered(self, member):
        """A turn nobody answers: another persona's line, or a member's that was meant for somebody else."""
        if self.others and self.random.random() < 0.5:
            name, lines = self.random.choice(self.others)
            self.turns.append(Turn(name, self.random.choice(lines)))
        else:
            self._say(member, self._small_talk(member)[0])

    def _say(self, member, text):
        self.turns.append(Turn(member.name, text))

    # What is said, and what the persona answers.

    def _small_talk(self, member):
        intents = list(self.phrases.small_talk)
        intent = self.random.choices(intents, [OFTEN.get(name, 1) for name in intents])[0]
        said = self._dress(self._pick(self.phrases.small_talk[intent]))
        name = self._known_name(member)
        if name and intent in self.voice["named"] and self.random.random() < 0.5:
            return said, self.reply(self.voice["named"][intent], name=name)
        return said, self.reply(self.voice["said"][intent])

    def _known_name(self, member):
        told = member.facts.get("name")
        return told[0] if told else member.name if self.shared else None

    def _tell(self, member):
        untold = [kind for kind in KINDS if kind not in member.facts]
        if not untold:
            return self._correct(member)
        contested = [kind for kind in self._told_by_others(member) if kind in untold]
        if contested and self.random.random() < CONTESTED[self.pace]:
            untold = contested
        kinds = self.random.sample(untold, 2 if len(untold) > 1 and self.random.random() < 0.12 else 1)
        said = self._beside(" ".join(self._told(member, kind, "tell") for kind in kinds))
        return said, self._fact_reply(self.random.choice(kinds), "told", member)

    def _told(self, member, kind, form):
        old = member.facts.get(kind, ("", ""))
        lowered = self.random.random() < 0.12
        value = self.phrases.values.draw(kind, self.random)
        while value.lower() == old[0].lower() or (kind == "name" and value.lower() == self.char.lower()):
            value = self.phrases.values.draw(kind, self.random)
        value = value.lower() if lowered else value
        pet = old[1] or self.phrases.values.pet_kind(self.random)
        member.facts[kind] = (value, pet)
        line = self._pick(self.phrases.facts[kind][form])
        said = fill(line, {"v": value, "old": old[0], "kind": pet})
        return said.lower() if lowered else self._dress(said, value)

    def _correct(self, member):
        told = [kind for kind in KINDS if kind in member.facts]
        if not told:
            return self._tell(member)
        kind = self.random.choice(told)
        said = self._told(member, kind, "correct" if self.random.random() < 0.75 else "tell")
        return said, self._fact_reply(kind, "corrected", member)

    def _ask(self, member):
        if self.shared and self.random.random() < 0.3:
            return self._ask_about_another(member)
        kind = self._kind_to_ask(member)
        line = self._pick(self.phrases.facts[kind]["ask"])
        pet = self._pet_in(line, member.facts.get(kind))
        said = self._dress(fill(line, {"kind": pet}))
        if kind == "name" and kind not in member.facts and self.shared:
            return said, self.reply(self.voice["facts"]["name"]["recall"], v=member.name)
        return said, self._fact_reply(kind, "recall" if kind in member.facts else "unknown", member, pet)

    def _ask_about_another(self, member):
        other = self.random.choice([one for one in self.members if one is not member])
        kind = self._kind_to_ask(other)
        lines = self.phrases.facts[kind]["ask_other"]
        if kind == "name" or not lines:
            kind, lines = "colour", self.phrases.facts["colour"]["ask_other"]
        line = self._pick(lines)
        pet = self._pet_in(line, other.facts.get(kind))
        said = self._dress(fill(line, {"other": other.name, "kind": pet}))
        form = "other" if kind in other.facts else "other_unknown"
        return said, self._fact_reply(kind, form, other, pet)

    def _kind_to_ask(self, member):
        contested = self._told_by_others(member)
        if contested and self.random.random() < CONTESTED[self.pace]:
            return self.random.choice(contested)
        known = [kind for kind in KINDS if kind in member.facts]
        unknown = [kind for kind in KINDS if kind not in member.facts]
        if known and (not unknown or self.random.random() < 0.62):
            return self.random.choice(known)
        return self.random.choice(unknown)

    def _told_by_others(self, member):
        return [kind for kind in KINDS if any(kind in other.facts for other in self.members if other is not member)]

    def _pet_in(self, line, fact):
        """The kind of pet a question names: the one told, or any; a question that names none cannot be answered with one."""
        if fact:
            return fact[1]
        if "{kind" in line:
            return self.phrases.values.pet_kind(self.random)
        return ANY_PET[self.voice["language"]]

    # How it is put.

    def _fact_reply(self, kind, form, member, pet=""):
        value, kind_of_pet = member.facts.get(kind, ("", pet))
        self.answer = (kind, form, value)
        return self.reply(self.voice["facts"][kind][form], v=value, kind=pet or kind_of_pet, other=member.name)

    def reply(self, lines, **slots):
        return fill(self._pick(lines), {"char": self.char, "role": self.role, **slots})

    def _pick(self, lines):
        return self.random.choice(lines)

    def _beside(self, said):
        if self.random.random() >= BESIDE:
            return said
        before = self.random.random() < 0.5
        small_talk = self._pick(self.phrases.small_talk["hello" if before and self.random.random() < 0.5 else "anything"])
        return f"{small_talk} {said}" if before else f"{said} {small_talk}"

    def _dress(self, said, value=""):
        """The same words as other people type them: lower case, no full stop, a word before or after."""
        random = self.random
        if random.random() < 0.08 and not value:
            said = said.lower() if random.random() < 0.8 else said.upper()
        if random.random() < 0.08:
            said = said.rstrip(".!")
        if random.random() < 0.07:
            said = f"{self.char}, {said}" if random.random() < 0.5 else f"{random.choice(BEFORE[self.phrases.language])} {said}"
        if random.random() < 0.05:
            said = f"{said} {random.choice(AFTER[self.phrases.language])}"
        return said


ANY_PET = {"en": "pet", "ko": "반려동물"}
BEFORE = {
    "en": ("hey,", "ok,", "btw", "So,", "um", "Hey,", "Oh,", "well,", "Listen,", "and", "By the way,"),
    "ko": ("저기,", "음,", "아,", "그런데", "근데", "있잖아,", "참,"),
}
AFTER = {"en": (":)", "lol", "please", "haha", "thanks", "?", "!!", "..."), "ko": ("ㅎㅎ", "ㅋㅋ", "^^", "...", "ㅠㅠ", "요?", "!")}
