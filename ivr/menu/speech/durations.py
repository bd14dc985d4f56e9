"""Estimates how long words take to say.

:func:`parts` counts a text, and each part costs seconds: a Chinese character, an English word and each of its letters, a
pause at a comma and two at the end of a sentence. An English prompt has a fixed cost as well. A number costs what its
reading costs: 3000 is 三千 in a Chinese sentence and `three thousand` in an English one.

What each part costs is in the pack of the language (:mod:`ivr.menu.speech.packs`). The constants are fitted to espeak-ng on
the prompts of the shipped hotline, because anybody can install it and measure again: see ``python -m benchmarks.spoken``.
:data:`VOICE_RATES` says how much faster a telephone voice is. espeak-ng pauses 0.15 s at a Chinese comma and 0.30 s at the
end of a sentence, so a sentence ends with two pauses. The prompts have too few sentences to fit a constant for each.

The estimate ends with the last sound. It includes pauses between sentences but not the silence after a prompt, which differs
for each voice and carrier.

What the marks of a text add is in :attr:`ivr.menu.speech.prompts.Utterance.seconds`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import NamedTuple

from ivr.menu.speech.packs import ENGLISH, Seconds, pack

VOICE_RATES: Mapping[str, float] = {"Polly.Zhiyu-Neural": 1.0, "Polly.Joanna-Neural": 1.0}
"""How much faster than espeak-ng a voice speaks. At 1.1 it says in ten seconds what takes eleven. The default is 1.0.

The two voices of the shipped hotline are not measured yet, since that needs an account. Their 1.0 is a placeholder."""


class SpokenParts(NamedTuple):
    """The parts of a text that take time."""

    prompts: int = 0
    """1 if anything is said at all."""
    characters: int = 0
    """Characters that are syllables, such as Chinese ones, with those of a number in a sentence of such a language."""
    words: int = 0
    """Words as spoken, with those of a number in an English sentence."""
    letters: int = 0
    pauses: int = 0
    """Pauses between things that are said: one for a comma, two for the end of a sentence."""
    kana: int = 0


CHINESE = "zh-CN"


@functools.lru_cache(maxsize=65536)
def spoken_seconds(text: str, language: str = "", voice: str = "") -> float:
    """Return the seconds that a text takes to say with a voice.

    Without a language the script decides: a text with a Chinese character is read as Chinese.
    """
    seconds = pack(language or (CHINESE if _HAN.search(text) else ENGLISH)).seconds
    counted = parts(text, syllables=seconds.numbers == "characters")
    return cost(counted, seconds) / VOICE_RATES.get(voice, 1.0)


def cost(counted: SpokenParts, seconds: Seconds) -> float:
    """Return the seconds that the parts of a text take."""
    return (
        counted.prompts * seconds.prompt
        + counted.characters * seconds.character
        + counted.kana * (seconds.character if seconds.kana is None else seconds.kana)
        + counted.words * seconds.word
        + counted.letters * seconds.letter
        + counted.pauses * seconds.pause
    )


# --- counting

_CHINESE = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN = re.compile(f"[{_CHINESE}]")
_HANGUL = r"\uac00-\ud7a3"
_KANA = r"\u3041-\u3096\u30a1-\u30fc"
_SIGNS = r"\u0900-\u0963\u064b-\u0652\u0300-\u036f"
"""The vowel signs of Hindi and Arabic, and accents that stand apart: parts of a word that are no letters."""
_LETTERS = rf"(?:[^\W\d_{_CHINESE}{_HANGUL}{_KANA}]|[{_SIGNS}])+"
_DECIMAL_COMMA = r",(?=\d{1,2}(?![\d,])|0\d)"
"""The comma of `3,50` or `0,4102`, and not that of `1,234` or of keys in a row."""
_ORDINAL = r"(?:st|nd|rd|th)\b"
"""The end of an ordinal number, which is read as one word: `3rd`."""
_PART = re.compile(
    rf"(?P<characters>[{_CHINESE}{_HANGUL}]+)"
    rf"|(?P<kana>[{_KANA}]+)"
    rf"|(?P<word>{_LETTERS}(?:['’]{_LETTERS})*)"
    rf"|(?P<number>\d+(?:,\d{{3}}(?!\d))*)(?:(?:\.|{_DECIMAL_COMMA})(?P<decimals>\d+)|{_ORDINAL})?"
    r"|(?P<stop>[。！？!?…।؟]|\.(?!\w))"
    r"|(?P<comma>[，、；：,;—–،؛]|:(?!\d))"
)


def parts(text: str, *, syllables: bool) -> SpokenParts:
    """Count what takes time in a text. With ``syllables``, its numbers are read as Chinese, and otherwise as English."""
    characters = words = letters = pauses = kana = 0
    said, pause = False, 0
    for found in _PART.finditer(text):
        kind = found.lastgroup
        if kind in {"stop", "comma"}:
            pause = max(pause, 2 if kind == "stop" else 1)
            continue
        pauses += pause if said else 0
        said, pause = True, 0
        if kind == "characters":
            characters += len(found[0])
        elif kind == "kana":
            kana += len(found[0])
        elif kind == "word":
            counted = _word(found[0], syllables=syllables)
            characters, words, letters = characters + counted[0], words + counted[1], letters + counted[2]
        elif syllables:
            characters += _syllables(found["number"], found["decimals"])
        else:
            read = _read(found["number"], found["decimals"])
            words += len(read)
            letters += sum(map(len, read))
    return SpokenParts(int(said), characters, words, letters, pauses, kana)


def _word(word: str, *, syllables: bool) -> tuple[int, int, int]:
    """Return the characters, words and letters that a word counts as.

    Capitals are read letter by letter, such as `ID`, or a single `X` in Chinese. Each letter counts as a character in a Chinese
    sentence and as a word of two letters in an English one.
    """
    size = len(word)
    if word.isupper() and (syllables or size > 1):
        return (size, 0, 0) if syllables else (0, size, 2 * size)
    return 0, 1, size - word.count("'") - word.count("’")


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
