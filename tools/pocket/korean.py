"""Korean particles change with the sound before them: `{v:은/는}` takes the first form after a final consonant, else the second."""

import re

DIGIT_ENDS = {"0": "ㅇ", "1": "ㄹ", "2": "", "3": "ㅁ", "4": "", "5": "", "6": "ㄱ", "7": "ㄹ", "8": "ㄹ", "9": ""}
SLOT = re.compile(r"\{(\w+)(?::([^/}]*)/([^}]*))?\}")


def final_consonant(text):
    """The last sound's consonant: '' for a vowel, 'ㄹ' for l, else anything. Letters and digits by how they are read."""
    last = text.strip()[-1:] or "a"
    if "가" <= last <= "힣":
        index = (ord(last) - 0xAC00) % 28
        return "" if index == 0 else "ㄹ" if index == 8 else "ㅂ"
    if last in DIGIT_ENDS:
        return DIGIT_ENDS[last]
    return {"l": "ㄹ", "r": ""}.get(last.lower(), "ㄴ" if last.lower() in "bckmnpt" else "")


def fill(line, slots):
    """The line with its slots, each with the particle that fits, where the line names a pair of them."""

    def put(match):
        name, closed, opened = match.groups()
        value = slots[name]
        if closed is None:
            return value
        end = final_consonant(value)
        takes_closed = end != "" and not (end == "ㄹ" and closed == "으로")
        return value + (closed if takes_closed else opened)

    return SLOT.sub(put, line)
