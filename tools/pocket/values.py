"""What people tell: names, colours, numbers ... A tenth of all possible values is never trained on; the bench asks for those."""

import re
import unicodedata
import zlib
from pathlib import Path

import yaml

HERE = Path(__file__).parent / "corpus"
LATIN_PIECE, HANGUL_PIECE = re.compile("[A-Za-z]{1,8}"), re.compile("[가-힣]{1,3}")
KINDS = ("name", "colour", "food", "pet", "city", "age", "promise", "number")
ONSETS = ("b br c ch d dr f fl g gl gr h j k kl kr l m n p pl pr qu r s sh sk sl st t th tr v w y z").split() + [""]
VOWELS = "a e i o u a e i o a e ai ea ee ou oo y".split()
CODAS = ["", "", "", "l", "n", "r", "s", "x", "m", "k", "t", "th", "ck", "nd", "rn", "st", "ld", "v", "z"]


def held_out(value):
    """The rule the bench shares (bench/pocket/held-out.ts): the value's CRC-32, in lower case and NFC, is divisible by ten."""
    return zlib.crc32(unicodedata.normalize("NFC", value.lower()).encode()) % 10 == 0


def read(name):
    with open(HERE / name, encoding="utf-8") as file:
        return yaml.safe_load(file)


def latin_word(random):
    """One to three made syllables, such as `vorin` or `drandle`."""
    count = random.choices((1, 2, 3), (15, 60, 25))[0]
    return "".join(random.choice(ONSETS) + random.choice(VOWELS) + random.choice(CODAS) for _ in range(count))


class Values:
    """Values of one language, `en` or `ko`, for training or (`held`) for evaluation; `random` is the caller's random.Random."""

    def __init__(self, language, held=False):
        self.language, self.held = language, held
        self.listed = 0.25  # the share of values from the lists; the others are made up
        self.pieces = []  # the tokeniser's pieces of words, see `know_pieces`
        self.lists = {kind: [str(v) for v in values] for kind, values in read(f"values.{language}.yaml").items()}

    def know_pieces(self, tokens):
        """
        From now on half of the made-up words are put together from the tokens of the vocabulary: a small model has to learn of each
        token that it can be copied, also of those which no listed value and no random syllable is made of.
        """
        texts = [token.decode("utf-8", "ignore").strip(" ") for token in tokens]
        wanted = LATIN_PIECE if self.language == "en" else HANGUL_PIECE
        self.pieces = sorted({text.lower() for text in texts if wanted.fullmatch(text)})

    def draw(self, kind, random):
        """A value that is not held out (for evaluation: one that is); mostly one that was made up on the spot."""
        while True:
            value = self._any(kind, random)
            if held_out(value) == self.held:
                return value

    def pet_kind(self, random):
        return random.choice(self.lists["kind"])

    def role(self, random):
        return random.choice(self.lists["role"])

    def persona_name(self, random):
        """A name for an invented persona: sometimes of two words."""
        name = self.draw("name", random)
        titles = self.lists.get("persona_title")
        return f"{random.choice(titles)} {name}" if titles and random.random() < 0.2 else name

    def _any(self, kind, random):
        if kind == "age":
            return str(random.randint(5, 99))
        if kind == "number":
            return str(random.randint(10, 10 ** random.randint(2, 5) - 1))
        if kind == "promise":
            return self._promise(random)
        if random.random() < self.listed:
            return random.choice(self.lists[kind])
        word = self._word(kind, random)
        if self.language == "en" and kind in ("name", "pet", "city"):
            return word.capitalize()
        return word

    def _word(self, kind, random):
        if self.pieces and random.random() < 0.55:
            return self._from_pieces(kind, random)
        if self.language == "en":
            word = latin_word(random)
            while len(word) < 3:
                word = latin_word(random)
            return f"{word} {random.choice(('pie', 'soup', 'cake', 'stew'))}" if kind == "food" and random.random() < 0.2 else word
        syllables = self.lists["name_syllables" if kind == "name" and random.random() < 0.6 else "word_syllables"]
        if random.random() < 0.08:
            return "".join(chr(0xAC00 + random.randrange(11172)) for _ in range(2))
        return "".join(random.choice(syllables) for _ in range(random.choice((2, 2, 3))))

    def _from_pieces(self, kind, random):
        longest = 12 if self.language == "en" else 4
        word = random.choice(self.pieces)
        while len(word) < 3 or random.random() < 0.45:
            word += random.choice(self.pieces)
            if len(word) > longest:
                word = random.choice(self.pieces)
        two = kind in ("food", "colour") and random.random() < 0.3
        return f"{random.choice(self.pieces)} {word}" if two else word

    def _promise(self, random):
        if random.random() < 0.4:
            return random.choice(self.lists["promise"])
        if self.language == "ko":
            return f"{self._word('food', random)} {random.choice(self.lists['promise_deed'])}"
        noun = random.choice(self.lists["promise_noun"]) if random.random() < 0.4 else random.choice(("", "the ", "my ")) + self._word("name", random)
        return f"{random.choice(self.lists['promise_verb'])} {noun}"
