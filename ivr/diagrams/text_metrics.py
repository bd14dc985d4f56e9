"""The width of words, and what fits in it: an estimate by kinds of characters, so that it is the same everywhere."""

from __future__ import annotations

import itertools
import re
import unicodedata

_NARROW = frozenset("iIjl.,:;'|!()[] ·•")
_WIDE = frozenset("mwMW@%—…")
_PIECE = re.compile(r"\s+|[!-~]+|.[，。、！？；：）》”…]*", re.DOTALL)
"""A part that is never split: a Latin word, or another character with its closing punctuation."""


def width_of(text: str, size: float) -> float:
    """Return the width of a line, in the unit of ``size``."""
    return size * sum(map(_ems, text))


def _ems(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in _NARROW:
        return 0.36
    if character in _WIDE:
        return 0.92
    return 0.73 if character.isupper() else 0.61


def lines_of(text: str, size: float, width: float, most: int) -> list[str]:
    """Wrap words into at most ``most`` lines. If something is left over, the last line ends with ``…``.

    A word that is longer than a line is split.
    """
    lines = [""]
    pieces = _PIECE.findall(" ".join(text.split()))
    fitting = ([piece] if width_of(piece, size) <= width else list(piece) for piece in pieces)
    for piece in itertools.chain.from_iterable(fitting):
        if width_of(lines[-1] + piece, size) <= width:
            lines[-1] += piece
        elif piece.strip():
            lines.append(piece)
    lines = [line.strip() for line in lines if line.strip()]
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], _cut(lines[most - 1] + "…", size, width)]


def _cut(line: str, size: float, width: float) -> str:
    while width_of(line, size) > width and len(line) > 1:
        line = line[:-2].rstrip() + "…"
    return line


def shortened(text: str, most: float) -> str:
    """Return a text, cut to ``most`` times its height."""
    text = " ".join(text.split())
    return text if width_of(text, 1.0) <= most else _cut(text + "…", 1.0, most)
