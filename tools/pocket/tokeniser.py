"""Byte-level BPE as GPT-2 has it, split beforehand as Qwen 2 does (llama.cpp knows both by the id `qwen2`)."""

import collections
import functools
import json

import regex

CONTROL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
# https://github.com/ggml-org/llama.cpp, src/llama-vocab.cpp, LLAMA_VOCAB_PRE_TYPE_QWEN2. Each digit is a token of its own.
WORDS = regex.compile(
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def byte_characters():
    """The printable character of each byte, the GPT-2 table: 256 strings of one character."""
    table, following = [], 256
    for byte in range(256):
        printable = 33 <= byte <= 126 or 161 <= byte <= 172 or byte >= 174
        table.append(chr(byte if printable else following))
        following += not printable
    return table


BYTES = byte_characters()


def may_join(joined):
    """
    Whether a merge may make these bytes. Latin words may become one token. Hangul is kept in whole syllables, and only a word's
    beginning (with the space before it) may be longer: else a particle would swallow the end of a name, and the name told would
    not be made of the tokens of the name said.
    """
    if all(byte < 0x80 for byte in joined):
        return True
    if joined[0] >= 0x80 and len(joined) <= 3:
        return True
    if joined[:1] not in (b" ", b"*", b'"'):
        return False
    try:
        joined.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return joined[:1] == b" "


def learn_merges(counts, merge_count):
    """`counts`: word → weight. Returns the pairs (bytes, bytes), the most frequent first; ties by their bytes, so that a run repeats."""
    words = [([bytes([b]) for b in word.encode()], weight) for word, weight in sorted(counts.items())]
    pairs = collections.Counter()
    where = collections.defaultdict(set)
    for index, (parts, weight) in enumerate(words):
        for pair in zip(parts, parts[1:]):
            pairs[pair] += weight
            where[pair].add(index)
    merges = []
    while len(merges) < merge_count:
        allowed = [pair for pair in pairs if pairs[pair] > 0]
        if not allowed:
            break
        best = max(allowed, key=lambda pair: (pairs[pair], pair))
        if not may_join(best[0] + best[1]):
            del pairs[best]
            continue
        merges.append(best)
        for index in where.pop(best):
            parts, weight = words[index]
            for pair in zip(parts, parts[1:]):
                if pair in pairs:
                    pairs[pair] -= weight
            joined = join(parts, best)
            words[index] = (joined, weight)
            for pair in zip(joined, joined[1:]):
                if may_join(pair[0] + pair[1]):
                    pairs[pair] += weight
                    where[pair].add(index)
        pairs.pop(best, None)
    return merges


def join(parts, pair):
    """The parts with each neighbouring `pair` made one, from the left."""
    joined, at = [], 0
    while at < len(parts):
        if at + 1 < len(parts) and (parts[at], parts[at + 1]) == pair:
            joined.append(parts[at] + parts[at + 1])
            at += 2
        else:
            joined.append(parts[at])
            at += 1
    return joined


class Tokeniser:
    """Text ↔ ids. Ids: 256 bytes, then the merges in their order, then padding, then the control tokens at the end."""

    def __init__(self, merges, size):
        self.merges = [tuple(pair) for pair in merges]
        self.ranks = {pair: rank for rank, pair in enumerate(self.merges)}
        tokens = [bytes([byte]) for byte in range(256)] + [a + b for a, b in self.merges]
        tokens = list(dict.fromkeys(tokens))
        self.ids = {token: index for index, token in enumerate(tokens)}
        self.tokens = tokens
        self.size = size
        self.control = {name: size - len(CONTROL) + index for index, name in enumerate(CONTROL)}
        if len(tokens) > size - len(CONTROL):
            raise ValueError(f"{len(tokens)} tokens do not fit a vocabulary of {size}: learn fewer merges.")
        self.word = functools.lru_cache(maxsize=200_000)(self._word)

    def _word(self, word):
        parts = [bytes([b]) for b in word.encode()]
        while len(parts) > 1:
            best = min(zip(parts, parts[1:]), key=lambda pair: self.ranks.get(pair, 1 << 30))
            if best not in self.ranks:
                break
            parts = join(parts, best)
        return tuple(self.ids[part] for part in parts)

    def encode(self, text):
        """The ids of plain text: control tokens written in it are taken as text."""
        return [token for word in WORDS.findall(text) for token in self.word(word)]

    def decode(self, ids):
        names = {index: name.encode() for name, index in self.control.items()}
        return b"".join(self.tokens[i] if i < len(self.tokens) else names.get(i, b"") for i in ids).decode("utf-8", "replace")

    def spelled(self):
        """Every token as GGUF wants it: bytes as characters, unused ids and control tokens by name; with its type (1, 3 or 5)."""
        texts = ["".join(BYTES[b] for b in token) for token in self.tokens]
        types = [1] * len(texts)
        unused = self.size - len(CONTROL) - len(texts)
        texts += [f"[unused{index}]" for index in range(unused)] + list(CONTROL)
        return texts, types + [5] * unused + [3] * len(CONTROL)

    def spelled_merges(self):
        return [" ".join("".join(BYTES[b] for b in part) for part in pair) for pair in self.merges]

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"size": self.size, "merges": [[a.hex(), b.hex()] for a, b in self.merges]}, file)

    @staticmethod
    def load(path):
        with open(path, encoding="utf-8") as file:
            saved = json.load(file)
        return Tokeniser([(bytes.fromhex(a), bytes.fromhex(b)) for a, b in saved["merges"]], saved["size"])
