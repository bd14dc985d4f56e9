"""The marked texts of a section, and what a node says of itself by them."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter

from ivr.menu.language.markers import TARGETS, TEMPLATES, TRANSLATED, Role
from ivr.menu.language.model import Model
from ivr.menu.language.nodes import KINDS, Case, NodeBase, WaitsFor, Way
from ivr.menu.language.options import Anywhere, Option
from ivr.menu.language.walk import fields_with, roles_of, walk
from ivr.menu.language.words_files import NodeWords

WITHOUT_ROLE = frozenset(
    {
        "barge_in",
        "needs",
        "allow",
        "timeout",
        "tries",
        "wait",
        "ask",
        "as_",
        "length",
        "range",
        "secret",
        "read_back",
    }
    | {"run", "transfer", "urgent", "record", "at_most", "silence", "menu", "keys", "choose"}
    | {"language", "share", "own_name", "announce", "rate"}
)
"""The fields of nodes and of their options and cases that are no text with a role, or hold sections that have their own."""


def node(**data: object) -> NodeBase:
    """Return a node of whichever kind these keys name."""
    kind = next(kind for kind in KINDS if kind in data)
    return TypeAdapter(KINDS[kind]).validate_python(data)


@pytest.mark.parametrize("model", [*KINDS.values(), Option, Case, Anywhere])
def test_every_field_has_a_role_or_needs_none(model: type[Model]) -> None:
    """A new field is marked, or entered above: else no tool would see its templates or where it leads."""
    forgotten = model.model_fields.keys() - roles_of(model).keys() - WITHOUT_ROLE
    assert not forgotten


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_says_has_a_place_in_the_file_of_another_language(kind: str) -> None:
    """What is spoken or sent can be translated, under the same key."""
    assert fields_with(KINDS[kind], TRANSLATED).items() <= fields_with(NodeWords, TRANSLATED).items()


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_leads_on_or_ends(kind: str) -> None:
    """A kind has targets or options, or leaves it to its desk, or ends the call."""
    model = KINDS[kind]
    leads = fields_with(model, TARGETS) or model.options_key or "choose" in model.model_fields
    assert leads or model.waits_for in {WaitsFor.desk, WaitsFor.over}


def test_a_node_is_walked_in_the_order_of_its_fields() -> None:
    """With the path of every text, and only for the roles that are asked for."""
    menu = node(
        say=["One.", "Two."],
        menu={"1": {"for": "limits", "hear": ["limit"], "go": "limits"}, "2": {"go": "back"}},
        after_tries="bye",
    )
    assert [(each.path, each.text) for each in walk(menu, TEMPLATES)] == [
        (("say",), "One."),
        (("say",), "Two."),
        (("menu", "1", "for"), "limits"),
    ]
    assert [each.text for each in walk(menu, {Role.phrase})] == ["limit"]
    assert [each.path for each in walk(menu, TARGETS)] == [
        ("after_tries",),
        ("menu", "1", "go"),
        ("menu", "2", "go"),
    ]


@pytest.mark.parametrize(
    ("data", "ways"),
    [
        ({"say": "A.", "then": "b"}, [Way(("then",), "b")]),
        ({"menu": {"1": {"go": "b"}}, "after_tries": "c"}, [Way(("menu", "1", "go"), "b")]),
        (
            {"choose": [{"if": "verified", "go": "b"}], "else": "c"},
            [Way(("choose", 0, "go"), "b", "verified"), Way(("else",), "c")],
        ),
        (
            {"text": "A.", "then": "b", "unable": "c", "rationed": "d"},
            [
                Way(("then",), "b"),
                Way(("unable",), "c"),
                Way(("rationed",), "d"),
                Way(("unavailable",), "me", written=False),
            ],
        ),
        ({"transfer": "service"}, []),
    ],
)
def test_the_ways_of_a_node(data: dict[str, object], ways: list[Way]) -> None:
    """As it writes them, each with its condition; the agent where it may leave one out."""
    assert node(**data).ways("me") == ways


def test_what_a_node_sets() -> None:
    """An entry under its name or the node's, a secret among the secrets; a `set` all but the language."""
    assert node(ask="date", then="b").sets("when") == {"when"}
    assert node(ask="pin", then="b", **{"as": "pin"}).secrets("x") == {"pin"}
    assert node(set={"a": "1", "language": "en-US"}, then="b").sets("x") == {"a"}
    assert node(say="A.", then="b").sets("x") == frozenset()


def test_a_kind_is_called_by_its_key() -> None:
    """The class of each kind knows the key that makes it."""
    assert node(say="A.", then="b").kind == "say"
