"""What cannot be typed: the words that each kind of node has in the tools, in each language, and its colour. A forgotten one fails by its name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ivr.diagrams.svg import STYLE
from ivr.diagrams.translations import drawing_words
from ivr.menu.language.desks import FollowUp
from ivr.menu.language.markers import TARGETS, TRANSLATED
from ivr.menu.language.nodes import KINDS, called
from ivr.menu.language.walk import fields_with
from ivr.menu.reference import node_reference

DOCS = Path(__file__).parent.parent.parent / "docs"
LANGUAGES = ("zh-CN", "en-US")


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_in_the_reference(kind: str) -> None:
    """The printed page and the one that is kept in the repository."""
    for page in (node_reference(), (DOCS / "reference.md").read_text(encoding="utf-8")):
        assert f"### `{kind}`" in page


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_a_row_in_the_page_about_menus(kind: str) -> None:
    """An editor looks it up there."""
    assert f"| `{kind}` |" in (DOCS / "menus.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_says_is_named(kind: str) -> None:
    """Drawings and comparisons call it by a name, in every language that they speak."""
    for key in fields_with(KINDS[kind], TRANSLATED):
        assert called(key, "zh-CN") != called(key, "en-US") != ""


@pytest.mark.parametrize("kind", KINDS)
def test_where_a_kind_leads_is_named_in_drawings(kind: str) -> None:
    """In each of their languages. An action names its outcomes itself; `then` and the like are said in another way."""
    keys = fields_with(KINDS[kind], TARGETS).keys() - {"then", "else", "after_tries", "outcomes"}
    for language in LANGUAGES:
        assert keys <= drawing_words(language).ways.keys(), language


@pytest.mark.parametrize("kind", [*KINDS, "desk"])
def test_a_kind_has_a_colour_in_drawings(kind: str) -> None:
    """That of its stripe, on the box and in the legend."""
    assert re.search(rf"\.stripe\.k-{kind}[ ,][^}}]*fill: var", STYLE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("follow_up", FollowUp)
def test_what_becomes_of_a_transfer_is_named_in_drawings(follow_up: FollowUp) -> None:
    """In every language that the drawings speak."""
    for language in LANGUAGES:
        assert drawing_words(language).ways[follow_up], language
