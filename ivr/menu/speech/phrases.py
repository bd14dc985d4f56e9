"""The machine's own sentences in the languages that are built in.

A hotline may replace any of them under ``phrases:``. For any other language it must write them all there.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ivr.menu.language.markers import Role
from ivr.menu.language.model import read_table
from ivr.menu.language.phrases import Phrases
from ivr.menu.language.walk import fields_with

PATTERNS = frozenset(fields_with(Phrases, {Role.pattern}))
"""Sentences with a place for a value. They are filled in and not spoken as they are."""

USUAL: Mapping[str, Phrases] = read_table(dict[str, Phrases], Path(__file__).with_name("phrases.yaml"))
"""By language, without its region."""


def complete(language: str, own: Phrases) -> tuple[dict[str, Any], list[str]]:
    """Return every sentence for a language, and the names of the missing ones. A hotline's own come first."""
    usual = USUAL.get(language.split("-", maxsplit=1)[0])
    found: dict[str, Any] = {}
    missing = []
    for name in Phrases.model_fields:
        sentence = getattr(own, name) or (getattr(usual, name) if usual else None)
        if sentence is None:
            missing.append(name)
        else:
            found[name] = sentence
    return found, missing
