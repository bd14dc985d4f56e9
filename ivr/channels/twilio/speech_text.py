"""Which part of a text can be spoken: no characters that break XML, in pieces that every voice accepts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

_UNSPEAKABLE = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 forbids, including lone surrogates, and the other control characters."""

_MOST_CHARACTERS = 3000
"""Of one ``<Say>``: Polly's limit, the smallest of all voices. (Twilio's error 13521.)"""
_MOST_ENCODED = 4499
"""The URL-encoded text of one ``<Say>`` stays below 4500 characters, whatever the voice. (The same.)"""
_LONGEST_ENCODED_CHARACTER = 12
"""``%F0%9F%93%9E``."""
_SURELY_FITS = _MOST_ENCODED // _LONGEST_ENCODED_CHARACTER

_CUTS = (
    re.compile(r"(?<=[。！？!?；;…\n])|(?<=\.)(?=\s)"),  # after a sentence, but not after the point of 3.14
    re.compile(r"(?<=[，、：])|(?<=[,:])(?=\s)"),  # after a clause
    re.compile(r"(?<=\s)"),  # between words
    re.compile(r"(?<=[\u3040-\u30ff\u3400-\u9fff])"),  # Chinese has no spaces: after any character
)
"""Where a text may be cut, the best places first."""


def clean(text: str) -> str:
    """Return the text without control characters, lone surrogates, and space around it."""
    return _UNSPEAKABLE.sub("", text).strip()


def pieces(text: str) -> list[str]:
    """Return the clean text in pieces that every voice accepts, cut at the ends of sentences if possible.

    Only the space at the cuts is lost. An empty text has no pieces.
    """
    return [piece for part in _pack(clean(text), 0) if (piece := part.strip())]


def _pack(text: str, level: int) -> Iterable[str]:
    """Yield pieces as long as possible, cut at this level's places, or at a finer level's if one is still too long."""
    if _fits(text):
        yield text
        return
    if level == len(_CUTS):  # no language has such a word
        yield from (text[start : start + _SURELY_FITS] for start in range(0, len(text), _SURELY_FITS))
        return
    packed = ""
    for part in _CUTS[level].split(text):
        if _fits(packed + part):
            packed += part
            continue
        yield packed
        *whole, packed = _pack(part, level + 1)
        yield from whole
    yield packed


def _fits(text: str) -> bool:
    if len(text) <= _SURELY_FITS:
        return True
    return len(text) <= _MOST_CHARACTERS and len(quote(text, safe="")) <= _MOST_ENCODED
