"""The remedies that an editor reads beside a mistake."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from ivr.menu.language.model import read_table

_ELSEWHERE = read_table(dict[str, str], Path(__file__).with_name("elsewhere.yaml"))
ELSEWHERE = {word: key for key, words in _ELSEWHERE.items() for word in words.split()}
"""Our keys, by what other systems call them."""
MAX_NAME = 100
"""Characters of a name that somebody may have meant otherwise. Comparing two names takes time by the length of both."""
MAX_NAMES = 5_000
"""Names that are looked through for it. That takes a millisecond."""
_LISTED = 20
_SHOWN = 60


def key_meant(typed: str, keys: Iterable[str]) -> str | None:
    """Return the key that was probably meant."""
    known = list(keys)
    other = ELSEWHERE.get(typed.casefold(), "")
    meant = next((each for each in (other, ELSEWHERE.get(other)) if each in known), None)
    return meant or nearest(typed, known)


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name that was probably meant, or None: one of similar spelling, or a longer one that contains it."""
    if len(name) > MAX_NAME:
        return None
    known = list(itertools.islice(names, MAX_NAMES))
    folded, meant = [each.casefold() for each in known], name.casefold()
    for each, score, at in process.extract(meant, folded, scorer=fuzz.ratio, score_cutoff=60, limit=None):
        if score >= 75 or each[:1] == meant[:1]:  # `agent` does not mean `sent`
            return known[at]
    if len(name) <= 3:  # a short name is part of almost anything: `x` does not mean `text`
        return None
    return min((one for one, each in zip(known, folded, strict=True) if meant in each), key=len, default=None)


def did_you_mean(name: str, names: Iterable[str], otherwise: str = "") -> str:
    """Return the remedy for a name that does not exist: the nearest name, else ``otherwise``, else a list of names."""
    known = list(names)
    guess = nearest(name, known)
    if guess is not None:
        return f"did you mean `{guess}`?"
    return otherwise or one_of(known)


def one_of(names: Iterable[str]) -> str:
    """Return the remedy that lists what is possible. A long list is cut."""
    known = list(names)
    if not known:
        return "there is none to choose from"
    listed = ", ".join(f"`{each}`" for each in known[:_LISTED])
    return f"use one of {listed}" + (" …" if len(known) > _LISTED else "")


def shown(typed: Any) -> str:
    """Return what an editor typed as a message shows it: a shortened text, or its type."""
    if isinstance(typed, Mapping):
        return "a section"
    if isinstance(typed, list):
        return "a list"
    text = str(typed)
    return f"`{text}`" if len(text) <= _SHOWN else f"`{text[:_SHOWN]}…`"
