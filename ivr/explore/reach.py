"""How a caller comes to what no written call covers: the shortest way to each thing, found by walking the whole menu."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ivr.calls.turns import ANOTHER_SENTENCE
from ivr.engine.events import LimitReached
from ivr.engine.session import Session
from ivr.engine.states import CallState
from ivr.engine.turn import Turn
from ivr.explore.explorer import explore
from ivr.explore.moves import Actor, Move
from ivr.explore.walk import BEGINNING, Walk
from ivr.menu.language.contract import Times
from ivr.menu.language.nodes import ListeningNode
from ivr.menu.tree import Tree
from ivr.written.coverage import Coverage, CoverageItem


@dataclass(frozen=True, slots=True)
class Witness:
    """The shortest way to something."""

    moves: tuple[Move, ...]
    language: str
    """The language that the call speaks there."""
    last: tuple[CoverageItem, ...] = ()
    """All that the last move covers."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What can be covered of what was looked for, and how."""

    ways: Mapping[CoverageItem, Witness] = field(default_factory=dict)
    unreachable: frozenset[CoverageItem] = frozenset()
    """What no call ever comes to. Empty when the walk was cut short, since nothing is known then."""


def reach(tree: Tree, wanted: Iterable[CoverageItem]) -> Reach:
    """Walk a menu, and return the shortest way to each thing that is wanted.

    A way on which a call reaches its bound is taken only where there is no other.
    """
    left, sight = set(wanted), Coverage(tree)
    if not left:
        return Reach()
    seen: dict[CoverageItem, list[_Step]] = {}

    def watch(state: int, move: Move, before: Session, turn: Turn) -> None:
        if not _can_be_written(tree, before, move):
            return
        covered = tuple(sight.items(before, move.event, turn))
        for item in left.intersection(covered):
            steps = seen.setdefault(item, [])
            if len(steps) < MOST_STEPS:
                steps.append(_Step(state, move, turn.session.language, covered))

    walk = explore(tree, watch)
    by_caller = _Ways(walk)
    in_time = ((item, [step for step in steps if _in_time(walk, step.state)]) for item, steps in seen.items())
    ways = {item: by_caller.best(steps) for item, steps in in_time if steps}
    return Reach(ways, frozenset() if walk.bounded else frozenset(left - ways.keys()))


def _can_be_written(tree: Tree, before: Session, move: Move) -> bool:
    """Say whether a written call can bring a move about: nothing of ours can be made to fail.

    The bound of a call is reached where its caller does something, and the last bound only after the first.
    """
    if isinstance(move.event, LimitReached):
        waits = before.running or isinstance(tree.nodes.get(before.node), ListeningNode)
        return bool(waits) and (before.limited or not move.event.hard)
    return move.by is not Actor.trouble


MOST_STEPS = 500
"""How many steps are remembered that cover one thing. One of the first has the shortest way."""


class _Step(NamedTuple):
    """A step that covers something."""

    state: int
    move: Move
    language: str
    covered: tuple[CoverageItem, ...]


def _in_time(walk: Walk, state: int) -> bool:
    """Say whether a slow action is not yet given up in a state, for a caller who lets the hotline finish its sentences."""
    if state == BEGINNING or walk.places[state].waits is not CallState.slow_action:
        return True
    times = walk.tree.times.get(walk.tree.nodes[walk.places[state].session.node].action or "", Times())
    heard = walk.found[walk.parents[state]].heard + walk.found[state].heard
    return times.wait + heard < times.give_up - ANOTHER_SENTENCE


class _Ways:
    """The shortest ways on which no bound is reached and nothing of ours fails."""

    def __init__(self, walk: Walk) -> None:
        """Go through the states once, breadth first, by what callers, actions and desks do."""
        self.walk = walk
        self.by: dict[int, tuple[int, Move]] = {}
        self.length: dict[int, int] = {BEGINNING: 0}
        todo: deque[int] = deque()
        for state in range(len(walk)):
            if walk.parents[state] == BEGINNING:
                self._note(state, BEGINNING, walk.way_to(state)[-1], todo)
        while todo:
            state = todo.popleft()
            if state < len(walk.first):
                self._follow(state, todo)

    def _follow(self, state: int, todo: deque[int]) -> None:
        """Go on from a state by its own moves and by those of its base, which are its moves too."""
        walk, base = self.walk, self.walk.bases[state]
        for source in (state,) if base in self.length else (state, base):
            for edge in walk.edges(source):
                move = walk.landings[edge].move
                if source == state or move.by is not Actor.silence:
                    self._note(walk.targets[edge], state, move, todo)

    def _note(self, state: int, source: int, move: Move, todo: deque[int]) -> None:
        if state not in self.length:
            self.length[state], self.by[state] = self.length[source] + 1, (source, move)
            todo.append(state)

    def best(self, steps: Sequence[_Step]) -> Witness:
        """Return the shortest way to one of these steps."""
        step = min(
            steps, key=lambda step: (step.move.by >= Actor.gone, self.length.get(step.state, math.inf))
        )
        before = self._to(step.state) if step.state in self.length else self.walk.way_to(step.state)
        return Witness((*before, step.move), step.language, step.covered)

    def _to(self, state: int) -> list[Move]:
        way: list[Move] = []
        while state != BEGINNING:
            state, move = self.by[state]
            way.append(move)
        return way[::-1]
