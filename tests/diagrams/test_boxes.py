"""What is drawn: every node once, every way once, in the words of a language."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from ivr.diagrams.boxes import Drawing
from ivr.diagrams.translations import CARD, DRAWING
from tests.support.drawings import drawing_of, plain, yuebao
from tests.support.menus import bilingual


def labels(drawing: Drawing, source: str) -> dict[str, str]:
    """Return the labels of a box's arrows, with where each leads."""
    return {arrow.label: arrow.target for arrow in drawing.arrows if arrow.source == source}


@pytest.mark.parametrize("full", [True, False])
@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_every_node_and_desk_of_the_shipped_hotline_is_drawn_once(language: str, *, full: bool) -> None:
    """Also where chains are one box; and each stands in the group of its file."""
    loaded = yuebao()
    tree = loaded.tree
    assert tree
    drawing = drawing_of(loaded, language, full=full)
    steps = [step.node for box in drawing.boxes.values() for step in box.steps]
    assert sorted(steps) == sorted([*tree.nodes, *(f"desk {name}" for name in tree.desks)])
    assert {
        step.node: box.file for box in drawing.boxes.values() for step in box.steps if step.node in tree.nodes
    } == {**tree.files}
    if full:
        assert all(len(box.steps) == 1 for box in drawing.boxes.values())


def test_every_way_of_the_shipped_hotline_is_on_one_arrow_or_within_a_box() -> None:
    """Nothing that the menu writes is left out: each option, outcome, case, and each answer of a desk."""
    tree, drawing = yuebao().tree, drawing_of(yuebao(), full=True)
    assert tree
    ways = [way for arrow in drawing.arrows for way in arrow.drawn_edges]
    assert len(ways) == len(set(ways))
    kinds = {"key": 0, "outcome": 0, "case": 0}
    for way in ways:
        kinds[way.kind] = kinds.get(way.kind, 0) + 1
    nodes = tree.nodes.values()
    options = sum(len(getattr(node, "menu", {})) + len(getattr(node, "keys", {})) for node in nodes)
    assert kinds["key"] == options
    assert kinds["case"] == sum(len(getattr(node, "choose", ())) for node in nodes)
    assert kinds["desk"] == sum(4 if desk.closed else 3 for desk in tree.desks.values())


def test_arrows_tell_keys_and_what_they_are_for() -> None:
    """With the last try only where the menu writes what follows it, and without the keys of `anywhere`."""
    drawing = drawing_of(plain())
    assert labels(drawing, "main") == {
        "1 the hours": "hours",
        "2 a code": "code",
        "3 the menu again": "repeat",
        "after the last try": "bye",
    }
    assert labels(drawing, "code") == {"when it is typed": "pick", "9 none": "bye"}
    assert labels(drawing, "pick") == {"code == '1234'": "bye", "otherwise": "agent"}
    assert labels(drawing, "agent") == {"": "desk service"}
    assert labels(drawing, "desk service") == {"busy, no answer, failed": "bye"}
    assert drawing.legend == ["At every menu: 0 → agent, * → back"]


def test_labels_are_in_the_language_of_the_drawing() -> None:
    """An option that changes the language is told in that one."""
    assert set(labels(drawing_of(bilingual(), "zh-CN"), "main")) == {"1 转出限额", "2 预约回电", "3 English"}
    assert set(labels(drawing_of(bilingual(), "en-US"), "main")) == {
        "1 withdrawal limits",
        "2 a call back",
        "3 English",
    }
    assert drawing_of(bilingual(), "en-US").boxes["prove"].needs == "known"


def test_a_label_has_the_form_of_its_announcement() -> None:
    """A noun, a verb, or the whole sentence with its key."""
    menu = (
        'main: {menu: {"1": {for: the hours, go: bye}, "2": {to: hear news, go: agent}, '
        '"3": {say: "Press {key} for more.", name: more, go: bye}}}'
    )
    assert set(labels(drawing_of(plain(menu)), "main")) == {
        "1 the hours",
        "2 hear news",
        "3 Press 3 for more.",
    }


def test_a_chain_with_one_way_on_is_one_box() -> None:
    """Unless something else leads into the middle of it, or every node is wanted."""
    nodes = """
main: {menu: {"1": {for: x, go: one}, "2": {for: y, go: three}, "3": {for: z, go: bye}}}
one: {say: One., then: two}
two: {set: {topic: x}, then: three}
three: {say: Three., then: four}
four: {say: Four., then: main}
"""
    chains = [[step.node for step in box.steps] for box in drawing_of(plain(nodes)).boxes.values()]
    assert ["one", "two"] in chains
    assert ["three", "four"] in chains
    full = drawing_of(plain(nodes), full=True)
    assert all(len(box.steps) == 1 for box in full.boxes.values())


def test_a_box_keeps_all_its_words() -> None:
    """Each wording of each kind, for who clicks on it."""
    nodes = """
main:
  say: [First., Second.]
  noinput: Nothing?
  nomatch: [Wrong., Wrong again.]
  menu: {"1": {for: x, go: bye}}
"""
    words = drawing_of(plain(nodes)).boxes["main"].steps[0].words
    assert dict(words) == {
        "says": ("First.", "Second."),
        "after silence": ("Nothing?",),
        "after a wrong key": ("Wrong.", "Wrong again."),
    }


def test_a_desk_stands_with_the_file_that_has_most_to_do_with_it() -> None:
    """In the demonstration both stand with the humans."""
    drawing = drawing_of(yuebao())
    assert {box.file for box in drawing.boxes.values() if box.kind == "desk"} == {"humans.yaml"}


def test_hubs_are_the_boxes_to_which_many_lead() -> None:
    """Lines to them would hide everything else."""
    assert {"agent", "anything_else"} <= drawing_of(yuebao()).hubs
    assert drawing_of(plain()).hubs == set()


def _written(words: str | Mapping[str, str]) -> str:
    return words if isinstance(words, str) else " ".join(words.values())


def test_every_language_has_every_word() -> None:
    """A drawing or a card in a language that the program speaks has no empty place, and no English in Chinese."""
    for table in (DRAWING, CARD):
        for words in table.values():
            assert all(getattr(words, name) for name in words.__slots__)
        for name in (zh := table["zh"]).__slots__:
            assert not re.search("[A-Za-z]", re.sub(r"\{.*?\}", "", _written(getattr(zh, name)))), name
