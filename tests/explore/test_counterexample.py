"""A way of the explorer as a written call: whatever happens on it is in the call, and played it goes the same way."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from ivr.calls.hotline_loader import load_hotline
from ivr.engine.states import CallState
from ivr.explore.counterexample import as_call
from ivr.explore.explorer import explore
from ivr.explore.moves import Move
from ivr.explore.walk import Walk
from ivr.harness import DirectHarnesses
from ivr.menu.tree import Tree
from ivr.written.runner import play

MENU = """
hotline: small
languages: [en-US]
start: main
anywhere: {"0": {go: agent, for: a person}}
desks:
  service:
    number: "+8657100000001"
    hours: {mon-fri: 09:00-17:00}
    closed: beep
    busy: beep
    no_answer: other
    failed: beep
  second: {number: "+8657100000002", busy: beep, no_answer: bye, failed: beep}
nodes:
  main: {say: Hello., menu: {"1": {for: news, go: find}, "2": {for: a secret number, go: secret}, "3": {for: a shown one, go: shown}}}
  find: {run: find_account, outcomes: {found: older, not_found: nobody, unavailable: broken}}
  older: {choose: [{if: elder, go: old}], else: young}
  old: {menu: {"1": {for: news, go: news}, "2": {for: the end, go: bye}}}
  young: {menu: {"1": {for: news, go: news}, "2": {for: the end, go: bye}}}
  nobody: {menu: {"1": {for: news, go: news}, "2": {for: the end, go: bye}}}
  broken: {menu: {"1": {for: news, go: news}, "2": {for: the end, go: bye}}}
  news: {run: bulletins, outcomes: {some: told, none: bye, unavailable: agent}}
  told: {say: "{{ bulletins }}", then: after}
  after: {menu: {"1": {for: the end, go: bye}, "2": {for: a person, go: agent}}}
  shown: {say: The number., ask: digits, length: 4, read_back: true, then: after}
  secret: {say: The number., ask: pin, then: after}
  agent: {say: One moment., transfer: service}
  other: {say: Another moment., transfer: second}
  beep: {say: After the beep., record: voicemail, then: after, nothing: bye}
  bye: {end: Goodbye.}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a hotline in which everything can happen."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "menu.yaml").write_text(MENU, "utf-8")
    (folder / "actions.yaml").write_text("python: ivr.demo.actions\n", "utf-8")
    return folder


@cache
def walk_of(folder: Path) -> tuple[Tree, Walk]:
    """Return its tree and its walk."""
    loaded = load_hotline(folder)
    assert loaded.tree is not None, "\n".join(map(str, loaded.problems))
    return loaded.tree, explore(loaded.tree)


def way_to(walk: Walk, node: str, chosen: Callable[[list[Move]], bool] = lambda _way: True) -> list[Move]:
    """Return the first way to a node that is as chosen."""
    for state, place in enumerate(walk.places):
        if place.session.node == node and chosen(walk.way_to(state)):
            return walk.way_to(state)
    raise AssertionError(node)


@pytest.mark.parametrize(
    "node", ["main", "old", "young", "nobody", "broken", "after", "secret", "shown", "beep", "agent", "other"]
)
def test_a_way_to_any_place_can_be_played(folder: Path, node: str) -> None:
    """Outcomes with values, desks, hours, recordings: the call comes to the node, and nothing on it fails."""
    tree, walk = walk_of(folder)
    call = as_call(tree, way_to(walk, node), "shown")
    passed = set[str]()
    harnesses = DirectHarnesses(folder, seen=lambda _before, _event, turn: passed.update(turn.visited))
    assert play("shown.yaml", call, harnesses).failures == []
    assert node in passed


@pytest.mark.parametrize(
    "waits", [each for each in CallState if each not in (CallState.new, CallState.stray)]
)
def test_a_way_to_any_kind_of_state_can_be_played(folder: Path, waits: CallState) -> None:
    """Also to an action that takes long, and to the end of the call."""
    tree, walk = walk_of(folder)
    state = next(state for state, place in enumerate(walk.places) if place.waits is waits)
    call = as_call(tree, walk.way_to(state), "shown")
    assert play("shown.yaml", call, DirectHarnesses(folder)).failures == []


def test_what_the_world_does_is_written(folder: Path) -> None:
    """The outcome with the value that matters, the desk's answer, the hour, the withheld number."""
    tree, walk = walk_of(folder)
    assert as_call(tree, way_to(walk, "old"), "x").outcomes == {"find_account": {"found": {"elder": "true"}}}
    assert as_call(tree, way_to(walk, "other"), "x").desks == {"service": "no_answer"}
    closed = as_call(tree, way_to(walk, "beep", lambda way: way[-1].event.at != way[0].event.at), "x")
    assert closed.at != as_call(tree, way_to(walk, "main"), "x").at
    hidden = as_call(tree, walk.moves.beginnings()[1:], "x")
    assert hidden.from_ == "withheld"
