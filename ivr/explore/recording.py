"""Records what a step reads of a call's data, so that nobody has to say by hand what the engine looks at.

The data of a call is who calls, what they have proved, and the variables. :func:`recorded` takes a step through the
engine's own code. The session and the variables that it gives the engine note each look at them::

    turn, record = recorded(tree, session, event)
    record.read     # {"topic", Level.verified}: with another topic, the call may go elsewhere
    record.clock    # True: at another hour, too

What is only said to the caller, or passed on to an action or a desk, decides nothing. It is noted apart
(:attr:`StepRecord.said`).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from jinja2 import nodes as ast

from ivr.engine.events import Event
from ivr.engine.session import Session
from ivr.engine.step import enter, happen
from ivr.engine.turn import Turn
from ivr.explore.sources import as_template, conditions_of, parsed
from ivr.menu.language.contract import Level
from ivr.menu.tree import Compiled, Tree

P = ParamSpec("P")
R = TypeVar("R")
Datum = str | Level
"""One piece of data: a variable, ``caller``, ``withheld``, ``summary``, :data:`OWN_ACCOUNT`, or whether the caller has
reached a level."""
OWN_ACCOUNT = "the account"
"""Whether the call has an account already."""
_LEVELS = frozenset(level for level in Level if level)
_BY_FACT: Mapping[str, Level] = {
    level.name: level for level in (Level.known, Level.verified, Level.confirmed)
}
_COUNTERS = ("noinputs", "nomatches", "repeats")
_CLOCK = frozenset({"now", "today"})


class StepRecord:
    """What one step read, and what it changed."""

    __slots__ = ("changed", "clock", "counters", "first", "made", "read", "reset", "said", "sources")

    def __init__(self) -> None:
        self.read = set[Datum]()
        """What decided where the call goes, or what is remembered."""
        self.first = set[Datum]()
        """That of it which was read before the call came to another node."""
        self.said = set[Datum]()
        """What was said or passed on."""
        self.made: dict[str, frozenset[Datum]] = {}
        """By variable that a `set` is about to set: the data that its value was made of."""
        self.sources: dict[str, frozenset[Datum]] = {}
        """By variable that was set: the same."""
        self.changed = set[Datum]()
        """What else was set."""
        self.clock = False
        """Whether the step looked at the time."""
        self.counters = False
        """Whether it looked at the counters of silence, wrong keys and repeats."""
        self.reset = set[str]()
        """Those of them that it set."""

    @property
    def counters_set(self) -> bool:
        """Whether it set all of them, so that the call comes to its next place with other ones."""
        return len(self.reset) == len(_COUNTERS)

    def origins(self, datum: Datum) -> Collection[Datum]:
        """Return what a look at this tells of the data before the step. It tells nothing of what the step has set."""
        if datum in self.changed:
            return ()
        return self.sources.get(datum, (datum,)) if isinstance(datum, str) else (datum,)


def recorded(tree: Tree, session: Session, event: Event, record: StepRecord) -> Turn:
    """Do what :func:`ivr.engine.step.happen` does, and record it, also where it raises an exception."""
    turn = happen(tree, session, event, functools.partial(_turn, record))
    turn.session = _plain(turn.session)
    return turn


def entered(tree: Tree, session: Session, name: str, at: datetime, record: StepRecord) -> None:
    """Let a call enter a node, and record that node alone."""
    enter(_turn(record, tree, session.copy(), at), name)


def _noted(name: str, *data: Datum) -> Any:
    """Return a property whose reading is noted as a look at the data, and whose setting as a change of it."""

    def read(session: _RecordingSession) -> Any:
        into = session.recorder.reads
        if into is not None:
            for datum in data:
                session.recorder.look(datum, into)
        return session.__dict__[name]

    def change(session: _RecordingSession, value: Any) -> None:
        session.recorder.record.changed |= set(data)
        session.__dict__[name] = value

    return property(read, change)


def _counter(name: str) -> Any:
    """Return a property for a counter of the present listening place."""

    def read(session: _RecordingSession) -> Any:
        record = session.recorder.record
        record.counters = record.counters or name not in record.reset
        return session.__dict__[name]

    def change(session: _RecordingSession, value: Any) -> None:
        session.recorder.record.reset.add(name)
        session.__dict__[name] = value

    return property(read, change)


def _said(method: Callable[Concatenate[Turn, P], R]) -> Callable[Concatenate[_RecordingTurn, P], R]:
    """Return a method of a turn whose looks at the data are noted as what was said."""

    def noted(turn: _RecordingTurn, /, *args: P.args, **kwargs: P.kwargs) -> R:
        before = turn.reads, turn.looks_up
        turn.reads = turn.looks_up = turn.record.said
        result = method(turn, *args, **kwargs)
        turn.reads, turn.looks_up = before
        return result

    return noted


class _RecordingTurn(Turn):
    """A turn that knows what the data is looked at for: to decide, to set a variable, or only to be said."""

    record: StepRecord
    reads: set[Datum] | None
    """Where it is noted what the engine itself reads of the session; None: it is not noted."""
    looks_up: set[Datum]
    """Where it is noted what templates look up. It decides, unless it is known to be only said."""
    looked: int = -1
    """How many nodes had been entered when the conditions of the last one were looked at."""

    def look(self, datum: Datum, into: set[Datum]) -> None:
        """Note a look at the data as it was before the step."""
        found = self.record.origins(datum)
        into.update(found)
        if into is self.record.read and not self.visited:
            self.record.first.update(found)

    @property
    def now(self) -> datetime:
        self.record.clock = True
        return super().now

    def variables(self, language: str = "") -> dict[str, Any]:
        clock, reads = self.record.clock, self.reads
        self.reads = None  # to have the facts at hand is no look at them
        found = _Variables(super().variables(language))
        self.record.clock, self.reads = clock, reads
        found.turn, found.into = self, self.looks_up
        return found

    def evaluate(self, compiled: Compiled, *, into: str = "", language: str = "") -> Any:
        record, here = self.record, self.session.node
        if compiled in self.tree.conditions.get(here, {}).values():
            if self.looked != len(self.visited):  # also at the conditions after the first that holds
                self.looked, withheld = len(self.visited), self.session.__dict__["caller"] == ""
                for condition in conditions_of(self.tree, here):
                    for name in asked(condition, withheld=withheld):
                        self.look_up(name, record.read)
            return self._evaluate_unnoticed(compiled)
        self.looks_up = sources = set[Datum]() if into and into != "language" else record.read
        value = super().evaluate(compiled, language=language)
        self.looks_up = record.read
        if sources is not record.read:
            record.said |= sources
            record.made[into] = record.made.get(into, frozenset()) | sources
        return value

    def look_up(self, name: str, into: set[Datum]) -> None:
        """Note that a template looked up a variable or a fact."""
        if name in _CLOCK:
            self.record.clock = True
        elif name != "language":  # every key has that
            self.look(_BY_FACT.get(name, name), into)

    # What is only said or passed on decides nothing. Jinja2 looks up more names than a condition asks for.
    _evaluate_unnoticed = _said(Turn.evaluate)
    utter, words_of, note = _said(Turn.utter), _said(Turn.words_of), _said(Turn.note)
    inputs, reason_for_desk = _said(Turn.inputs), _said(Turn.reason_for_desk)


class _RecordingSession(Session):
    """A session that notes which of its data is read, and which is set."""

    recorder: _RecordingTurn
    caller = _noted("caller", "caller", "withheld")
    account = _noted("account", OWN_ACCOUNT)
    level = _noted("level", *_LEVELS)
    notes = _noted("notes", "summary")
    noinputs, nomatches, repeats = map(_counter, _COUNTERS)

    def reached(self, level: Level) -> bool:
        if self.recorder.reads is not None:
            self.recorder.look(level, self.recorder.reads)
        return bool(self.__dict__["level"] >= level)

    def raise_level(self, level: Level) -> None:
        self.__dict__["level"] = max(self.__dict__["level"], level)
        self.recorder.record.changed |= {each for each in _LEVELS if each <= level}

    def remember(self, values: Mapping[str, Any]) -> None:
        super().remember(values)
        record = self.recorder.record
        record.sources |= {name: record.made.pop(name, frozenset()) for name in values}


def _turn(
    record: StepRecord, tree: Tree, session: Session, at: datetime, *, continues: bool = False
) -> _RecordingTurn:
    own = object.__new__(_RecordingSession)
    turn = _RecordingTurn(tree, own, at, continues=continues)
    turn.record, turn.reads, turn.looks_up = record, record.read, record.read
    own.__dict__ = session.__dict__
    own.recorder = turn
    return turn


def _plain(session: Session) -> Session:
    twin = object.__new__(Session)
    twin.__dict__ = session.__dict__
    del twin.__dict__["recorder"]
    return twin


class _Variables(dict[str, Any]):
    """Variables that note which of them a template looks up, also in vain."""

    turn: _RecordingTurn
    into: set[Datum]

    def __contains__(self, name: object) -> bool:
        self.turn.look_up(str(name), self.into)
        return super().__contains__(name)


# --- what a condition asks for


@functools.lru_cache(maxsize=4096)
def asked(condition: str, *, withheld: bool) -> frozenset[str]:
    """Return the names that a condition asks for, where it is known whether the number is ``withheld``.

    Jinja2 looks up all names of a condition before it begins. But `withheld and number == 0` asks callers who show
    their number for nothing more.
    """
    expression = next(parsed(as_template(condition)).find_all(ast.Output)).nodes[0]
    return _asked(expression, withheld=withheld)[1]


def _asked(expression: ast.Node, *, withheld: bool) -> tuple[bool | None, frozenset[str]]:
    """Return what an expression comes to, if that is known, and the names that it asks for."""
    match expression:
        case ast.Name(name="withheld"):
            return withheld, frozenset({"withheld"})
        case ast.Name():
            return None, frozenset({expression.name})
        case ast.Not():
            known, names = _asked(expression.node, withheld=withheld)
            return (None if known is None else not known), names
        case ast.And() | ast.Or():
            decides = isinstance(expression, ast.Or)
            left, names = _asked(expression.left, withheld=withheld)
            if left is decides:
                return left, names
            right, more = _asked(expression.right, withheld=withheld)
            return (right if left is not None else None), names | more
    return None, frozenset(name.name for name in expression.find_all(ast.Name))
