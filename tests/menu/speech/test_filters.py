"""The table of filters: each is one record, by which everything else knows it. What they say is in ``values/``."""

from __future__ import annotations

import pytest

from ivr.explore.samples import Samples
from ivr.menu.reference import node_reference
from ivr.menu.speech.estimates import words
from ivr.menu.speech.filters import FILTERS, Filter
from ivr.menu.speech.sandbox import environment
from ivr.menu.speech.values.speaker import speaker
from tests.support import menus

ZH, EN = speaker("zh-CN"), speaker("en-US")


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_has_a_sentence_for_the_reference_page(name: str) -> None:
    """With an example, or the whole rule."""
    assert FILTERS[name].means.endswith(".")


@pytest.mark.parametrize(
    "name", ["money", "number", "percent", "ordinal", "minutes", "digits", "tail", "card", "phone", "spell"]
)
def test_a_filter_takes_what_a_caller_typed(name: str) -> None:
    """A text of digits is a number where a number is wanted."""
    say = FILTERS[name].say
    assert say is not None
    assert "2" in say("42", EN)


def test_every_filter_of_ours_says_its_example() -> None:
    """In both languages: `ivr check` measures it, and `ivr explore` tries it."""
    for name, each in FILTERS.items():
        if each.say:
            assert each.example is not None, name
            forms = {"zh-CN": ["条"], "en-US": ["message", "messages"]}
            assert all(
                each.say(each.example, by, *(forms[by.language] if name == "count" else ()))
                for by in (ZH, EN)
            ), name


def test_a_filter_is_one_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new record is all that templates, lengths, proofs and the reference page need of a filter."""
    monkeypatch.setitem(FILTERS, "loudly", Filter("In a loud voice.", lambda v, _by: f"{v}!", 4711))
    environment.cache_clear()
    tree = menus.bilingual(menus.MENU.replace("remaining | money", "remaining | loudly")).tree
    assert tree is not None
    assert words(tree.speech["zh-CN"].nodes["limits_told"].say[0]) == "您今天还可以转出4711!。"
    assert environment("en-US").from_string("{{ 1 | loudly }}").render() == "1!"
    assert Samples(tree).values("remaining") == (4711,)
    assert "| `loudly` | In a loud voice. |" in node_reference()
    environment.cache_clear()
