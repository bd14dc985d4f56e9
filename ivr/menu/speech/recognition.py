"""Compares what was recognised with what a menu listens for."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping

from ivr.menu.speech.packs import key_names, packs_understood

_UNSPACED = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""The scripts that put no spaces between words."""
_SPACE_BESIDE_UNSPACED = re.compile(f"(?<=[{_UNSPACED}]) | (?=[{_UNSPACED}])")
_SPACED = f"[^\\W{_UNSPACED}]"


def normalise(text: str) -> str:
    """Return a phrase without case, width and punctuation. Words keep one space between them, Chinese characters none."""
    folded = re.sub("['’]", "", _folded(text))
    kept = (character if unicodedata.category(character)[0] in "LMN" else " " for character in folded)
    words = " ".join("".join(kept).split())
    return _SPACE_BESIDE_UNSPACED.sub("", words)


_LONE = rf"{_UNSPACED}\uac00-\ud7a3"
"""The scripts in which one character may be a whole number."""
_SIGNS = r"\u0300-\u036f\u0900-\u0963"
"""Accents that stand apart, and the vowel signs of Hindi: parts of a word that are no letters."""
_LETTER = rf"(?:[^\W\d_]|[{_SIGNS}])"


@functools.cache
def _names(language: str) -> tuple[Mapping[str, str], re.Pattern[str]]:
    """Return the key of each name, and the pattern of the words and characters that may be one."""
    names = {_folded(name): key for name, key in key_names(language).items()}
    longer = sorted((name for name in names if re.search(rf"\w[\s{_LONE}]", name)), key=len, reverse=True)
    word = rf"(?:[^\W\d_{_LONE}]|[{_SIGNS}])+"
    return names, re.compile("|".join([*map(re.escape, longer), word, "[0-9*#]", f"[{_LONE}]"]))


@functools.cache
def _around(language: str) -> re.Pattern[str]:
    """Return what may stand before or after a key and means no more than the key."""
    packs = list(packs_understood(language))
    before = "|".join(
        re.escape(_folded(word)) + (rf"(?!{_LETTER})" if each.spaces else "")
        for each in packs
        for word in each.keys.before
    )
    after = "|".join(
        (rf"(?<!{_LETTER})" if each.spaces else "") + re.escape(_folded(word))
        for each in packs
        for word in each.keys.after
    )
    return re.compile(rf"^(?:(?:{before})\s*)+|(?:\s*(?:{after}))+$")


_LONGEST_KEY = 100
"""Characters of a key that is named politely. Whoever says more says something else."""


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def spoken_digits(text: str, language: str) -> str:
    """Return the keys that were said one by one, such as ``"幺三八"`` or ``"one, three 8"``, or an empty string."""
    names, word = _names(language)
    keys = [names.get(said, said if said in "0123456789*#" else "") for said in word.findall(_folded(text))]
    return "".join(keys) if keys and all(keys) else ""


def spoken_key(text: str, language: str) -> str:
    """Return the key that a caller names, even politely, such as ``"按一"`` or ``"press two please"``, or an empty string."""
    keys = spoken_digits(text, language)
    if keys:
        return keys
    trimmed = re.sub(rf"[^\w{_SIGNS}]+|_+", " ", _folded(text)).strip()
    if len(trimmed) > _LONGEST_KEY:
        return ""
    while (shorter := _around(language).sub("", trimmed).strip()) != trimmed:
        trimmed = shorter
    return spoken_digits(trimmed, language)


def meant(text: str, heard: Mapping[str, str]) -> str:
    """Return the key of the longest phrase that was said. Return an empty string if there is none, or if two keys fit."""
    said = normalise(text)
    if said in heard:
        return heard[said]
    inside = [phrase for phrase in heard if _says(said, phrase)]
    if not inside:
        return ""
    longest = max(len(phrase) for phrase in inside)
    keys = {heard[phrase] for phrase in inside if len(phrase) == longest}
    return keys.pop() if len(keys) == 1 else ""


def _says(said: str, phrase: str) -> bool:
    """Return whether a phrase was said among other words. In a script with spaces, only whole words count."""
    found = re.search(f"(?<!{_SPACED}){re.escape(phrase)}(?!{_SPACED})", said) if phrase in said else None
    return bool(phrase) and found is not None
