"""How wide words are, and what of them fits: an estimate by kinds of characters, the same on every machine."""

from __future__ import annotations

import re
import unicodedata

_NARROW = frozenset("iIjl.,:;'|!()[] ·•")
_WIDE = frozenset("mwMW@%—…")
_PIECE = re.compile(r"\s+|[!-~]+|.[，。、！？；：）》”…]*", re.DOTALL)
"""What a line may be broken around: a word of Latin letters, or any other character with what closes a part of a sentence."""


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
    if character.isupper():
        return 0.73
    return 0.61


def lines_of(text: str, size: float, width: float, most: int) -> list[str]:
    """Break words into at most so many lines of a width; what does not fit is left out, and ``…`` says so."""
    lines = [""]
    for piece in _pieces(" ".join(text.split()), size, width):
        if width_of(lines[-1] + piece, size) <= width:
            lines[-1] += piece
        elif piece.strip():
            lines.append(piece)
    lines = [line.strip() for line in lines if line.strip()]
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], _cut(lines[most - 1] + "…", size, width)]


def _pieces(text: str, size: float, width: float) -> list[str]:
    """Return words and characters; a word that is longer than a line comes apart."""
    pieces = _PIECE.findall(text)
    return [part for piece in pieces for part in ([piece] if width_of(piece, size) <= width else list(piece))]


def _cut(line: str, size: float, width: float) -> str:
    while width_of(line, size) > width and len(line) > 1:
        line = line[:-2].rstrip() + "…"
    return line


def shortened(text: str, most: float) -> str:
    """Return the beginning of a text: as much as is so many times as wide as it is high."""
    text = " ".join(text.split())
    return text if width_of(text, 1.0) <= most else _cut(text + "…", 1.0, most)
