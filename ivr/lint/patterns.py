"""Phrases that the rules look for, by language without its region. Other languages are not judged by them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ivr.menu.language.model import Model, read_table
from ivr.menu.speech.durations import number_words


def family(language: str) -> str:
    """Return a language without its region."""
    return language.partition("-")[0]


class PatternTable(Model):
    """All of ``patterns.yaml``."""

    parts: dict[str, str]
    """What stands between ``<<`` and ``>>`` in a pattern or another part. ``hour`` is there too: one to twelve in words."""
    patterns: dict[str, dict[str, list[str]]]
    """The alternatives of each pattern, by language."""
    meanings: dict[str, frozenset[str]]
    """What an option is for if it only says yes or no."""


_TABLE = read_table(PatternTable, Path(__file__).with_suffix(".yaml"))
_PARTS = {"hour": "|".join(word for number in range(1, 13) for word in number_words(number)), **_TABLE.parts}


def _filled_in(pattern: str) -> str:
    return re.sub(r"<<(\w+)>>", lambda found: _filled_in(_PARTS[found[1]]), pattern)


def _patterns(name: str) -> Mapping[str, re.Pattern[str]]:
    typed = {language: _filled_in("|".join(each)) for language, each in _TABLE.patterns[name].items()}
    return {language: re.compile(pattern, re.IGNORECASE) for language, pattern in typed.items()}


FILLER = _patterns("filler")
"""What callers are tired of. The sentence that a call is recorded is not among it, because many laws demand it."""
BLAME = _patterns("blame")
"""Words that blame the caller."""
EXPECTED = _patterns("expected")
"""Words that say what to do."""
KEY_FIRST = _patterns("key_first")
"""A key that is named before what it is for."""
ENTERS = _patterns("enters")
"""Words that ask a caller to type data."""
ENTERS_A_KEY = _patterns("enters_a_key")
"""A menu key that a caller is told to type like data."""
GOODBYE = _patterns("goodbye")
HASH = _patterns("hash")
PASSWORD_SAID = _patterns("password_said")
"""Words that ask a caller to say a password."""
PASSWORD_ASKED = _patterns("password_asked")
"""Words that ask a caller to type or say one."""
OTHER_CODE = _patterns("other_code")
"""Words that ask for a code that somebody else sent, for another purpose."""
HOURS = _patterns("hours")
"""An hour or a day. A lone digit is neither, since it may be a key or a number to dial."""
ACCOUNT_NUMBER = _patterns("account_number")
"""Words that show that an account's number is typed."""
ID_NUMBER = _patterns("id_number")
OPEN_QUESTION = _patterns("open_question")
"""A question that cannot be answered with yes."""
YES, NO = _TABLE.meanings["yes"], _TABLE.meanings["no"]

_FORBIDDEN = re.compile(r"不|勿|无需|无须|别$|\b(?:never|not|nobody|no one)\b|n['’]t\b", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[，。；！？,.;!?]")
_SENTENCE_END = re.compile(r"(?<=[。！？；!?;])|(?<=[.])\s+")


def demanded(pattern: re.Pattern[str], text: str) -> bool:
    """Return whether a text asks for something. “Never say your password” does not."""
    return any(
        not _FORBIDDEN.search(_CLAUSE_END.split(text[: found.start()])[-1])
        for found in pattern.finditer(text)
    )


def sentences(text: str) -> list[str]:
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


_CHINESE_NUMERALS = "零一二三四五六七八九十"
_COUNTED = r"(?:[\s-]+[^\W\d]+){0,3}?[\s-]+(?:digits?|characters?|numbers?|numerals?|figures?|letters?)\b"
_COUNTED_IN_CHINESE = r"\s*(?:位|个(?:数|字))"


def says_number(text: str, number: int) -> bool:
    """Return whether a text gives a number of keys, in digits or words, shortly before what is counted."""
    chinese = [rf"(?<!\d){number}"]
    english = [rf"(?<!\d){number}", rf"\b{'[ -]'.join(number_words(number))}"]
    if number <= 10:
        chinese.append(f"(?<![十百]){_CHINESE_NUMERALS[number]}")
    elif number < 20:
        chinese.append(f"(?<![二三四五六七八九])十{_CHINESE_NUMERALS[number - 10]}")
    pattern = f"(?:{'|'.join(chinese)}){_COUNTED_IN_CHINESE}|(?:{'|'.join(english)}){_COUNTED}"
    return re.search(pattern, text, re.IGNORECASE) is not None
