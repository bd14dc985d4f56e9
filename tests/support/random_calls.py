"""Calls of the engine in which anything happens, for menus that nobody has written."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from ivr.engine import events
from ivr.engine.commands import Command, Hangup, Record, RunAction, Transfer, nest
from ivr.engine.session import Session
from ivr.engine.step import step
from ivr.menu.tree import Tree

ENTRIES = ("1", "2", "3", "0", "*", "9", "12", "1237", "20261124", "+", "")
RESULTS = ("answered", "busy", "no_answer", "failed")
EVENTS = 12
"""In a call."""


def play_at_random(tree: Tree, draw: random.Random) -> None:
    """Make one call. Raises whatever a menu can raise in a call, which should be nothing."""
    at = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    session = Session("CA1", tree.version, at)
    event: events.Event = events.CallStarted(at, draw.choice(["+8613800138000", ""]), "+8657100000000", "")
    for _ in range(EVENTS):
        session, commands = step(tree, Session.from_json(session.to_json()), event)
        at += timedelta(seconds=draw.choice([1, 5, 40_000]))
        last = nest(commands)[-1]
        if isinstance(last, Hangup):
            return
        event = _next(last, at, draw)


def _next(last: Command, at: datetime, draw: random.Random) -> events.Event:
    match last:
        case RunAction(action=action):
            return events.ActionFinished(at, action, "unavailable")
        case Transfer():
            return events.TransferEnded(at, draw.choice(RESULTS))
        case Record():
            return events.RecordingEnded(at, "https://example.com/1", draw.choice([0, 9]))
        case _ if draw.random() < 0.2:
            return events.NoInput(at)
        case _:
            return events.DigitsPressed(at, draw.choice(ENTRIES), draw.choice(["", "#"]))
