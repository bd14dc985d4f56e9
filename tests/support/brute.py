"""A walk without cleverness, to hold the explorer's against: every session whole, every move, at every moment."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ivr.engine.commands import Command, Gather, Hangup, Record, RunAction, Transfer
from ivr.engine.events import InternalError
from ivr.engine.plain import to_json
from ivr.engine.session import Session
from ivr.engine.states import CallState
from ivr.engine.step import happen
from ivr.engine.turn import Turn
from ivr.explore.moves import Move, Moves
from ivr.explore.walk import BEGINNING
from ivr.menu.language.nodes import MenuNode
from ivr.menu.tree import Tree

Watch = Callable[[int, Move, Session, Turn], None]
_FORGOTTEN = ("turn", "started", "reason", "told", "unsure", "urgent", "limited", "running_since")
"""What no step looks at when it decides where a call goes."""


@dataclass(repr=False)
class Brute:
    """What a walk without cleverness has met."""

    tree: Tree
    most: int
    sessions: dict[str, Session] = field(default_factory=dict)
    """Everything that waits for something, by the whole of what it is."""
    places: set[tuple[str, str, CallState, bool]] = field(default_factory=set)
    """Node, language, what is waited for, and whether a human was sought."""
    passed: set[tuple[str, str]] = field(default_factory=set)
    endings: set[str] = field(default_factory=set)
    tried: set[tuple[str, str, str]] = field(default_factory=set)
    """Node, event and outcome."""
    broken: set[str] = field(default_factory=set)


def brute(tree: Tree, watch: Watch | None = None, most: int = 40_000) -> Brute:
    """Walk every session that there is; it fails where there are more than ``most``."""
    moves, walked = Moves(tree), Brute(tree, most)
    unbegun = Session("CA-proof", tree.version, moves.usual)
    todo: deque[Session] = deque()
    for move in moves.beginnings():
        todo += _arrive(walked, moves, unbegun, move, watch)
    while todo:
        assert len(walked.sessions) < most, "this menu is too large to be walked so"
        session = todo.popleft()
        for move in moves.at(session):
            todo += _arrive(walked, moves, session, move, watch)
    return walked


def _arrive(
    walked: Brute, moves: Moves, session: Session, move: Move, watch: Watch | None
) -> Iterator[Session]:
    walked.tried.add((session.node, type(move.event).__name__, getattr(move.event, "outcome", "")))
    for moment in range(len(moves.moments)):
        then = Move(move.by, moves.later(move.event, moment))
        turn = _happen(walked, session, then)
        timed = any(_may_look_at_clock(walked.tree, name) for name in (session.node, *turn.visited))
        if watch:
            watch(BEGINNING + bool(session.node), then, session, turn)
        yield from _meet(walked, turn)
        if not timed:
            break


def _may_look_at_clock(tree: Tree, name: str) -> bool:
    """Say whether a node has a condition, a value or a desk's hours, any of which may ask for the time."""
    node = tree.nodes.get(name)
    return node is not None and bool(name in tree.conditions or tree.values.get(name) or node.desk)


def _happen(walked: Brute, session: Session, move: Move) -> Turn:
    try:
        return happen(walked.tree, session, move.event)
    except Exception as error:  # noqa: BLE001 - a menu may raise anything
        walked.broken.add(f"{session.node}: {error}")
        return happen(walked.tree, session, InternalError(move.event.at))


def _meet(walked: Brute, turn: Turn) -> Iterator[Session]:
    session = turn.session
    walked.passed |= {(name, session.language) for name in turn.visited}
    if session.ending:
        walked.endings.add(session.ending)
        return
    waits = _waits(walked, session, turn.commands[-1])
    walked.places.add((session.node, session.language, waits, session.human_tried))
    key = whole(session)
    if key not in walked.sessions:
        walked.sessions[key] = session
        yield session


def whole(session: Session) -> str:
    """Return all that a session is, but for what nothing looks at."""
    data = {name: value for name, value in session.__dict__.items() if name not in _FORGOTTEN}
    if session.running:  # grows with each second of waiting
        data["repeats"] = 0
    return to_json({**data, "level": session.level.name})


def _waits(walked: Brute, session: Session, last: Command) -> CallState:
    """Return what the last command makes the call wait for."""
    match last:
        case Gather() if session.running:
            return CallState.slow_action
        case Gather() if session.confirming is not None:
            return CallState.confirmation
        case Gather():
            return (
                CallState.menu if isinstance(walked.tree.nodes[session.node], MenuNode) else CallState.entry
            )
        case RunAction():
            return CallState.action
        case Transfer():
            return CallState.desk
        case Record():
            return CallState.recording
        case Hangup():
            return CallState.over
    raise AssertionError(last)
