"""The machine's own sentences for a hotline: its own under ``phrases:``, and for the rest those of the language's pack.

In a language without a voice each of them must be recorded, so that only those are asked for that the hotline can come to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ivr.menu.language.hotline import Hotline
from ivr.menu.language.markers import Role
from ivr.menu.language.nodes import AskNode, MenuNode, Node, RunNode
from ivr.menu.language.phrases import Phrases
from ivr.menu.language.walk import fields_with
from ivr.menu.language.words_files import WordsFile
from ivr.menu.speech.options import option_speech, speech_anywhere
from ivr.menu.speech.packs import ENGLISH, pack

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


def complete_recorded(
    hotline: Hotline, nodes: Mapping[str, Node], language: str, words: WordsFile | None
) -> tuple[dict[str, Any], list[str]]:
    """Do the same for a language without a voice, with the sentences alone that the hotline needs.

    What only a desk hears stays in English: nobody can record it, because it says why a caller calls.
    """
    own = words.phrases if words else hotline.phrases
    found, missing = complete(language, own)
    needed = _needed(hotline, nodes, language, words)
    told = {
        name: getattr(pack(ENGLISH).sentences, name) for name in Phrases.model_fields if _is_for_desks(name)
    }
    return {**told, **{name: found[name] for name in needed if name in found}}, [
        name for name in missing if name in needed
    ]


def _is_for_desks(name: str) -> bool:
    return name.startswith("desk_")


def _needed(
    hotline: Hotline, nodes: Mapping[str, Node], language: str, words: WordsFile | None
) -> dict[str, None]:
    """Return the sentences that a hotline can come to say, in their order."""
    needed = {
        "giving_up",
        "too_long",
        "top",
        "internal_error",
        "many_calls",
        "farewell",
        "noinput",
        "nomatch",
    }
    asked = [node for node in nodes.values() if isinstance(node, AskNode)]
    if asked:
        needed |= {"ask_noinput", "ask_nomatch", "unfinished", *(f"hint_{node.ask}" for node in asked)}
    needed |= {"yes_no" for node in asked if node.ask == "yes_no"}
    needed |= {"read_back" for node in asked if node.read_back and node.ask != "yes_no"}
    needed |= {"working" for node in nodes.values() if isinstance(node, RunNode)}
    further = [*speech_anywhere(hotline, language, words)]
    for name, node in nodes.items():
        typed = words.nodes.get(name) if words else None
        options = [*option_speech(node, language, hotline.languages[0], typed)]
        options += further if isinstance(node, MenuNode) else []
        for option in options:
            if option.language == language and option.announcement:
                needed |= {ANNOUNCEMENTS.get((node.kind, option.announcement.form), "")}
                needed |= {name for sign, name in _SIGNS.items() if sign in option.key}
    return {name: None for name in Phrases.model_fields if name in needed}


_SIGNS = {"*": "star", "#": "pound"}
ANNOUNCEMENTS: Mapping[tuple[str, str], str] = {
    ("menu", "for"): "announce",
    ("menu", "to"): "announce_to",
    ("ask", "for"): "announce_entry",
    ("ask", "to"): "announce_entry_to",
}
"""The sentence that announces an option, by the kind of its node and the form of its words."""
