"""The remedies that an editor reads beside a mistake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rapidfuzz import fuzz, process

ELSEWHERE = {
    **dict.fromkeys(["collect", "gather", "input", "prompt_and_collect", "getdigits"], "ask"),
    **dict.fromkeys(["next", "goto", "go_to", "go", "redirect"], "then"),
    "then": "go",
    **dict.fromkeys(["dial", "enqueue", "connect"], "transfer"),
    **dict.fromkeys(["play", "speak", "prompt", "message"], "say"),
    **dict.fromkeys(["hangup", "hang_up", "disconnect"], "end"),
    **dict.fromkeys(["sms", "send_sms"], "text"),
    **dict.fromkeys(["if", "switch", "branch"], "choose"),
    "voicemail": "record",
}
"""What other systems call our keys. A search by spelling would suggest the wrong key for these."""
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
    known = list(names)
    alike = [each for each in known if each[:1].casefold() == name[:1].casefold()]
    found = _most_similar(name, known, 75) or _most_similar(name, alike, 60)  # `agent` does not mean `sent`
    if found or len(name) <= 3:  # a short name is part of almost anything: `x` does not mean `text`
        return found[0] if found else None
    return min((each for each in known if name.casefold() in each.casefold()), key=len, default=None)


def _most_similar(name: str, names: list[str], cutoff: int) -> tuple[str, float, int] | None:
    return process.extractOne(name, names, scorer=fuzz.ratio, processor=str.casefold, score_cutoff=cutoff)


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
