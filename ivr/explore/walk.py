"""What came of a walk: the states that a call can come to, and the steps between them.

There are many states, so each is a number: the lists of :class:`Walk` say by that number what it is. A step is a place in the
lists of edges. For example, ``walk.places[7].waits`` is what a call in state 7 waits for.
"""

from __future__ import annotations

import functools
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ivr.engine.session import Session
from ivr.engine.states import CallState
from ivr.explore.moves import Move, Moves
from ivr.explore.properties import Violation
from ivr.explore.state_key import ControlState, RelevantData
from ivr.menu.language.contract import Level
from ivr.menu.tree import Tree

BEGINNING = -1
"""In place of a state: before the call."""


ANY = -1
"""In place of a moment: at each of them."""


@dataclass(slots=True)
class ControlLocation:
    """What all states of one control have in common."""

    number: int
    waits: CallState
    session: Session
    """The first of them that was found."""
    plans: tuple[RelevantData, RelevantData]
    """Which data matters there: for callers who show their number, and for those who withhold it."""
    base: ControlState | None
    """The control of its base: the same place with its counters at zero, or before its action took long. Most moves lead to
    the same from both, and are tried at the base only. None: this is a base."""
    needs: Level = Level.unknown
    """The identity that the action needs for whose end the call waits."""
    counted: list[Move] = field(default_factory=list)
    """The moves that lead elsewhere where the counters are not zero, as far as they have been tried."""
    shared: list[Transition] | None = None
    """The steps that are the same in all its states, since they do not look at the data. None: no state of it has been tried."""
    late: list[Transition] = field(default_factory=list)
    """The same steps where a bound or a trouble makes them, unless they end the call."""
    alone: list[Move] = field(default_factory=list)
    """The moves that look at the data, and must be tried in each state."""
    tried: int = 0
    """How many moves the first state has tried."""


@dataclass(slots=True, eq=False)
class Transition:
    """A step that the engine has taken, and where it leads. Nothing changes it; it is not frozen since that would be slower."""

    move: Move
    place: ControlLocation
    session: Session
    heard: float
    """The seconds that its words take."""
    assigned: dict[str, Any]
    """The variables that the step has set."""
    moment: int = ANY
    """The moment at which it leads there. :data:`ANY`: the step does not look at the clock."""


@dataclass(frozen=True, slots=True)
class BrokenStep:
    """A step that raised an exception; the caller hears an apology and goes to a human, as on the telephone."""

    state: int
    move: Move
    node: str
    language: str
    error: Exception


@dataclass
class Walk:
    """Everything that a call can come to, and how."""

    tree: Tree
    moves: Moves
    places: list[ControlLocation] = field(default_factory=list)
    """By state."""
    parents: array[int] = field(default_factory=lambda: array("q"))
    """By state: the one from which it was found first."""
    found: list[Transition] = field(default_factory=list)
    """By state: the step with which it was found first."""
    wordiest: list[tuple[int, Transition]] = field(default_factory=list)
    """By state: the state and the step from which a caller hears the most words on coming here."""
    moments: tuple[int, ...] = (0,)
    """Numbers of moments, of those at which all is alike only the first."""
    bases: array[int] = field(default_factory=lambda: array("q"))
    """By state: the one with the counters at zero, whose keys are its own too; itself where they are."""
    first: array[int] = field(default_factory=lambda: array("q"))
    """By state: where its edges begin; they end where those of the next state begin."""
    targets: array[int] = field(default_factory=lambda: array("q"))
    """By edge."""
    landings: list[Transition] = field(default_factory=list)
    """By edge: the move, and what was heard."""
    below: list[tuple[int, Level]] = field(default_factory=list)
    """States in which an action runs for a caller who has not proved enough, with what they have proved."""
    broken: list[BrokenStep] = field(default_factory=list)
    """Where the menu itself is at fault."""
    steps: int = 0
    """Moves that were tried."""
    computed: int = 0
    """Those of them for which the engine was asked."""
    bounded: bool = False
    """Whether the walk gave up because there were too many states."""

    def __len__(self) -> int:
        """Return the number of states."""
        return len(self.places)

    def following(self, state: int, moment: int) -> Iterator[tuple[Transition, int]]:
        """Yield what can follow a state at a moment: the step, and the state."""
        landings, targets, wanted = self.landings, self.targets, (ANY, moment)
        for edge in self.edges(state):
            landing = landings[edge]
            if landing.moment in wanted:
                yield landing, targets[edge]

    @functools.cached_property
    def before(self) -> list[list[tuple[int, Transition | None]]]:
        """By state: from where it follows, and by which step; None: the state shares the moves of this one."""
        before: list[list[tuple[int, Transition | None]]] = [[] for _ in self.places]
        landings, targets = self.landings, self.targets
        for state, base in enumerate(self.bases):
            for edge in self.edges(state):
                before[targets[edge]].append((state, landings[edge]))
            if base != state:
                before[base].append((state, None))
        return before

    def edges(self, state: int) -> range:
        """Return the edges of a state, without hang-ups, bounds and troubles."""
        last = self.first[state + 1] if state + 1 < len(self.first) else len(self.targets)
        return range(self.first[state], last)

    def hour(self, moment: int) -> str:
        """Return a moment in words."""
        return f"{self.moves.moments[moment]:%A %H:%M}"

    def way_to(self, state: int) -> list[Move]:
        """Return the shortest way to a state, the beginning of the call first."""
        way: list[Move] = []
        while state != BEGINNING:
            way.append(self.found[state].move)
            state = self.parents[state]
        return way[::-1]

    def violation(self, proof: str, state: int, what: str, remedy: str) -> Violation:
        """Return that a promise is broken in a state, with the shortest way there."""
        session = self.places[state].session
        return Violation(proof, session.node, session.language, what, remedy, tuple(self.way_to(state)))
