"""What is promised of every path of a menu, and what a broken promise looks like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.explore.moves import Move
from ivr.menu.language.model import Model, read_table


class Proof(Model):
    """Something that is promised of every path."""

    id: str
    title: str
    why: str
    source: str
    how: str
    """How it is proved."""
    before: str
    """An example that breaks it."""
    after: str
    """The same, mended."""


PROOFS: Mapping[str, Proof] = {
    proof.id: proof for proof in read_table(list[Proof], Path(__file__).with_suffix(".yaml"))
}


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that is broken, and the shortest way there."""

    proof: str
    node: str
    language: str
    what: str
    remedy: str
    way: tuple[Move, ...] = ()
    severity: str = "error"
    """``warning``: it needs something unlikely, or cannot be known for sure."""
