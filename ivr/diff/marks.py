"""Marks the differences between two texts, word by word. Chinese is compared by runs of characters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

Difference = Literal["same", "gone", "new"]


class Piece(NamedTuple):
    """A part of two texts: in both, only in the old one, or only in the new one."""

    mark: Difference
    text: str


_TOKEN = re.compile(
    r"[㐀-鿿豈-﫿]|\{\{.*?(?:\}\}|\Z)|[^\W㐀-鿿豈-﫿]+(?:['’][^\W㐀-鿿豈-﫿]+)*|\s+|.", re.DOTALL
)
"""One Chinese character, one ``{{ value }}``, one word, one run of spaces, or one sign."""
_CHINESE = re.compile(r"[㐀-鿿豈-﫿]")
_SHORT = 2
"""So few signs between two differences, or one Chinese character, join the difference. Crumbs are hard to read."""


def differences(old: str, new: str) -> list[Piece]:
    """Return the pieces of two texts in order."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    found: list[tuple[str, str, str]] = []
    steps = matcher.get_opcodes()
    for number, (step, old_from, old_to, new_from, new_to) in enumerate(steps):
        gone, come = "".join(before[old_from:old_to]), "".join(after[new_from:new_to])
        inside = 0 < number < len(steps) - 1
        crumb = step == "equal" and inside and _is_crumb(before[old_from:old_to])
        if found and found[-1][0] == "changed" and (crumb or step != "equal"):
            found[-1] = ("changed", found[-1][1] + gone, found[-1][2] + come)
        else:
            found.append(("same" if step == "equal" else "changed", gone, come))
    return list(_split(found))


def _is_crumb(tokens: list[str]) -> bool:
    if len(tokens) == 1 and _CHINESE.fullmatch(tokens[0]):
        return True
    return len(tokens) <= _SHORT and not any(token.isalnum() for token in tokens)


def _split(found: list[tuple[str, str, str]]) -> Iterator[Piece]:
    for kind, gone, come in found:
        if kind == "same":
            yield Piece("same", gone)
            continue
        if gone:
            yield Piece("gone", gone)
        if come:
            yield Piece("new", come)
