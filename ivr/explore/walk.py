"""What came of a walk: the states that a call can come to, and the steps between them.

States and steps are numbers, as there are many; the tables say what they are.
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
    """One of them, as it was found first."""
    plans: tuple[RelevantData, RelevantData]
    """What of the data matters there: where the number is shown, and where it is withheld."""
    base: ControlState | None
    """The same control with its counters at zero, or before its action took long: most moves are the same there. None:
    this is it."""
    needs: Level = Level.unknown
    """The identity for which alone the action runs that is waited for."""
    counted: list[Move] = field(default_factory=list)
    """The moves that lead elsewhere where the counters are not zero, as far as they have been tried."""
    shared: list[Transition] | None = None
    """Where those moves lead that lead there from all of them; None: none of them has been tried yet."""
    late: list[Transition] = field(default_factory=list)
    """The same of bounds and troubles, unless they end the call."""
    alone: list[Move] = field(default_factory=list)
    """The other moves."""
    tried: int = 0
    """How many moves these are together."""


@dataclass(slots=True, eq=False)
class Transition:
    """Where a computed step leads. It could be changed only because that makes it quicker to make."""

    move: Move
    place: ControlLocation
    session: Session
    heard: float
    """Seconds of words."""
    assigned: dict[str, Any]
    """The variables that the step has set."""
    moment: int = ANY
    """At which of the moments it is so; :data:`ANY`: the step does not look at the clock."""


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
    """By state: where the caller comes from who hears most on his way in, and the step."""
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
    """States in which an action runs for a caller who has not proved enough, with what he has."""
    broken: list[BrokenStep] = field(default_factory=list)
    """Where the menu itself is at fault."""
    steps: int = 0
    """Moves that were tried."""
    computed: int = 0
    """Those of them for which the engine was asked."""
    seconds: float = 0.0
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
