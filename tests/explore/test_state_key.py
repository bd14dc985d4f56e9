"""What a state keeps of a session is what can change the future, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.engine.session import Session
from ivr.explore.explorer import explore
from ivr.explore.moves import Moves
from ivr.explore.state_key import ControlState, DataAbstraction, StateKeys
from ivr.menu.language.contract import Level
from tests.support.engine_call import tree_of
from tests.support.mazes import RATES, mazes


def state(maze: str, **given: Any) -> tuple[ControlState, DataAbstraction]:
    """Return the two halves of a session at the first menu."""
    tree = mazes()[maze]
    moves = Moves(tree)
    keys = StateKeys(moves)
    values = {"node": "main", "language": "en-US", "caller": "+8613800138000", **given}
    session = Session("CA1", tree.version, moves.usual, **values)
    plan = keys.plan(session, withheld=session.caller == "")
    return keys.control(session), keys.data(session, plan)


@pytest.mark.parametrize(
    ("maze", "given"),
    [
        ("values", {"turn": 7, "reason": "why", "action_uncertain": True, "urgent": True, "limited": True}),
        ("values", {"replayable": ["hot"], "notes": ["one"], "called": "+8657100000000"}),
        ("values", {"variables": {"elsewhere": 1}}),
        ("values", {"rate": "slow"}),
        ("identity", {"variables": {"amount": 5}}),
        ("slow", {"caller": "+8613800138001"}),
        ("values", {"variables": {"wish": "more"}}),  # it is asked for only of a withheld number
    ],
)
def test_what_nothing_looks_at_is_left_out(maze: str, given: dict[str, Any]) -> None:
    """Two sessions that differ in it are one state."""
    assert state(maze, **given) == state(maze)


@pytest.mark.parametrize(
    ("maze", "given"),
    [
        ("values", {"node": "way"}),
        ("values", {"history": ["main"]}),
        ("values", {"pending_returns": ["way"]}),
        ("languages", {"language": "zh-CN"}),
        ("values", {"noinputs": 1}),
        ("values", {"nomatches": 1}),
        ("values", {"repeats": 1}),
        ("values", {"human_tried": True}),
        ("entries", {"node": "amount", "confirming": 5}),
        ("slow", {"node": "news", "running": "run"}),
        ("values", {"caller": ""}),
        ("values", {"variables": {"sky": "blue"}}),
        ("values", {"variables": {"matched": "yes"}}),
        ("identity", {"level": Level.known}),
        ("identity", {"level": Level.verified}),
        ("accounts", {"account": "+8613800138000"}),
        ("notes", {"notes": ["one"]}),
    ],
)
def test_what_something_looks_at_is_kept(maze: str, given: dict[str, Any]) -> None:
    """Two sessions that differ in it are two states."""
    here = {"node": given["node"]} if len(given) > 1 and "node" in given else {}
    assert state(maze, **given) != state(maze, **here)


def test_what_is_asked_only_of_a_withheld_number_is_kept_for_one() -> None:
    """And for nobody else, as above."""
    assert state("values", caller="", variables={"wish": "more"}) != state("values", caller="")


def test_each_counter_is_read_alone() -> None:
    """The words after silence hang on the silences; so a wrong key before them changes nothing."""
    assert state("values", noinputs=1, nomatches=1) == state("values", noinputs=1)


def test_a_slow_mode_makes_no_more_states() -> None:
    """How fast the call speaks decides nothing, so that a menu with a key for it is walked as one without."""
    menu = RATES
    with_rates, without = (
        tree_of(text) for text in (menu, menu.replace("rate: slow, ", "").replace("rate: normal, ", ""))
    )
    assert len(explore(with_rates)) == len(explore(without))
