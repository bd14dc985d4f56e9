"""Which part of a text can be spoken: no characters that break XML, in pieces that every voice accepts."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
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
_SPARE = 250
"""Of the same, for two elements that are cut at the beginning of a piece."""

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
    return [piece for start, end in cut(text) if (piece := text[start:end].strip())]


def fits(text: str) -> bool:
    """Return whether every voice accepts a text, with its elements."""
    return len(text) <= _SURELY_FITS or (
        len(text) <= _MOST_CHARACTERS and len(quote(text, safe="")) <= _MOST_ENCODED
    )


def cut(text: str, added: Mapping[int, int] | None = None) -> Iterator[tuple[int, int]]:
    """Yield where the pieces of a text begin and end, each as long as a voice accepts.

    ``added`` is how much is written beside the words, URL-encoded, by the place where it begins.
    """
    added = added or {}
    most = _MOST_ENCODED - (_SPARE if added else 0)
    if len(text) * _LONGEST_ENCODED_CHARACTER + sum(added.values()) <= most:
        return iter([(0, len(text))])
    sizes = [*itertools.accumulate((_encoded(each) for each in text), initial=0)]
    if added:
        more = itertools.accumulate((added.get(place, 0) for place in range(len(text))), initial=0)
        sizes = [size + each for size, each in zip(sizes, more, strict=True)]
    return _pack(_Sizes(text, sizes, most), 0, len(text), 0)


class _Sizes(NamedTuple):
    """A text, and how long it is URL-encoded up to each place."""

    text: str
    sizes: list[int]
    most: int

    def fit(self, begin: int, end: int) -> bool:
        """Return whether every voice accepts a part."""
        return end - begin <= _MOST_CHARACTERS and self.sizes[end] - self.sizes[begin] <= self.most


def _encoded(character: str) -> int:
    if character.isascii():
        return 1 if character.isalnum() or character in "_.-~" else 3
    return 3 * len(character.encode(errors="surrogatepass"))


def _pack(measured: _Sizes, begin: int, end: int, level: int) -> Iterator[tuple[int, int]]:
    """Yield the pieces of a part, cut at this level's places, or at a finer level's if one is still too long."""
    if measured.fit(begin, end):
        yield begin, end
        return
    if level == len(_CUTS):  # no language has such a word
        yield from ((start, min(start + _SURELY_FITS, end)) for start in range(begin, end, _SURELY_FITS))
        return
    start = stop = begin
    for part in _CUTS[level].split(measured.text[begin:end]):
        if measured.fit(start, stop + len(part)):
            stop += len(part)
            continue
        yield start, stop
        *whole, (start, stop) = _pack(measured, stop, stop + len(part), level + 1)
        yield from whole
    yield start, stop
