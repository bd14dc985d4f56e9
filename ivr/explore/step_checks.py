"""The promises that a single step keeps or breaks, checked while a menu is walked."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from ivr.engine.commands import Command, Gather, Hangup, Record, SendText, Transfer
from ivr.engine.events import ActionFinished, DigitsPressed, TransferEnded
from ivr.engine.keys import keys_here
from ivr.engine.session import Session
from ivr.engine.turn import Turn
from ivr.explore.moves import Actor, Move
from ivr.explore.properties import Violation
from ivr.explore.walk import BEGINNING, Walk
from ivr.menu.checks.words import said_keys
from ivr.menu.language.nodes import AskNode, RunNode, WaitsFor
from ivr.menu.opening_hours import is_open
from ivr.menu.tree import Tree
from ivr.written.heard import said


@dataclass(slots=True)
class StepChecks:
    """Looks at every step of a walk."""

    tree: Tree
    passed: dict[tuple[str, str], tuple[int, Move]] = field(default_factory=dict)
    """By node and language: the step that passed it first."""
    _found: dict[tuple[str, str, str], tuple[int, Move, str, str]] = field(default_factory=dict)
    _urgent: frozenset[str] = frozenset()
    _heard: set[tuple[object, ...]] = field(default_factory=set)
    _open: dict[tuple[str, datetime], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Note which nodes are urgent."""
        nodes = self.tree.nodes.items()
        self._urgent = frozenset(name for name, node in nodes if getattr(node, "urgent", False))

    def __call__(self, state: int, move: Move, before: Session, turn: Turn) -> None:
        """Look at one step."""
        language, event, last = turn.session.language, move.event, turn.commands[-1]
        for name in turn.visited:
            known = self.passed.get((name, language))
            if known is None or (known[1].by >= Actor.limit > move.by):
                self.passed[name, language] = (state, move)
        self.silence(state, move, before, turn, last)
        if isinstance(event, ActionFinished):
            self.outcome(state, move, before, turn, event)
            self.secret(state, move, turn, [str(secret) for secret in event.secrets.values()])
        elif isinstance(event, DigitsPressed):
            self.secret(state, move, turn, self._typed(event, before))
        if not self._urgent.isdisjoint(turn.visited):
            self.urgent(state, move, before, turn)
        if isinstance(last, Transfer):
            self.closed(state, move, turn, last.desk)
        elif isinstance(last, Gather) and not turn.session.running:
            self.said_keys(state, move, turn, last)

    def note(
        self, proof: str, state: int, move: Move, turn: Turn, what: str, remedy: str, node: str = ""
    ) -> None:
        """Note what is wrong, once for each place. A step that needs no bound and no trouble replaces one that does."""
        place = (proof, node or turn.session.node, turn.session.language)
        known = self._found.get(place)
        if known is None or (known[1].by >= Actor.limit > move.by):
            self._found[place] = (state, move, what, remedy)

    def ways(self, walk: Walk) -> dict[tuple[str, str], tuple[Move, ...]]:
        """Return the shortest way to each node in each language."""
        return {place: (*walk.way_to(state), move) for place, (state, move) in self.passed.items()}

    def found(self, walk: Walk) -> Iterator[Violation]:
        """Yield what was found, each with its way."""
        for (proof, node, language), (state, move, what, remedy) in self._found.items():
            yield Violation(proof, node, language, what, remedy, (*walk.way_to(state), move))
        yield from _breaks(walk)

    def outcome(self, state: int, move: Move, before: Session, turn: Turn, event: ActionFinished) -> None:
        """Every outcome is named by its node; another one would lead where nobody meant it to."""
        node = self.tree.nodes.get(before.node)
        if isinstance(node, RunNode) and event.outcome not in node.outcomes:
            what = f"the outcome `{event.outcome}` of `{event.action}` leads nowhere"
            self.note("P09", state, move, turn, what, f"add `{event.outcome}:` with a node", before.node)

    def silence(self, state: int, move: Move, before: Session, turn: Turn, last: Command) -> None:
        """A caller who must do something, or is hung up on, has heard something since they last did something."""
        if isinstance(last, Hangup):
            if turn.session.ending in {"hung_up", "transferred"}:
                return
        elif not isinstance(last, Gather | Record):
            return
        if any(each.text and not each.text.isspace() for each in said(turn.commands)):
            return
        if move.by is not Actor.world or state == BEGINNING or not self._says_first(before):
            what, remedy = "the caller hears nothing here", "add `say:`, or `for:` to its keys"
            self.note("P05", state, move, turn, what, remedy)

    def _says_first(self, session: Session) -> bool:
        """Say whether the node whose action has ended had said something before it ran."""
        node = self.tree.nodes.get(session.node)
        if node is None or node.waits_for is not WaitsFor.action:
            return False
        speech = self.tree.speech[session.language].nodes.get(session.node)
        return speech is not None and bool(speech.say)

    def secret(self, state: int, move: Move, turn: Turn, planted: list[str]) -> None:
        """A secret that was typed, or that only a message may tell, is said, shown and kept nowhere."""
        if not planted:
            return
        words = [each.text for each in said(turn.commands) if not each.static]
        kept = [repr(turn.session.variables), turn.session.reason, *turn.session.notes]
        shown = [command.reason for command in turn.commands if isinstance(command, Transfer)]
        bare = [each.body for each in turn.commands if isinstance(each, SendText) and not each.secret]
        if any(secret in text for secret in planted for text in (*words, *kept, *shown, *bare)):
            remedy = "give it to an action only; it is never said, sent or kept"
            self.note("P06", state, move, turn, "a secret is said, kept or shown", remedy)

    def _typed(self, event: DigitsPressed, before: Session) -> list[str]:
        """Return the secret that was typed, as it could be shown."""
        node = self.tree.nodes.get(before.node)
        if not isinstance(node, AskNode) or not node.is_secret or len(event.digits) < _LONG_ENOUGH:
            return []
        typed = event.digits.replace("*", "X")
        return [event.digits, typed, " ".join(typed)]

    def urgent(self, state: int, move: Move, before: Session, turn: Turn) -> None:
        """A caller who comes to an urgent transfer is put through, unless no human could be reached before."""
        sought = before.human_tried or isinstance(move.event, TransferEnded)
        if sought or turn.commands[-1].waits_for is WaitsFor.desk:
            return
        # Who must say first who they are comes back, and it rings then.
        wanted = turn.session.pending_returns
        urgent = next((name for name in turn.visited if name in self._urgent and name not in wanted), None)
        if urgent:
            what = f"at {_hour(move)} this urgent call rings nobody"
            remedy = "lead it to a desk that is `always` open, or lead `closed:` to another desk"
            self.note("P08", state, move, turn, what, remedy, urgent)

    def closed(self, state: int, move: Move, turn: Turn, name: str) -> None:
        """A desk is rung only while somebody is there."""
        at = move.event.at
        answers = self._open.get((name, at))
        if answers is None:
            answers = self._open[name, at] = is_open(self.tree.desks[name], at, self.tree.timezone)
        if not answers:
            what = f"at {_hour(move)} the desk `{name}` is closed, and is rung"
            self.note("P11", state, move, turn, what, "add `closed:` with a node, such as a voicemail")

    def said_keys(self, state: int, move: Move, turn: Turn, gather: Gather) -> None:
        """Every key that the caller is told to press is taken. In a typed entry, ``*`` and ``#`` always are.

        Announced options know their keys, so that they are understood in every language.
        """
        session, node = turn.session, self.tree.nodes[turn.session.node]
        counters = (session.noinputs, session.nomatches, session.repeats, session.confirming is None)
        keys = gather.keys or keys_here(turn)
        heard = (session.node, session.language, *counters, *keys, *turn.visited)
        if heard in self._heard:  # in the same words
            return
        if all(each.static for each in said(turn.commands)):
            self._heard.add(heard)
        if isinstance(node, AskNode) and not gather.keys:
            taken = {*keys, "*", "#"}
        else:
            taken = {*keys, *(["#"] if gather.finish else [])}
        announced = turn.words.announces if session.confirming is None else ()
        told = (key for each in said(turn.commands) for key in _said_keys(each.text, each.language))
        for key in (*announced, *told):
            if key not in taken:
                what = f"the caller is told to press `{key}`, which is not taken here"
                self.note("P10", state, move, turn, what, f'add `"{key}":` to the menu, or change the words')


def _breaks(walk: Walk) -> Iterator[Violation]:
    """Yield the places where the menu is at fault, each by its shortest way that callers can go."""
    told = set[tuple[str, str]]()
    for each in sorted(
        walk.broken, key=lambda each: (each.move.by >= Actor.limit, len(walk.way_to(each.state)))
    ):
        if (each.node, each.language) not in told:
            told.add((each.node, each.language))
            what = f"the menu breaks here ({type(each.error).__name__}: {each.error})"
            way = (*walk.way_to(each.state), each.move)
            remedy = "mend the template or condition (`| int` makes a number of a text), or lead the loop out"
            yield Violation("P12", each.node, each.language, what, remedy, way)


_LONG_ENOUGH = 4
"""Digits of a secret that are not in other words by chance."""
_said_keys = functools.lru_cache(maxsize=65536)(said_keys)


def _hour(move: Move) -> str:
    return f"{move.event.at:%A %H:%M}"
