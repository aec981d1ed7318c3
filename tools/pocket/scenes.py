"""Who speaks and under which instructions: system blocks of the shipped personas, varied, and of invented ones."""

import json
from dataclasses import dataclass, replace

from apart import TalkApart
from korean import fill
from talk import Phrases, Talk, LANGUAGES
from values import HERE, Values, read

NAME_SLOT = "{{char}}"  # stands for the persona's name in the shipped prompts
SHARED = 0.5  # of the scenes
ENGLISH_VOICES = ("rook", "captain", "marlow", "host", "sunny")
EXAMPLES_LINE = {
    "en": "The first {count} messages are examples of how {char} talks. Nobody here has said them.",
    "ko": "처음 {count}개의 메시지는 {char}의 말투를 보여 주는 예시이며, 여기에서 실제로 오간 말이 아닙니다.",
}


@dataclass
class Scene:
    """A beginning that many conversations share. `opening` is [(role, text)] of examples and greeting."""

    voice: dict
    char: str
    role: str
    shared: bool
    house: str
    persona: str
    examples: str
    opening: list

    def bare(self):
        """The same with one line of instructions and nothing else."""
        return replace(self, house="", persona=self.persona.split("\n")[0], examples="", opening=[])

    def system(self):
        return "\n\n".join(part for part in (self.house, self.persona, self.examples) if part)


class Scenes:
    """
    Draws scenes and starts conversations in them. `book` is what prompts.ts prints: the shipped personas' prompts as the product
    writes them. Half of the shipped ones stay exactly so; in the others the house, the lines or the name differ, so that Pocket
    goes by what stands there and not by what it has always seen.
    """

    def __init__(self, book, random):
        self.book, self.random = book, random
        self.phrases = {language: Phrases(language) for language in LANGUAGES}
        self.voices = {path.stem: read(f"voices/{path.name}") for path in sorted((HERE / "voices").glob("*.yaml"))}
        self.blocks = read("personas.en.yaml")

    def draw(self, short=False, shared=None):
        """`short`: only a few lines of instructions, for the first part of the training; `shared`: among several members, or by chance."""
        if shared is None:
            shared = self.random.random() < SHARED
        kind = self.random.choices(("english", "haru", "invented"), (50, 38, 12))[0]
        if kind == "invented":
            return self._invented(shared, short)
        persona = "haru" if kind == "haru" else self.random.choice(ENGLISH_VOICES)
        return self.shipped(persona, shared, short)

    def talk(self, scene, pace="usual"):
        """A new conversation; sometimes the member speaks the other language."""
        language = "ko" if scene.voice["language"] == "ko" else "en"
        if self.random.random() < 0.04:
            language = "en" if language == "ko" else "ko"
        others = []
        if scene.shared and self.random.random() < 0.25:
            for voice in self.random.sample(ENGLISH_VOICES, 2):
                if self.voices[voice] is not scene.voice:
                    others.append((voice.capitalize(), self.voices[voice]["said"]["anything"]))
        about = {"char": scene.char, "role": scene.role, "shared": scene.shared}
        kind = TalkApart if pace == "apart" else Talk
        return kind(scene.voice, self.phrases[language], self.random, **about, others=others, pace=pace)

    def shipped(self, persona, shared, short):
        house_language = self.random.choices(LANGUAGES, (65, 35) if persona == "haru" else (97, 3))[0]
        prompt = self.book[persona][house_language]["shared" if shared else "direct"]
        voice = self.voices[persona]
        varied = short or self.random.random() < 0.5
        # The same persona under another name: the name to give is the one that stands there.
        renamed = varied and self.random.random() < 0.5
        char = self.phrases[voice["language"]].values.persona_name(self.random) if renamed else prompt["name"]
        parts = {part: text.replace(NAME_SLOT, char) for part, text in prompt["system"].items()}
        opening = [(message["role"], message["content"].replace(NAME_SLOT, char)) for message in prompt["opening"]]
        scene = Scene(voice, char, "", shared, parts["house"], parts["persona"], parts["examples"], opening)
        if varied:
            self._vary(scene, short)
        return scene

    def _vary(self, scene, short):
        random = self.random
        lines = scene.persona.split("\n")
        kept = [line for line in lines[1:] if line.strip() and random.random() < random.choice((0.1, 0.25) if short else (0.3, 0.9))]
        scene.persona = "\n".join([lines[0], *kept])
        if short or random.random() < 0.5:
            scene.house = self._house(short)
        if short or random.random() < 0.4:
            scene.examples, scene.opening = "", scene.opening[-1:] if random.random() < 0.6 else []

    def _house(self, short):
        random = self.random
        whole = random.choice((self.book["rook"]["en"]["direct"], self.book["haru"]["ko"]["direct"]))["system"]["house"]
        sentences = random.sample(self.blocks["house"], random.randint(0, 3))
        if not short and random.random() < 0.4:
            sentences += random.sample(whole.split("\n"), random.randint(1, 3))
            random.shuffle(sentences)
        return "\n".join(sentences)

    def _invented(self, shared, short):
        random, blocks = self.random, self.blocks
        values: Values = self.phrases["en"].values
        char, role = values.persona_name(random), values.role(random)
        slots = {"char": char, "role": role}
        count = random.randint(0, 3) if short else random.randint(0, 10)
        lines = [random.choice(blocks["opening"]), *random.sample(blocks["line"], count)]
        persona = fill("\n".join(lines), slots)
        if random.random() < 0.7:
            persona += f"\n\nAbout {char}: {fill(random.choice(blocks['description']), slots)}"
        if random.random() < 0.5:
            persona += f"\n\nScenario: {random.choice(blocks['scenario'])}"
        house = self.book["rook"]["en"]["direct"]["system"]["house"] if not short and random.random() < 0.6 else self._house(short)
        greeting = [("assistant", fill(random.choice(blocks["greeting"]), slots))] if random.random() < 0.6 else []
        return Scene(self.voices["stranger"], char, role, shared, house, persona, "", greeting)


def load_book(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)
