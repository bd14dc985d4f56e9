"""The machine's own sentences for a hotline: its own under ``phrases:``, and for the rest those of the language's pack."""

from __future__ import annotations

from typing import Any

from ivr.menu.language.markers import Role
from ivr.menu.language.phrases import Phrases
from ivr.menu.language.walk import fields_with
from ivr.menu.speech.packs import pack

PATTERNS = frozenset(fields_with(Phrases, {Role.pattern}))
"""Sentences with a place for a value. They are filled in and not spoken as they are."""


def complete(language: str, own: Phrases) -> tuple[dict[str, Any], list[str]]:
    """Return every sentence for a language, and the names of the missing ones. A hotline's own come first."""
    usual = pack(language).sentences
    found: dict[str, Any] = {}
    missing = []
    for name in Phrases.model_fields:
        sentence = getattr(own, name) or getattr(usual, name)
        if sentence is None:
            missing.append(name)
        else:
            found[name] = sentence
    return found, missing
