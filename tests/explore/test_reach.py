"""How a caller comes to what no call covers, and what he can never come to."""

from __future__ import annotations

import pytest

from ivr.calls.hotline_loader import load_tree
from ivr.engine.events import DigitsPressed
from ivr.explore.reach import Witness, reach
from ivr.menu.tree import Tree
from ivr.written.coverage import CoverageItem, everything

MENU = """
hotline: bakery
languages: [zh-CN]
timezone: Asia/Shanghai
start: main
variables: {cakes: "yes"}
desks:
  shop: {number: "+8657100000000", hours: always, busy: goodbye, no_answer: goodbye, failed: goodbye}
nodes:
  main:
    menu:
      "1": {for: 蛋糕, go: cakes}
      "2": {for: 再见, go: goodbye}
  cakes:
    choose: [{if: cakes == 'yes', go: there}]
    else: none_left
  there:
    tries: 2
    menu: {"1": {for: 回主菜单, go: main}}
    after_tries: goodbye
  none_left: {say: 没有蛋糕了。, then: goodbye}
  agent: {say: 请稍等。, transfer: shop}
  goodbye: {end: 再见。}
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Return a tree of which one node cannot be reached, though it is the target of a condition."""
    folder = tmp_path_factory.mktemp("bakery")
    (folder / "menu.yaml").write_text(MENU, encoding="utf-8")
    return load_tree(folder)


def keys(way: Witness) -> list[str]:
    """Return what a caller does on a way, by kinds of event and keys."""
    events = [move.event for move in way.moves[1:]]
    return [event.digits if isinstance(event, DigitsPressed) else type(event).__name__ for event in events]


@pytest.mark.parametrize(
    ("item", "pressed"),
    [
        (CoverageItem("nodes", "goodbye"), ["2"]),
        (CoverageItem("options", "there", "1"), ["1", "1"]),
        (CoverageItem("noinput", "there", "2"), ["1", "NoInput", "NoInput"]),
        (CoverageItem("nodes", "agent"), ["5", "5", "5"]),
        (CoverageItem("nodes", "main"), []),
    ],
)
def test_the_shortest_way(tree: Tree, item: CoverageItem, pressed: list[str]) -> None:
    """It begins with the call, and its last move is the one that covers the thing."""
    way = reach(tree, [item]).ways[item]
    assert keys(way) == pressed
    assert item in way.last
    assert way.language == "zh-CN"


def test_what_no_caller_reaches(tree: Tree) -> None:
    """It is told apart from all else, which has a way."""
    there = [item for items in everything(tree).values() for item in items]
    found = reach(tree, there)
    never = {item for item in found.unreachable if item.node}
    assert never == {
        CoverageItem("nodes", "none_left"),
        CoverageItem("prompts", "none_left", "say 1", "zh-CN"),
    }
    assert found.ways.keys() | found.unreachable == set(there)


def test_the_bound_of_a_call_is_a_way_where_there_is_no_other(tree: Tree) -> None:
    """Else the caller's own keys are shown, though the bound would lead to the human sooner."""
    too_long, agent = (
        CoverageItem("prompts", "", "phrase too_long 1", "zh-CN"),
        CoverageItem("nodes", "agent"),
    )
    ways = reach(tree, [too_long, agent]).ways
    assert keys(ways[too_long]) == ["LimitReached"]
    assert keys(ways[agent]) == ["5", "5", "5"]


def test_where_nothing_is_wanted_nothing_is_walked(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run in which nothing is missing costs no walk."""
    monkeypatch.setattr("ivr.explore.reach.explore", lambda *_: pytest.fail("it walked"))
    found = reach(tree, [])
    assert (found.ways, found.unreachable) == ({}, frozenset())


def test_a_walk_that_was_cut_short_says_nothing_of_what_cannot_be_reached(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it did not find may be behind what it did not see."""
    from ivr.explore.explorer import explore

    monkeypatch.setattr("ivr.explore.reach.explore", lambda tree, watch: explore(tree, watch, most_states=3))
    found = reach(tree, [CoverageItem("noinput", "there", "2"), CoverageItem("nodes", "none_left")])
    assert found.unreachable == frozenset()
