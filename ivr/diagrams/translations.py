"""The words around a menu's own words in drawings and cards, in the languages of ``translations.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.menu.language.model import read_table


@dataclass(frozen=True, slots=True)
class DrawingWords:
    """The words of a drawing. The page uses those that no other module reads."""

    own_name: str
    ways: Mapping[str, str]
    """The keys under which nodes and desks name where the call goes. A key that is missing here is shown itself."""
    otherwise: str
    after_tries: str
    entered: str
    recorded: str
    sent: str
    back: str
    repeat: str
    returns: str
    desk: str
    starts: str
    comes_from: str
    comes_from_many: str
    anywhere: str
    identity: str
    reference: str
    leads_to: str
    search: str
    language: str
    bigger: str
    smaller: str
    whole: str
    close: str
    hint: str
    calls: str
    nobody: str
    other_versions: str
    most_calls: str
    hung_up: str
    nomatch: str
    noinput: str
    how_to_read: str


@dataclass(frozen=True, slots=True)
class CardWords:
    """The words of a card."""

    title: str
    goal: str
    """Of a goal that is announced by `for:`."""
    goal_to: str
    """Of one that is announced by `to:`. A whole sentence stands as it is said."""
    heading: str
    """Of a line that has no keys."""
    then: str
    typed: str
    seconds: str
    anywhere: str
    back: str
    repeat: str
    human: str
    hours: str
    always: str
    every_day: str
    closed: str
    language: str
    proof: str
    proof_explained: str
    seconds_explained: str
    between: str
    """Between the parts of a line."""
    to: str
    """Between the first and the last of several days."""


@dataclass(frozen=True, slots=True)
class _Tables:
    """By language."""

    drawing: Mapping[str, DrawingWords]
    card: Mapping[str, CardWords]


_TABLES = read_table(_Tables, Path(__file__).with_suffix(".yaml"))
DRAWING, CARD = _TABLES.drawing, _TABLES.card


def drawing_words(language: str) -> DrawingWords:
    """Return the words in a language such as ``zh-CN``, or in English if the program does not speak it."""
    return DRAWING.get(language.split("-", maxsplit=1)[0], DRAWING["en"])


def card_words(language: str) -> CardWords:
    """Return the words in a language such as ``zh-CN``, or in English if the program does not speak it."""
    return CARD.get(language.split("-", maxsplit=1)[0], CARD["en"])
