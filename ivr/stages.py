"""Calls in this process, ready to be played: a house in memory, a clock of its own, desks and services that obey."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ivr.actions import perform
from ivr.actions.base import Asked, Finished, Services
from ivr.app import House, open_house
from ivr.config import Settings
from ivr.engine.commands import Command, Gather
from ivr.engine.events import Event
from ivr.engine.session import Session
from ivr.line import DirectLine, Line, VirtualClock
from ivr.menu.tree import Tree
from ivr.proof.calls import WrittenCall
from ivr.proof.runner import Stage, moment


@dataclass(slots=True)
class Faults:
    """Actions whose service is down."""

    down: Collection[str] = ()

    def perform(self, name: str, services: Services, asked: Asked) -> Finished:
        """Run an action, unless its service is down."""
        return Finished("unavailable") if name in self.down else perform(name, services, asked)


@dataclass(slots=True)
class Watch:
    """What can be seen of the present call."""

    node: str = ""
    secret: bool = False

    def __call__(self, session: Session, _event: Event, commands: Collection[Command]) -> None:
        """Take note of a step."""
        self.node = session.node
        self.secret = any(isinstance(command, Gather) and command.secret for command in commands)


def first_caller(house: House) -> str:
    """Return the number of the first demonstration customer, or a number that nobody has."""
    phones = house.services.accounts.phones()
    return phones[0] if phones else "+8613900000000"


def caller_of(call: WrittenCall, house: House) -> str:
    """Return who rings in a written call; empty when the number is withheld."""
    if call.from_ is None:
        return first_caller(house)
    return "" if call.from_ == "withheld" else call.from_


def numbers_of(tree: Tree, desks: Mapping[str, str]) -> dict[str, str]:
    """Return what happens at each number, from what happens at each desk."""
    return {tree.desks[name].number: answer for name, answer in desks.items() if name in tree.desks}


@dataclass(slots=True)
class DirectStages:
    """Makes stages in this process; each call has a house of its own, so that none touches the next."""

    folder: Path
    tree: Tree | None = None

    def __call__(self, call: WrittenCall) -> Stage:
        """Set up one call."""
        faults = Faults(call.unavailable)
        house = open_house(
            self.folder, Settings(database_url="memory://"), perform=faults.perform, tree=self.tree
        )
        self.tree = tree = house.hotline.current()
        house.board.watch = watch = Watch()
        answers = numbers_of(tree, call.desks)
        line = DirectLine(
            house.board,
            VirtualClock(moment(call, tree.timezone)),
            caller_of(call, house),
            desk_answers=lambda number: answers.get(number, "answered"),
        )
        return stage_of(house, line, line.call, watch)


def stage_of(house: House, line: Line, call: str, watch: Watch) -> Stage:
    """Return the stage of a line whose switchboard is ``house``'s."""

    def texts() -> list[str]:
        history = house.store.call(call)
        return [message.body for message in history.messages] if history else []

    def ending() -> str:
        history = house.store.call(call)
        return history.record.ending if history else ""

    return Stage(line, lambda: watch.node, texts, ending, lambda: watch.secret, house.close)


def at_moment(text: str, tree: Tree) -> datetime:
    """Return a moment that was typed, in the hotline's time zone. Raises ValueError."""
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=tree.timezone)
