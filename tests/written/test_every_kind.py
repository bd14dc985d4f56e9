"""Every kind of node, by each thing that can be covered at it, as a written call in both channels: else a tool has forgotten it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.diagrams.call_stats import count
from ivr.diagrams.edges import edges_of
from ivr.engine.events import TransferEnded
from ivr.explore.counterexample import as_call
from ivr.explore.fill import fill_coverage
from ivr.explore.moves import Actor, Move, Moves
from ivr.explore.reach import Reach, reach
from ivr.harness import DirectHarnesses, open_environment
from ivr.menu.language.nodes import KINDS, TransferNode, WaitsFor
from ivr.menu.tree import Tree
from ivr.replay.call_log import recorded_call
from ivr.replay.export import recalled, without_effects
from ivr.replay.replay import replay
from ivr.storage.base import CallHistory
from ivr.written.coverage import Coverage, CoverageItem, everything
from ivr.written.model import Press, WrittenCall
from ivr.written.runner import PlayedCall, play
from tests.explore.test_every_kind import example
from tests.support.both_ways import HttpHarnesses
from tests.written.test_both_ways import Kept, heard_and_rung, way

PLAYED = [kind for kind in KINDS if kind != "run"]
"""Of `run` the example has a contract, and no action behind it; the written calls of the demonstration run actions."""


def reached(tree: Tree) -> Reach:
    """Find the shortest way to each thing that can be covered at the node of an example."""
    return reach(tree, [item for items in everything(tree).values() for item in items if item.node == "it"])


def histories_of(tree: Tree, call: WrittenCall, folder: Path) -> list[CallHistory]:
    """Play a call in this process, and return what its store has."""
    direct = Kept(DirectHarnesses(folder, tree))
    assert not play("", call, without_effects(tree, direct)).failures
    return direct.histories


@pytest.mark.parametrize("kind", PLAYED)
def test_a_kind_is_played_both_ways(kind: str, tmp_path: Path) -> None:
    """The shortest way to each thing that happens at it is a call that covers it, and sounds alike over HTTP."""
    tree = example(kind)
    for item, witness in reached(tree).ways.items():
        call, coverage = as_call(tree, witness.moves, str(item)), Coverage(tree)
        direct = Kept(DirectHarnesses(tmp_path, tree, coverage.see))
        http = Kept(HttpHarnesses(tmp_path, tree))
        here, there = (play("", call, without_effects(tree, make)) for make in (direct, http))
        assert (here.failures, there.failures) == ([], []), item
        assert item in coverage.take()
        assert told(there) == told(here), item
        assert list(map(way, http.histories)) == list(map(way, direct.histories)), item


def told(played: PlayedCall) -> list[str]:
    """Return what was heard and rung, whichever voice said it."""
    return [line.replace("Polly.Joanna-Neural", "") for line in heard_and_rung(played.happened)]


@pytest.mark.parametrize("kind", PLAYED)
def test_a_kind_is_replayed_and_exported(kind: str, tmp_path: Path) -> None:
    """The record of each of these calls is replayed as it was, and the call that is written of it passes."""
    tree = example(kind)
    for item, witness in reached(tree).ways.items():
        (history,) = histories_of(tree, as_call(tree, witness.moves, str(item)), tmp_path)
        done = replay(recorded_call(history, tree), tree, open_environment(tmp_path, tree))
        assert done.same, item
        exported = recalled(done, tree, ()).call
        assert list(map(way, histories_of(tree, exported, tmp_path))) == [way(history)], item


@pytest.mark.parametrize("kind", [kind for kind in PLAYED if KINDS[kind].waits_for is not WaitsFor.nothing])
def test_the_ways_of_a_kind_are_counted(kind: str, tmp_path: Path) -> None:
    """Each edge that a drawing shows has been gone by one of these calls. What ends them with no event stays unknown."""
    tree = example(kind)
    histories = [
        history
        for item, witness in reached(tree).ways.items()
        for history in histories_of(tree, as_call(tree, witness.moves, str(item)), tmp_path)
    ]
    drawn = {edge for edge in edges_of(tree)["it"] if edge.name != "unable"}
    assert drawn <= count(tree, histories).drawn_edges.keys()


@pytest.mark.parametrize("kind", PLAYED)
def test_a_kind_is_filled(kind: str, tmp_path: Path) -> None:
    """`ivr test --fill` writes a call, with a title, for each of these things."""
    tree = example(kind)
    found = reached(tree)

    def played(call: WrittenCall) -> tuple[PlayedCall, set[CoverageItem]]:
        coverage = Coverage(tree)
        direct = DirectHarnesses(tmp_path, tree, coverage.see)
        return play("", call, without_effects(tree, direct)), set(coverage.take())

    filled = fill_coverage(tree, list(found.ways), found.ways, played)
    assert filled.covered == found.ways.keys()


def test_a_result_that_the_caller_brings_about(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who waits for a human presses a key, or waits until the end: a move and a step; nobody answers meanwhile."""
    monkeypatch.setattr(TransferNode, "caller_inputs", {"busy": "*", "no_answer": "silence"})
    tree = example("transfer")
    assert tree.nodes["it"].heeds_caller
    moves = Moves(tree)
    begin, usual = moves.beginnings()[0], moves.usual
    for result, by, step in (
        ("busy", Actor.key, Press(press="*")),
        ("no_answer", Actor.world, "silence"),
    ):
        move = Move(by, TransferEnded(usual, result))
        call = as_call(tree, [begin, move], "waits")
        assert call.desks == {"service": "no_answer"}
        assert call.steps[0] == step
