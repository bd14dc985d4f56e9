"""Everything that can happen to a call where it waits: what its caller may do, and what the world may answer.

A move is an event of :mod:`ivr.engine.events`. The moves of a place are made once for each menu; a walk tries all of
them at every state.
"""

from __future__ import annotations

import enum
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple, assert_never

from ivr.engine import events
from ivr.engine.entries import fixed_length
from ivr.engine.session import Session
from ivr.explore.sample_entries import bad_entries, good_entries
from ivr.explore.samples import ACCOUNT, OTHER_ACCOUNT, Samples
from ivr.explore.time_samples import moments
from ivr.menu.graph.languages import first_languages
from ivr.menu.language import nodes
from ivr.menu.tree import Tree

RUN_KEY = "run"
"""The idempotency key of a run: of every run the same, since nothing that follows depends on it."""


class Actor(enum.IntEnum):
    """Who makes a move."""

    key = 0
    """The caller presses keys, or speaks."""
    silence = 1
    """The caller does nothing."""
    world = 2
    """An action, a desk or a recording ends."""
    gone = 3
    """The caller hangs up."""
    limit = 4
    """The call has reached its bound."""
    trouble = 5
    """Our own machinery fails."""


class Move(NamedTuple):
    """One thing that can happen, and who makes it happen."""

    by: Actor
    event: events.Event


@dataclass(slots=True)
class Moves:
    """The moves of a menu, place by place."""

    tree: Tree
    samples: Samples = field(init=False)
    moments: tuple[datetime, ...] = ()
    """Moments between which the menu can tell: at each of them another set of desks is open. The first is the usual one."""
    _by_place: dict[tuple[str, str], tuple[Move, ...]] = field(default_factory=dict)
    _later: dict[tuple[int, int], tuple[events.Event, events.Event]] = field(default_factory=dict)
    """By the identity of an event, which is kept with it so that no other one comes to have it."""

    def __post_init__(self) -> None:
        """Find the moments that matter."""
        self.samples = Samples(self.tree)
        self.moments = moments(self.tree)

    @property
    def usual(self) -> datetime:
        """The moment at which everything happens that does not look at the clock."""
        return self.moments[0]

    def beginnings(self) -> list[Move]:
        """Return how a call can begin: with a number, one that a condition names, or none; and in which languages."""
        callers = [
            ACCOUNT,
            "",
            *(each for each in self.samples.values("caller") if str(each).startswith("+")),
        ]
        return [
            Move(Actor.world, events.CallStarted(self.usual, caller, language=language))
            for caller in dict.fromkeys(callers)
            for language in first_languages(self.tree.declared, self.tree.nodes)
        ]

    def at(self, session: Session) -> tuple[Move, ...]:
        """Return everything that can happen where a call waits."""
        manner = "confirming" if session.confirming is not None else "running" if session.running else ""
        place = (session.node, manner)
        found = self._by_place.get(place)
        if found is None:
            found = self._by_place[place] = tuple(self._made(session.node, manner))
        return found

    def later(self, event: events.Event, moment: int) -> events.Event:
        """Return an event as it would be at another moment."""
        key = (id(event), moment)
        found = self._later.get(key)
        if found is None:
            found = self._later[key] = event, replace(event, at=self.moments[moment])
        return found[1]

    def _made(self, name: str, manner: str) -> Iterator[Move]:
        node, at = self.tree.nodes[name], self.usual
        match node:
            case nodes.MenuNode():
                ends = ["#"] if max(map(len, node.menu)) > 1 else []
                yield from self._pressed([*node.menu, *self._anywhere([*node.menu, *ends])])
                yield from self._wrong({*node.menu, *self.tree.anywhere})
                yield Move(Actor.silence, events.NoInput(at))
            case nodes.AskNode() if manner == "confirming":
                yield from self._pressed(["1", "2", *self._anywhere(["1", "2"])])
                yield from self._wrong({"1", "2", *self.tree.anywhere})
                yield Move(Actor.silence, events.NoInput(at))
            case nodes.AskNode():
                yield from self._entries(name, node)
                yield Move(Actor.silence, events.NoInput(at))
            case nodes.RunNode() | nodes.TextNode():
                yield from self._ends_of_action(node)
                yield from (
                    self._while_running()
                    if manner
                    else (Move(Actor.world, events.ActionGoesOn(at, RUN_KEY)),)
                )
            case nodes.HandoffNode():
                for result in node.results:
                    pressed = node.caller_inputs.get(result, "silence") != "silence"
                    yield Move(Actor.key if pressed else Actor.world, events.TransferEnded(at, result))
            case nodes.RecordNode():
                yield Move(Actor.key, events.RecordingEnded(at, "recording://proof", 5))
                yield Move(Actor.silence, events.RecordingEnded(at))
            case nodes.SayNode() | nodes.ChooseNode() | nodes.SetNode() | nodes.EndNode():
                return  # no call waits there
            case _:
                assert_never(node)
        yield Move(Actor.gone, events.CallerHungUp(at))
        if node.waits_for not in {
            nodes.WaitsFor.desk,
            nodes.WaitsFor.recording,
        }:  # what they report is still followed up
            yield Move(Actor.limit, events.LimitReached(at))
        yield Move(Actor.limit, events.LimitReached(at, hard=True))
        yield Move(Actor.trouble, events.InternalError(at))

    def _anywhere(self, taken: Iterable[str]) -> list[str]:
        return [key for key in self.tree.anywhere if key not in taken]

    def _pressed(self, keys: Iterable[str]) -> Iterator[Move]:
        return (Move(Actor.key, events.DigitsPressed(self.usual, key)) for key in keys)

    def _wrong(self, taken: set[str]) -> Iterator[Move]:
        wrong = next((key for key in "56784321#90*" if key not in taken), None)
        if wrong is not None:
            yield Move(Actor.key, events.DigitsPressed(self.usual, wrong))
        if self.tree.declared.speech:
            yield Move(Actor.key, events.SpeechHeard(self.usual, "…"))

    def _entries(self, name: str, node: nodes.AskNode) -> Iterator[Move]:
        typed = [*good_entries(self.tree, name, self.samples), *bad_entries(self.tree, name)]
        for entry in typed:
            yield Move(Actor.key, events.DigitsPressed(self.usual, entry.keys, entry.finished_by))
        finish = "" if fixed_length(node) == 1 else "#"
        for key in (*node.keys, *self._anywhere((*node.keys, "#"))):
            yield Move(Actor.key, events.DigitsPressed(self.usual, key, finish))
        if self.tree.declared.speech and not node.is_secret:
            yield Move(Actor.key, events.SpeechHeard(self.usual, "…"))

    def _ends_of_action(self, node: nodes.RunNode | nodes.TextNode) -> Iterator[Move]:
        at = self.usual
        action = node.action
        contract = self.tree.contracts.get(action)
        for word, outcome in (contract.all_outcomes() if contract else {}).items():
            sends, secrets = ACCOUNT if outcome.texts is not None else "", self.samples.secrets(outcome)
            accounts = (ACCOUNT, OTHER_ACCOUNT) if outcome.finds_account else (None,)
            proves = outcome.raises
            for results, account in itertools.product(self.samples.results(outcome), accounts):
                ended = events.ActionFinished(
                    at, action, word, results, account, proves, RUN_KEY, sends, secrets
                )
                yield Move(Actor.world, ended)

    def _while_running(self) -> Iterator[Move]:
        """A caller who waits for an action may ask for a human, or press another key, which means nothing."""
        keys = [key for key, target in self.tree.anywhere.items() if target in self.tree.nodes]
        yield from self._pressed(keys)
        yield from self._wrong(set(self.tree.anywhere))
        yield Move(Actor.silence, events.NoInput(self.usual))
