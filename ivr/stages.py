"""Calls in this process, ready to be played: a house in memory, a clock of its own, desks and services that obey."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ivr.accounts import Accounts
from ivr.actions import CONTRACTS, perform
from ivr.actions.base import Asked, Finished, Services
from ivr.app import House, open_house
from ivr.channels.twilio.languages import voice_problem
from ivr.config import Settings
from ivr.engine.commands import Command, Gather
from ivr.engine.events import Event
from ivr.engine.session import Session
from ivr.hotline import MenuBroken, load_folder
from ivr.line import DirectLine, Line, VirtualClock
from ivr.menu.problems import did_you_mean
from ivr.menu.tree import Tree
from ivr.proof.calls import At, DeskAnswer, WrittenCall
from ivr.proof.runner import BadCall, Stage, moment


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


NOBODY = "+8613900000000"
"""Who rings a hotline that has no demonstration customers."""


def load_tree(folder: Path) -> Tree:
    """Return a hotline's menu. Raises ``MenuBroken``."""
    loaded = load_folder(folder, voice_problem)
    if loaded.tree is None:
        raise MenuBroken(folder, loaded.problems)
    return loaded.tree


def first_caller(house: House) -> str:
    """Return the number of the first demonstration customer, or a number that nobody has."""
    return next(iter(house.services.accounts.phones()), NOBODY)


def demonstration_phones(folder: Path) -> Sequence[str]:
    """Return the numbers of a hotline's demonstration customers, without opening the hotline. Raises ``BadFile``."""
    path = folder / "accounts.yaml"
    if not path.exists():
        return ()
    with closing(Accounts.open(":memory:", path)) as accounts:
        return accounts.phones()


def caller_of(call: WrittenCall, house: House) -> str:
    """Return who rings in a written call; empty when the number is withheld."""
    if call.from_ is None:
        return first_caller(house)
    return "" if call.from_ == "withheld" else call.from_


def check_names(call: WrittenCall, tree: Tree) -> None:
    """Raise ``BadCall`` where a written call names what the hotline does not have, and would prove nothing."""
    nodes = [step.node for step in call.steps if isinstance(step, At)]
    for kind, names, known in (
        ("desk", call.desks, tree.desks),
        ("action", call.unavailable, CONTRACTS),
        ("node", nodes, tree.nodes),
    ):
        for name in names:
            if name not in known:
                raise BadCall(f"there is no {kind} `{name}`; {did_you_mean(name, known)}")


def numbers_of(tree: Tree, desks: Mapping[str, DeskAnswer]) -> dict[str, DeskAnswer]:
    """Return what happens at each number, from what happens at each desk."""
    return {tree.desks[name].number: answer for name, answer in desks.items()}


@dataclass(slots=True)
class DirectStages:
    """Makes stages in this process; each call has a house of its own, so that none touches the next."""

    folder: Path
    tree: Tree | None = None

    def __call__(self, call: WrittenCall) -> Stage:
        """Set up one call."""
        self.tree = tree = self.tree or load_tree(self.folder)
        check_names(call, tree)
        faults = Faults(call.unavailable)
        house = open_house(self.folder, Settings(database_url="memory://"), perform=faults.perform, tree=tree)
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
    return Stage(line, lambda: watch.node, lambda: house.store.call(call), lambda: watch.secret, house.close)


def at_moment(text: str, tree: Tree) -> datetime:
    """Return a moment that was typed, in the hotline's time zone. Raises ValueError."""
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=tree.timezone)
