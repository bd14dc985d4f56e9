"""The explorer's clever parts lose nothing: it finds what a walk finds that keeps every session whole and tries all."""

from __future__ import annotations

from functools import cache

import pytest

from ivr.engine.session import Session
from ivr.engine.states import CallState
from ivr.engine.turn import Turn
from ivr.explore.explorer import MOST_STATES, _Walker, explore
from ivr.explore.moves import Actor, Move
from ivr.explore.prover import ProofLimits, ProofResult, prove
from ivr.explore.step_checks import StepChecks
from ivr.explore.walk import BEGINNING, Walk
from ivr.menu.tree import Tree
from tests.support.brute import Brute, brute
from tests.support.engine_call import tree_of
from tests.support.mazes import mazes

NAMES = list(mazes())


@cache
def maze(name: str) -> Tree:
    """Return one of the menus; each is made once."""
    return mazes()[name]


class Tried(StepChecks):
    """What each step keeps or breaks, and what was tried where."""

    def __init__(self, tree: Tree) -> None:
        super().__init__(tree)
        self.tried = set[tuple[str, str, str, str]]()

    def __call__(self, state: int, move: Move, before: Session, turn: Turn) -> None:
        event = move.event
        keys, outcome = getattr(event, "digits", ""), getattr(event, "outcome", "")
        self.tried.add((before.node, type(event).__name__, keys, outcome))
        super().__call__(state, move, before, turn)


@cache
def walked(name: str, *, thorough: bool = False) -> tuple[_Walker, Tried]:
    """Return a menu's walk, walked, with what each step keeps or breaks."""
    steps = Tried(maze(name))
    walker = _Walker(maze(name), steps, MOST_STATES, None, thorough=thorough)
    walker.walk()
    return walker, steps


@cache
def walked_whole(name: str) -> tuple[Brute, StepChecks]:
    """Return a menu's walk without cleverness."""
    steps = StepChecks(maze(name))
    return brute(maze(name), steps), steps


def places(walk: Walk) -> set[tuple[str, str, CallState, bool]]:
    """Return node, language, what is waited for, and whether a human was sought."""
    return {
        (place.session.node, place.session.language, place.waits, place.session.human_tried)
        for place in walk.places
        if place.waits is not CallState.over
    }


def endings(walk: Walk) -> set[str]:
    """Return how calls ended."""
    return {place.session.ending for place in walk.places if place.waits is CallState.over}


@pytest.mark.parametrize("name", NAMES)
def test_the_same_places_are_met_as_by_walking_everything(name: str) -> None:
    """Node, language, what is waited for, and whether a human was sought: none is lost, and none invented."""
    (walker, steps), (whole, _) = walked(name), walked_whole(name)
    assert places(walker.walked) == whole.places
    assert steps.passed.keys() == whole.passed
    assert endings(walker.walked) == whole.endings
    assert bool(walker.walked.broken) == bool(whole.broken)


@pytest.mark.parametrize("name", NAMES)
def test_every_session_is_one_of_the_states(name: str) -> None:
    """Whatever a call can come to, with all its variables and counters, has a state that stands for it."""
    (walker, _), (whole, _) = walked(name), walked_whole(name)
    lost = [
        session
        for session in whole.sessions.values()
        if (place := walker.places.get(walker.keys.control(session))) is None
        or (data := walker.data_numbers.get(walker.keys.data(session, place.plans[session.caller == ""])))
        is None
        or (place.number, data) not in walker.numbers
    ]
    assert lost == []


@pytest.mark.parametrize("name", NAMES)
def test_the_same_steps_are_wrong_as_by_walking_everything(name: str) -> None:
    """What a single step breaks is found in both."""
    assert _found(walked(name)[1]) == _found(walked_whole(name)[1])


def _found(steps: StepChecks) -> set[tuple[str, str, str]]:
    return set(steps._found)


@pytest.mark.parametrize("name", NAMES)
def test_a_thorough_walk_finds_the_same(name: str) -> None:
    """It asks the engine for every step, and tells all counters apart."""
    (quick, steps), (slow, all_steps) = walked(name), walked(name, thorough=True)
    assert places(quick.walked) == places(slow.walked)
    assert endings(quick.walked) == endings(slow.walked)
    assert steps.passed.keys() == all_steps.passed.keys()
    assert _found(steps) == _found(all_steps)
    assert len(quick.walked) < len(slow.walked)
    assert quick.walked.computed < slow.walked.computed


@pytest.mark.parametrize("name", NAMES)
def test_a_thorough_walk_tries_the_same(name: str) -> None:
    """At each node the same events happen, with the same outcomes."""
    assert walked(name)[1].tried == walked(name, thorough=True)[1].tried


def test_what_is_proved_of_every_path_is_the_same_with_all_counters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also what looks at the whole walk: endings, circles, keys and seconds to a human."""
    for name in ("sample", "slow", "identity"):
        quick = prove(maze(name), ProofLimits(keys=1, seconds=20))
        with monkeypatch.context() as patched:
            patched.setattr("ivr.explore.prover.explore", _thoroughly)
            slow = prove(maze(name), ProofLimits(keys=1, seconds=20))
        assert _told(quick) == _told(slow)
        assert quick.keys == slow.keys
        assert _told(quick), "nothing was found, so that nothing was compared"


def _thoroughly(tree: Tree, watch: StepChecks, **given: int) -> Walk:
    return explore(tree, watch, most_states=given["most_states"], thorough=True)


def _told(proved: ProofResult) -> set[tuple[str, str, str]]:
    return {(each.proof, each.node, each.language) for each in proved.findings}


def test_a_bound_is_said() -> None:
    """A walk that gives up says so, and nothing is proved of the whole."""
    walk = explore(maze("sample"), most_states=100)
    assert walk.bounded
    assert len(walk) < 200
    proved = prove(maze("sample"), ProofLimits(states=100))
    assert proved.walk.bounded
    assert {each.proof for each in proved.findings} <= {
        "P05",
        "P06",
        "P07",
        "P08",
        "P09",
        "P10",
        "P11",
        "P12",
    }
    assert not explore(maze("sample")).bounded


def test_the_shortest_way_is_shortest() -> None:
    """No state that callers and services lead to has a way with more moves than the thorough walk finds."""
    quick, slow = walked("sample")[0].walked, walked("sample", thorough=True)[0].walked
    assert _lengths(quick) == _lengths(slow)


def _lengths(walk: Walk) -> dict[tuple[str, str, str], int]:
    """Return by place the moves of the shortest way, of those in which nothing breaks and no bound is reached."""
    found = dict[tuple[str, str, str], int]()
    for state, place in enumerate(walk.places):
        way = walk.way_to(state)
        if any(move.by >= Actor.gone for move in way):
            continue
        at = (place.session.node, place.session.language, place.waits.name)
        found[at] = min(found.get(at, len(way)), len(way))
    return found


def test_bounds_and_troubles_come_last() -> None:
    """What a caller can reach by himself is shown that way, although our own machinery would lead there sooner."""
    walk = walked("sample")[0].walked
    last = [any(move.by >= Actor.gone for move in walk.way_to(state)) for state in range(len(walk))]
    assert last == sorted(last)
    tree = tree_of('main: {menu: {"1": {for: a person, go: agent}, "2": {for: the end, go: bye}}}')
    steps = StepChecks(tree)
    ways = steps.ways(explore(tree, steps))
    assert [move.by for move in ways["agent", "en-US"]] == [Actor.world, Actor.key]


@pytest.mark.parametrize("name", ["identity", "values", "notes"])
def test_a_walk_says_how_much_it_tried_and_for_how_much_of_it_the_engine_was_asked(name: str) -> None:
    """All moves are counted, at every state; for most of them it is known already what comes of them.

    And only what looks at the silences and wrong keys so far is tried at each number of them.
    """
    walk = walked(name)[0].walked
    computed, steps, all_steps = walk.computed, walk.steps, walked(name, thorough=True)[0].walked.steps
    assert computed < steps < all_steps / 2


def test_two_walks_are_alike() -> None:
    """Nothing of a walk hangs on an order that changes."""
    one, other = explore(maze("sample")), explore(maze("sample"))
    assert (len(one), one.steps, one.computed) == (len(other), other.steps, other.computed)
    assert list(one.targets) == list(other.targets)
    assert list(one.parents) == list(other.parents)
    assert one.parents[0] == BEGINNING
