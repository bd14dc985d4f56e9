"""Phrases that the rules look for, from the pack of each language. A language without them is not judged by them."""

from __future__ import annotations

import functools
import re
from typing import Literal

from ivr.menu.speech.packs import pack, packs_understood

PatternName = Literal[
    "account_number", "blame", "enters", "enters_a_key", "expected", "filler", "goodbye", "hash", "hours",
    "id_number", "key_first", "open_question", "other_code", "password_asked", "password_said",
]  # fmt: skip
"""A list of :class:`~ivr.menu.speech.packs.LintWords`, which says what each is."""


@functools.cache
def pattern(name: PatternName, language: str) -> re.Pattern[str] | None:
    """Return what matches any phrase of a list in a language, whatever the case. Return None if the list is empty."""
    alternatives = getattr(pack(language).lint, name)
    return re.compile(_filled_in("|".join(alternatives), language), re.IGNORECASE) if alternatives else None


def _filled_in(source: str, language: str) -> str:
    of = pack(language).lint
    parts = {"hour": "|".join(of.numbers[1:13]), **of.parts}
    return re.sub(r"<<(\w+)>>", lambda found: f"(?:{_filled_in(parts[found[1]], language)})", source)


def yes_words(language: str) -> frozenset[str]:
    """Return what an option is for if it only says yes."""
    return frozenset().union(*(each.lint.yes for each in packs_understood(language)))


def no_words(language: str) -> frozenset[str]:
    """Return what an option is for if it only says no."""
    return frozenset().union(*(each.lint.no for each in packs_understood(language)))


_CLAUSE_END = re.compile(r"[，。；！？،؛؟।,.;!?]")
_SENTENCE_END = re.compile(r"(?<=[。！？；!?;؟۔।])|(?<=[.])\s+")


def demanded(pattern: re.Pattern[str], text: str, language: str) -> bool:
    """Return whether a text asks for something. “Never say your password” does not."""
    forbidden = _forbidden(language)
    return any(
        not (forbidden and forbidden.search(_CLAUSE_END.split(text[: found.start()])[-1]))
        for found in pattern.finditer(text)
    )


@functools.cache
def _forbidden(language: str) -> re.Pattern[str] | None:
    words = "|".join(pack(language).lint.forbidden)
    return re.compile(words, re.IGNORECASE) if words else None


def sentences(text: str) -> list[str]:
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


def says_number(text: str, number: int, language: str) -> bool:
    """Return whether a text gives a number of keys, in digits or words, shortly before what is counted."""
    counted = _counted(number, language)
    return counted is not None and counted.search(text) is not None


@functools.lru_cache(maxsize=1024)
def _counted(number: int, language: str) -> re.Pattern[str] | None:
    of = pack(language).lint
    written = [rf"(?<!\d){number}(?!\d)", *of.numbers[number : number + 1]]
    either = f"(?:{'|'.join(written)})"
    counts = "|".join(each.replace("<<number>>", either) for each in of.counted)
    return re.compile(counts, re.IGNORECASE) if counts else None
