"""Which part of a text can be spoken: no characters that break XML, in pieces that every voice accepts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
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


def printable(text: str) -> str:
    """Return the text without control characters and lone surrogates."""
    return _UNSPEAKABLE.sub("", text)


def clean(text: str) -> str:
    """Return the text without control characters, lone surrogates, and space around it."""
    return printable(text).strip()


def pieces(text: str) -> list[str]:
    """Return the clean text in pieces that every voice accepts, cut at the ends of sentences if possible.

    Only the space at the cuts is lost. An empty text has no pieces.
    """
    text = clean(text)
    cuts = cut(text, lambda start, end: fits(text[start:end]))
    return [piece for start, end in cuts if (piece := text[start:end].strip())]


def cut(text: str, fit: Callable[[int, int], bool]) -> Iterator[tuple[int, int]]:
    """Yield where the pieces of a text begin and end, each as long as possible and such that it fits."""
    return _pack(text, 0, len(text), 0, fit)


def _pack(
    text: str, begin: int, end: int, level: int, fit: Callable[[int, int], bool]
) -> Iterator[tuple[int, int]]:
    """Yield the pieces of a part, cut at this level's places, or at a finer level's if one is still too long."""
    if fit(begin, end):
        yield begin, end
        return
    if level == len(_CUTS):  # no language has such a word
        yield from _halves(begin, end, fit)
        return
    start = stop = begin
    for part in _CUTS[level].split(text[begin:end]):
        if fit(start, stop + len(part)):
            stop += len(part)
            continue
        yield start, stop
        *whole, (start, stop) = _pack(text, stop, stop + len(part), level + 1, fit)
        yield from whole
    yield start, stop


def _halves(begin: int, end: int, fit: Callable[[int, int], bool]) -> Iterator[tuple[int, int]]:
    """Yield the pieces of a part that can be cut anywhere."""
    for start in range(begin, end, _SURELY_FITS):
        stop = min(start + _SURELY_FITS, end)
        if fit(start, stop) or stop - start == 1:
            yield start, stop
        else:
            middle = (start + stop) // 2
            yield from _halves(start, middle, fit)
            yield from _halves(middle, stop, fit)


def fits(text: str) -> bool:
    """Return whether every voice accepts a text."""
    if len(text) <= _SURELY_FITS:
        return True
    return len(text) <= _MOST_CHARACTERS and len(quote(text, safe="")) <= _MOST_ENCODED
