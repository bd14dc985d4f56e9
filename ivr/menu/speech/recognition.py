"""Compares what was recognised with what a menu listens for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from ivr.menu.speech.durations import number_words

_DIGITS: Mapping[str, str] = {
    **dict(zip("零一二三四五六七八九", "0123456789", strict=True)),
    **dict(zip("〇洞幺么两拐星井", "001127*#", strict=True)),
    **{number_words(number)[0]: str(number) for number in range(10)},
    "oh": "0",
    "star": "*",
    "星号": "*",
    **dict.fromkeys(("pound", "hash", "井号"), "#"),
}
_AROUND = re.compile(
    r"^(?:please|press|key|number|option|the|请|我|要|按|选项|选择|选|第)+|(?:please|key|键|号|个)+$"
)
_UNSPACED = r"\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
"""The scripts that put no spaces between words."""
_SPACE_BESIDE_UNSPACED = re.compile(f"(?<=[{_UNSPACED}]) | (?=[{_UNSPACED}])")
_SPACED = f"[^\\W{_UNSPACED}]"


def normalise(text: str) -> str:
    """Return a phrase without case, width and punctuation. Words keep one space between them, Chinese characters none."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = re.sub("['’]", "", folded)
    kept = (character if unicodedata.category(character)[0] in "LMN" else " " for character in folded)
    words = " ".join("".join(kept).split())
    return _SPACE_BESIDE_UNSPACED.sub("", words)


def spoken_digits(text: str) -> str:
    """Return the keys that were said one by one, such as ``"幺三八"`` or ``"one, three 8"``, or an empty string."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = re.findall(r"[a-z]+|[0-9*#]|星号|井号|[^\W\d_]", folded)
    keys = [_DIGITS.get(word, word if word in "0123456789*#" else "") for word in words]
    return "".join(keys) if keys and all(keys) else ""


def spoken_key(text: str) -> str:
    """Return the key that a caller names, even politely, such as ``"按一"`` or ``"press two please"``, or an empty string."""
    keys = spoken_digits(text)
    if keys:
        return keys
    trimmed = re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()
    while (shorter := _AROUND.sub("", trimmed).strip()) != trimmed:
        trimmed = shorter
    return spoken_digits(trimmed)


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
