"""Every kind of node is played, explored and left by each of its ways: else the engine, or the moves, have forgotten it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ivr.actions.send_messages import send_text
from ivr.engine.session import Session
from ivr.engine.turn import Turn
from ivr.explore.explorer import explore
from ivr.explore.moves import Move
from ivr.menu.graph.flow import Flow
from ivr.menu.language.nodes import KINDS, WaitsFor
from ivr.menu.loader import load
from ivr.menu.tree import Tree
from ivr.written.coverage import Coverage, CoverageItem, everything
from tests.support.menus import CONTRACTS, small

EXAMPLES: Mapping[str, str] = {
    "menu": '{menu: {"1": {for: x, go: a}, "2": {for: y, go: b}}}',
    "ask": "{say: Well?, ask: yes_no, yes: a, no: b}",
    "run": "{run: find_account, outcomes: {found: a, not_found: b, unavailable: c}}",
    "choose": "{choose: [{if: withheld, go: a}], else: b}",
    "set": "{set: {topic: x}, then: a}",
    "transfer": "{transfer: service}",
    "record": "{record: voicemail, then: a, nothing: b}",
    "text": "{text: Hello., then: a, unable: b, rationed: c}",
    "end": "{end: Goodbye.}",
    "say": "{say: Hello., then: a}",
}
"""A node of each kind, with as many ways as it can have."""
TOP = "phrases: {farewell: Goodbye then.}\n"


def example(kind: str) -> Tree:
    """Return a hotline whose first node is of this kind; `start` says something, so that nobody waits in silence."""
    names = [name for name in "abc" if f": {name}" in EXAMPLES[kind]]
    ends = "".join(f"{name}: {{end: This is {name}.}}\n" for name in names)
    menu = small(f"main: {{say: Hello., then: it}}\nit: {EXAMPLES[kind]}\n{ends}", TOP)
    loaded = load({"menu.yaml": menu}, {**CONTRACTS, send_text.CONTRACT.name: send_text.CONTRACT})
    assert loaded.tree is not None, loaded.problems
    return loaded.tree


@pytest.mark.parametrize("kind", KINDS)
def test_every_way_is_walked(kind: str) -> None:
    """Each node to which the kind leads is entered in some call, and nothing breaks on the way."""
    made, entered = example(kind), set[str]()

    def watch(_state: int, move: Move, before: Session, turn: Turn) -> None:
        del move, before
        entered.update(turn.visited)

    walk = explore(made, watch)
    assert not walk.broken
    targets = {edge.target for edge in Flow(made.declared, made.nodes, made.contracts).edges["it"]}
    assert {"it", *targets} <= entered


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_waits_for_what_the_node_waits_for(kind: str) -> None:
    """The channels see the command, and the tools the node. Keys and entries are one command."""
    made, seen = example(kind), set[WaitsFor]()

    def watch(_state: int, move: Move, before: Session, turn: Turn) -> None:
        del move, before
        if turn.session.node == "it" and not turn.session.running and not turn.session.ending:
            seen.add(turn.commands[-1].waits_for)

    explore(made, watch)
    waits_for = KINDS[kind].waits_for
    alike = {WaitsFor.entry: {WaitsFor.key}, WaitsFor.nothing: set(), WaitsFor.over: set()}
    assert seen == alike.get(waits_for, {waits_for})


@pytest.mark.parametrize("kind", KINDS)
def test_everything_is_covered_by_some_call(kind: str) -> None:
    """What `ivr test --coverage` counts of a kind can happen: a word that no step covers would be missing for ever."""
    made = example(kind)
    observer, covered = Coverage(made), set[CoverageItem]()

    def watch(_state: int, move: Move, before: Session, turn: Turn) -> None:
        covered.update(observer.items(before, move.event, turn))

    explore(made, watch)
    of_kind = {item for items in everything(made).values() for item in items if item.node == "it"}
    assert of_kind <= covered
