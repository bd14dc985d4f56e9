"""Which keys lead away from where the call listens, and where to: what the caller hears, presses and leaves on record."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ivr.engine.turn import Turn
from ivr.menu.language.options import Anywhere, Rate


class KeyHere(NamedTuple):
    """What a key does where the call listens."""

    kind: Literal["option", "anywhere"]
    go: str
    language: str | None = None
    """The language that it changes to."""
    rate: Rate | None = None
    """The rate of speech that it changes to."""


def keys_here(turn: Turn) -> dict[str, KeyHere]:
    """Return the node's own keys, then those that work anywhere. While an entry is confirmed, only the latter work."""
    found: dict[str, KeyHere] = {}
    if turn.node is not None and turn.session.confirming is None:
        found = {
            key: KeyHere("option", option.go, option.language, option.rate)
            for key, option in turn.node.options.items()
        }
    for key, target in turn.tree.anywhere.items():
        entry = turn.tree.declared.anywhere[key]
        rate = entry.rate if isinstance(entry, Anywhere) else None
        found.setdefault(key, KeyHere("anywhere", target, rate=rate))
    return found
