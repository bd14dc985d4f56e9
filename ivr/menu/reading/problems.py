"""What is wrong with a menu, said so that an editor can mend it. Mistakes of an author are data, not exceptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process

YamlPath = tuple[str | int, ...]
"""Where something stands in a file: the keys, and positions in lists, that lead to it."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in one place."""

    file: str
    line: int
    """From 1."""
    column: int
    """From 1."""
    node: str
    """The node that it is in, or empty."""
    what: str
    """What is wrong."""
    remedy: str
    """What to write instead."""
    severity: str = "error"
    """``error``: the menu is not loaded; ``warning`` and ``information``: it is."""
    rule: str = ""
    """The rule of the voice that is broken, which ``ivr explain`` explains; or empty."""

    def __str__(self) -> str:
        """Return the one line that people and editors read: ``file:line:column: node: what; remedy [rule]``."""
        node = f"{self.node}: " if self.node else ""
        rule = f" [{self.rule}]" if self.rule else ""
        line = f"{self.file}:{self.line}:{self.column}: {node}{self.what}; {self.remedy}{rule}"
        return " ".join(line.split())

    def as_data(self) -> dict[str, Any]:
        """Return the problem for tools, as ``ivr check --format json`` prints it."""
        return {
            name: getattr(self, name)
            for name in ("file", "line", "column", "node", "what", "remedy", "severity", "rule")
        }


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name that was probably meant, or None when none is near: a misspelt one, or one with it inside."""
    known = list(names)
    found = process.extractOne(name, known, scorer=fuzz.ratio, processor=str.casefold, score_cutoff=60)
    if found:
        return found[0]
    longer = [
        each for each in known if len(name) > _TOO_SHORT_FOR_A_PART and name.casefold() in each.casefold()
    ]
    return min(longer, key=len, default=None)


_TOO_SHORT_FOR_A_PART = 3
"""A name of so few letters is a part of almost anything: `x` is not `text`, but `limit` may be `daily_limits`."""


def did_you_mean(name: str, names: Iterable[str], otherwise: str = "") -> str:
    """Return the remedy for a name that does not exist.

    It is the nearest name; else ``otherwise``; else the list of those that exist.
    """
    known = list(names)
    guess = nearest(name, known)
    if guess is not None:
        return f"did you mean `{guess}`?"
    return otherwise or one_of(known)


def one_of(names: Iterable[str]) -> str:
    """Return the remedy that lists what is possible; of many, the first ones."""
    known = list(names)
    if not known:
        return "there is none to choose from"
    listed = ", ".join(f"`{each}`" for each in known[:_LISTED])
    return f"use one of {listed}" + (" …" if len(known) > _LISTED else "")


_LISTED = 20


def shown(typed: Any) -> str:
    """Return what an editor typed as it stands in a message: a text, shortened; or what else it is."""
    if isinstance(typed, Mapping):
        return "a section"
    if isinstance(typed, list):
        return "a list"
    text = str(typed)
    return f"`{text}`" if len(text) <= _SHOWN else f"`{text[:_SHOWN]}…`"


_SHOWN = 60
