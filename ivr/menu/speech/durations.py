"""Estimates how long words take to say.

:func:`parts` counts a text, and each part costs seconds: a Chinese character, an English word and each of its letters, a
pause at a comma and two at the end of a sentence. An English prompt has a fixed cost as well. A number costs what its
reading costs: 3000 is 三千 in a Chinese sentence and `three thousand` in an English one.

The constants are fitted to espeak-ng on the prompts of the shipped hotline, because anybody can install it and measure
again: see ``python -m benchmarks.spoken``. :data:`VOICE_RATES` says how much faster a telephone voice is. espeak-ng pauses
0.15 s at a Chinese comma and 0.30 s at the end of a sentence, so a sentence ends with two pauses. The prompts have too few
sentences to fit a constant for each.

The estimate ends with the last sound. It includes pauses between sentences but not the silence after a prompt, which differs
for each voice and carrier.

A menu's words are plain text, so a tag in them is not SSML. ``<break time="500ms"/>`` is counted for texts from elsewhere.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

VOICE_RATES: Mapping[str, float] = {"Polly.Zhiyu-Neural": 1.0, "Polly.Joanna-Neural": 1.0}
"""How much faster than espeak-ng a voice speaks. At 1.1 it says in ten seconds what takes eleven. The default is 1.0.

The two voices of the shipped hotline are not measured yet, since that needs an account. Their 1.0 is a placeholder."""


class SpokenParts(NamedTuple):
    """The parts of a text that take time."""

    prompts: int = 0
    """1 if anything is said at all."""
    characters: int = 0
    """Chinese characters as spoken, with the syllables of a number in a Chinese sentence."""
    words: int = 0
    """Words as spoken, with those of a number in an English sentence."""
    letters: int = 0
    pauses: int = 0
    """Pauses between things that are said: one for a comma, two for the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The seconds that each part of a text takes."""

    prompt: float
    character: float
    word: float
    letter: float
    pause: float

    def seconds(self, parts: SpokenParts) -> float:
        return (
            parts.prompts * self.prompt
            + parts.characters * self.character
            + parts.words * self.word
            + parts.letters * self.letter
            + parts.pauses * self.pause
        )


_CHARACTER, _WORD, _LETTER = 0.257, 0.0487, 0.049
CHINESE = Pace(0.0, _CHARACTER, _WORD, _LETTER, pause=0.181)
ENGLISH = Pace(0.111, _CHARACTER, _WORD, _LETTER, pause=0.255)
"""The pace of every other language that is written with letters, too."""


@functools.lru_cache(maxsize=65536)
def spoken_seconds(text: str, language: str = "", voice: str = "") -> float:
    """Return the seconds that a text takes to say with a voice.

    Without a language the script decides: a text with a Chinese character is read as Chinese.
    """
    chinese = is_chinese(text, language)
    pace = CHINESE if chinese else ENGLISH
    return pace.seconds(parts(text, chinese=chinese)) / VOICE_RATES.get(voice, 1.0) + _breaks(text)


def is_chinese(text: str, language: str = "") -> bool:
    if language:
        return language.partition("-")[0] in {"zh", "cmn", "yue"}
    return _HAN.search(text) is not None


# --- counting

_CHINESE = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN = re.compile(f"[{_CHINESE}]")
_LETTERS = rf"[^\W\d_{_CHINESE}]+"
_BREAK = re.compile(r"<break\s+time=[\"'](\d+(?:\.\d+)?)(m?)s[\"']\s*/?>")
_PART = re.compile(
    rf"(?P<characters>[{_CHINESE}]+)"
    rf"|(?P<word>{_LETTERS}(?:['’]{_LETTERS})*)"
    r"|(?P<number>\d+(?:,\d{3}(?!\d))*)(?:\.(?P<decimals>\d+))?"
    r"|(?P<stop>[。！？!?…]|\.(?!\w))"
    r"|(?P<comma>[，、；：,;—–]|:(?!\d))"
)


def parts(text: str, *, chinese: bool) -> SpokenParts:
    """Count what takes time in a text that is read as Chinese or as English."""
    characters = words = letters = pauses = 0
    said, pause = False, 0
    for found in _PART.finditer(_BREAK.sub(" ", text) if "<" in text else text):
        kind = found.lastgroup
        if kind in {"stop", "comma"}:
            pause = max(pause, 2 if kind == "stop" else 1)
            continue
        pauses += pause if said else 0
        said, pause = True, 0
        if kind == "characters":
            characters += len(found[0])
        elif kind == "word":
            counted = _word(found[0], chinese=chinese)
            characters, words, letters = characters + counted[0], words + counted[1], letters + counted[2]
        elif chinese:
            characters += _syllables(found["number"], found["decimals"])
        else:
            read = _read(found["number"], found["decimals"])
            words += len(read)
            letters += sum(map(len, read))
    return SpokenParts(int(said), characters, words, letters, pauses)


def _word(word: str, *, chinese: bool) -> tuple[int, int, int]:
    """Return the characters, words and letters that a word counts as.

    Capitals are read letter by letter, such as `ID`, or a single `X` in Chinese. Each letter counts as a character in a Chinese
    sentence and as a word of two letters in an English one.
    """
    size = len(word)
    if word.isupper() and (chinese or size > 1):
        return (size, 0, 0) if chinese else (0, size, 2 * size)
    return 0, 1, size - word.count("'") - word.count("’")


def _breaks(text: str) -> float:
    return sum(float(time) / (1000 if milli else 1) for time, milli in _BREAK.findall(text))


# --- numbers

_LONGEST = 8
"""The most digits that are read as one number. A longer number, or one that begins with 0, is read digit by digit."""
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def _syllables(number: str, decimals: str | None) -> int:
    """Return the characters of a number that is read in Chinese: 三千零五十 has five."""
    after = 1 + len(decimals) if decimals else 0
    digits = number.replace(",", "")
    if _one_by_one(digits):
        return len(digits) + after
    count, gap = 0, False
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if int(digit):
            count += 1 + (place % 4 > 0) + gap  # itself, its 十, 百 or 千, and the 零 before it
        gap = not int(digit) and place != 4
        count += place == 4  # 万
    teens = len(digits) % 4 == 2 and int(digits[0]) == 1  # 十二, not 一十二
    return max(count - teens, 1) + after


def _read(number: str, decimals: str | None) -> list[str]:
    after = ["point", *(_ONES[int(digit)] for digit in decimals)] if decimals else []
    digits = number.replace(",", "")
    read = [_ONES[int(digit)] for digit in digits] if _one_by_one(digits) else number_words(int(digits))
    return read + after


def _one_by_one(digits: str) -> bool:
    return len(digits) > _LONGEST or (len(digits) > 1 and int(digits[0]) == 0)


def number_words(number: int) -> list[str]:
    if number < 20:
        return [_ONES[number]]
    if number < 100:
        return [_TENS[number // 10 - 2], *(number_words(number % 10) if number % 10 else ())]
    size, name = next(
        each for each in ((1_000_000, "million"), (1000, "thousand"), (100, "hundred")) if number >= each[0]
    )
    return [*number_words(number // size), name, *(number_words(number % size) if number % size else ())]
