"""Everything that can happen to a call where it waits is tried."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

from ivr.engine.events import (
    ActionFinished,
    ActionGoesOn,
    CallerHungUp,
    CallStarted,
    DigitsPressed,
    InternalError,
    LimitReached,
    NoInput,
    RecordingEnded,
    TransferEnded,
)
from ivr.engine.session import Session
from ivr.explore.moves import Actor, Moves
from ivr.explore.time_samples import moments
from ivr.menu.language.nodes import ChooseNode, EndNode, SayNode, SetNode
from ivr.menu.tree import Tree
from tests.support.engine_call import tree_of
from tests.support.mazes import mazes


def tried(tree: Tree, node: str, **given: Any) -> list[tuple[str, str]]:
    """Return what is tried at a node: the kind of event, and keys, outcome or answer."""
    moves = Moves(tree)
    session = Session("CA1", tree.version, moves.usual, node=node, **given)
    return [(type(event).__name__, _detail(event)) for _, event in moves.at(session)]


def _detail(event: object) -> str:
    parts = (getattr(event, name, "") for name in ("digits", "outcome", "result", "url"))
    return "".join(parts) + ("!" if getattr(event, "hard", False) else "")


AT_ANY_TIME = [("CallerHungUp", ""), ("LimitReached", ""), ("LimitReached", "!"), ("InternalError", "")]


def test_at_a_menu_every_key_a_wrong_one_and_silence() -> None:
    """Its own, those that mean the same anywhere, and one that means nothing."""
    tree = tree_of('main: {menu: {"1": {for: news, go: bye}, "5": {for: a person, go: agent}}}')
    keys = [("DigitsPressed", key) for key in ("1", "5", "0", "*", "9", "6")]
    assert tried(tree, "main") == [*keys, ("NoInput", ""), *AT_ANY_TIME]


def test_at_an_entry_good_ones_bad_ones_and_parts() -> None:
    """Both ends of its range are good; one outside it is not."""
    tree = tree_of("main: {say: How many?, ask: digits, length: 2, range: 10-20, then: bye}")
    keys = [keys for kind, keys in tried(tree, "main") if kind == "DigitsPressed"]
    assert {"10", "20", "0", "*", "9"} <= set(keys)
    assert any(key.isdecimal() and not 10 <= int(key) <= 20 for key in keys if len(key) == 2)


def test_an_entry_that_was_read_back_is_confirmed_or_not() -> None:
    """1, 2, the keys that mean the same anywhere, a wrong one, and silence."""
    tree = tree_of("main: {say: How much?, ask: amount, read_back: true, then: bye}")
    moves = Moves(tree)
    session = Session("CA1", tree.version, moves.usual, node="main", confirming=1)
    keys = [move.event.digits for move in moves.at(session) if isinstance(move.event, DigitsPressed)]
    assert keys == ["1", "2", "0", "*", "9", "5"]


def test_an_action_ends_in_every_way_and_may_take_long() -> None:
    """While it does, the human's key acts, another one does not, and it may still end in every way."""
    tree = mazes()["slow"]
    ends = [("ActionFinished", outcome) for outcome in ("sent", "rationed", "unavailable")]
    assert tried(tree, "code") == [*ends, ("ActionGoesOn", ""), *AT_ANY_TIME]
    keys = [("DigitsPressed", "0"), ("DigitsPressed", "5"), ("NoInput", "")]
    assert tried(tree, "code", running="run") == [*ends, *keys, *AT_ANY_TIME]


def test_a_desk_answers_in_four_ways_and_a_recording_ends_in_two() -> None:
    """What they report is followed up although the call has reached its first bound."""
    tree, later = mazes()["slow"], [each for each in AT_ANY_TIME if each != ("LimitReached", "")]
    answers = [("TransferEnded", each) for each in ("answered", "busy", "no_answer", "failed")]
    assert tried(tree, "night") == [*answers, *later]
    assert tried(tree, "leave") == [("RecordingEnded", "recording://proof"), ("RecordingEnded", ""), *later]


def test_nothing_happens_where_no_call_waits() -> None:
    """A node that only says something is left before anything can happen."""
    tree = mazes()["slow"]
    moves = Moves(tree)
    told = next(name for name, node in tree.nodes.items() if isinstance(node, SayNode))
    assert moves.at(_at(tree, moves, told)) == ()


def test_whoever_makes_a_move_is_named() -> None:
    """So that the caller's own ways are told from those of the world and of our machinery."""
    tree = mazes()["slow"]
    moves = Moves(tree)
    waiting = [
        name
        for name, node in tree.nodes.items()
        if not isinstance(node, SayNode | SetNode | ChooseNode | EndNode)
    ]
    made = {type(move.event): move.by for node in waiting for move in moves.at(_at(tree, moves, node))}
    assert made[NoInput] is Actor.silence
    assert {made[CallerHungUp], made[InternalError], made[LimitReached]} == {
        Actor.gone,
        Actor.trouble,
        Actor.limit,
    }
    assert made[DigitsPressed] is Actor.key
    assert made[ActionFinished] is made[ActionGoesOn] is made[TransferEnded] is Actor.world
    assert made[RecordingEnded] is Actor.silence  # the last one of that node: nothing was said
    assert [
        move.event.caller != "" for move in moves.beginnings() if isinstance(move.event, CallStarted)
    ] == [
        True,
        False,
    ]


def _at(tree: Tree, moves: Moves, node: str) -> Session:
    return Session("CA1", tree.version, moves.usual, node=node)


def test_there_is_a_moment_for_every_set_of_open_desks() -> None:
    """Two desks with other hours: both, one, the other, none; the usual moment comes first."""
    tree = mazes()["slow"]
    shown = [f"{moment:%a %H:%M}" for moment in moments(tree)]
    assert shown[0] == "Mon 10:00"
    assert len(shown) == 4
    assert moments(tree_of("main: {say: Hello., then: bye}")) == moments(tree)[:1]


def test_where_the_clock_is_asked_every_hour_is_tried() -> None:
    """Also where a `set` keeps the hour for a condition after it."""
    tree = mazes()["clock"]
    assert {moment.hour for moment in moments(tree)} == set(range(24))


def test_an_event_at_another_moment_is_never_mistaken_for_another_event() -> None:
    """Events are known by their identity; one that is gone must not lend it to the next."""
    tree = mazes()["slow"]
    moves = Moves(tree)
    event = DigitsPressed(moves.usual, "1")
    held = sys.getrefcount(event)
    later = moves.later(event, 1)
    assert (later, later.at) == (replace(event, at=moves.moments[1]), moves.moments[1])
    assert sys.getrefcount(event) > held, (
        "nothing keeps the event, so that its identity may pass to another one"
    )
