"""Worker processes for tests: each serves the files of one hotline, and stops or dies at the place that it is told.

Nothing of the program knows of this: the places are calls of its methods, which are wrapped in the worker alone. A
worker dies as by `kill -9`, so that nothing is tidied up behind it.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

import structlog
from flask import Flask

from ivr.app import Application, build_application, web_program
from ivr.channels.twilio.signature import Signature
from ivr.config import Settings
from ivr.demo.accounts import Accounts
from ivr.menu.language.contract import Times
from ivr.menu.tree import Tree
from ivr.messaging.outbox import Outbox
from ivr.storage import file_beside
from ivr.storage.base import Message
from ivr.storage.sqlite import SqliteStore
from tests.support.phone import DAYTIME, HOTLINE, PUBLIC, TOKEN, demonstration, signed

Form = Mapping[str, str]
PATIENCE = 30.0
"""Seconds of a busy machine until a test gives up."""
_SETTINGS = Settings(
    auth_tokens=(TOKEN,),
    account_sid="AC" + "1" * 32,
    number=HOTLINE,
    public_url=PUBLIC,
    secret_keys=("a key of the tests that is long enough",),
)


@dataclass
class Carrier:
    """Takes every message, and writes into a file that a request came."""

    file: Path

    def send(self, message: Message) -> str:
        """Take a message."""
        with self.file.open("ab", buffering=0) as file:
            file.write(json.dumps([message.to, message.body]).encode() + b"\n")
        return "SM" + "2" * 32

    def requests(self, to: str) -> list[str]:
        """Return the messages to a number, one for each request."""
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        return [body for number, body in map(json.loads, lines) if number == to]


@dataclass(frozen=True)
class World:
    """The files of a hotline, which every worker shares."""

    folder: Path
    slow: bool = False
    """Whether every reset takes longer than a webhook waits; otherwise nothing ever does."""

    @property
    def settings(self) -> Settings:
        """What a worker is told."""
        return replace(_SETTINGS, database_url=f"sqlite:///{self.folder / 'calls.sqlite3'}")

    @property
    def accounts_file(self) -> Path:
        """Where the account service keeps its resets."""
        return Path(file_beside(self.settings.database_url, "accounts"))

    @property
    def carrier(self) -> Carrier:
        """Who takes the messages."""
        return Carrier(self.folder / "carrier")


@dataclass
class Program:
    """One process's program on the files of a world, with a clock that is set with every request."""

    world: World
    now: datetime = DAYTIME
    application: Application = field(init=False)
    app: Flask = field(init=False)

    def __post_init__(self) -> None:
        """Open the files."""
        settings = self.world.settings
        self.application = build_application(self.world.folder, settings, tree=_tree(slow=self.world.slow))
        signature = Signature(settings.auth_tokens, settings.public_url)
        self.app = web_program(self.application, settings, signature, lambda: self.now)

    def post(self, path: str, form: Form, after: float) -> bytes:
        """Answer a signed webhook that comes so many seconds after the beginning."""
        self.now = DAYTIME + timedelta(seconds=after)
        header = {"X-Twilio-Signature": signed(PUBLIC + path, form)}
        answer = self.app.test_client(use_cookies=False).post(path, data=dict(form), headers=header)
        assert answer.status_code < 300, answer.status
        return bytes(answer.data)

    def send(self, after: float) -> int:
        """Send the messages that are due."""
        self.now = DAYTIME + timedelta(seconds=after)
        application = self.application
        return Outbox(
            application.store, self.world.carrier, application.services.seal, lambda: self.now
        ).send_due()


@cache
def _tree(*, slow: bool) -> Tree:
    """Return the demonstration's menu, with times in which the speed of this machine plays no part."""
    tree = demonstration()
    times = dict.fromkeys(tree.contracts, Times(wait=60, give_up=60))
    if slow:
        times["reset_login_password"] = Times(wait=0.05, give_up=8)
    return replace(tree, times=times)


Place = Literal[
    "looked",
    "claimed",
    "begins the reset",
    "has begun the reset",
    "saves",
    "saved",
    "keeps",
    "kept",
    "sends",
    "sent",
]
_PLACES: Mapping[Place, tuple[type, str, Literal["before", "after"]]] = {
    "looked": (SqliteStore, "look", "after"),
    "claimed": (SqliteStore, "claim", "after"),
    "begins the reset": (Accounts, "open_reset", "before"),
    "has begun the reset": (Accounts, "open_reset", "after"),
    "saves": (SqliteStore, "save", "before"),
    "saved": (SqliteStore, "save", "after"),
    "keeps": (SqliteStore, "keep_run", "before"),
    "kept": (SqliteStore, "keep_run", "after"),
    "sends": (SqliteStore, "mark_sending", "after"),
    "sent": (Carrier, "send", "after"),
}


@dataclass(frozen=True)
class Order:
    """What a worker shall do, and where on the way it shall die, or wait for the word; each place counts once."""

    do: Literal["post", "send"]
    path: str = ""
    form: Form = field(default_factory=dict)
    after: float = 0.0
    dies: Place | None = None
    waits: tuple[Place, ...] = ()


class Worker:
    """A worker process, from the side of the test."""

    def __init__(self, world: World) -> None:
        self._orders, orders = _CONTEXT.Pipe()
        self._gate, gate = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_work, args=(world, orders, gate), daemon=True)
        self._process.start()
        orders.close()
        gate.close()

    def told(self, order: Order) -> Worker:
        """Give an order, and go on at once."""
        self._orders.send(order)
        return self

    def comes_to(self, place: Place) -> None:
        """Wait until it stands at a place where it waits for the word."""
        assert self._gate.poll(PATIENCE), f"never came to: {place}"
        assert self._gate.recv() == place

    def goes_on(self) -> None:
        """Give the word."""
        self._gate.send("go on")

    def result(self) -> Any:
        """Return what came of the order: the answer of a webhook, or how many messages were tried."""
        assert self._orders.poll(PATIENCE), "no result"
        return self._orders.recv()

    def dies(self) -> None:
        """Wait until it is dead by its own hand."""
        self._process.join(PATIENCE)
        assert self._process.exitcode == -signal.SIGKILL

    def is_killed(self) -> None:
        """Kill it, wherever it stands."""
        self._process.kill()
        self.dies()

    def close(self) -> None:
        """Let it end."""
        if self._process.is_alive():
            self._process.kill()
        self._process.join(PATIENCE)
        self._process.close()


# A server that has imported everything, compiled the menu and opened nothing forks the workers: milliseconds for each.
demonstration()
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__, "ivr.actions.http.service_actions"])


def _work(world: World, orders: Connection, gate: Connection) -> None:
    """Be a worker, until the test lets go of the other end."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    program, plan = Program(world), dict[str, Literal["die", "wait"]]()
    for place in _PLACES:
        _watch(place, plan, gate)
    while True:
        try:
            order = orders.recv()
        except EOFError:
            return
        plan.update(dict.fromkeys(order.waits, "wait"))
        if order.dies:
            plan[order.dies] = "die"
        match order.do:
            case "post":
                orders.send(program.post(order.path, order.form, order.after))
            case "send":
                orders.send(program.send(order.after))


def _watch(place: Place, plan: dict[str, Literal["die", "wait"]], gate: Connection) -> None:
    """Wrap the method of a place, so that the plan is obeyed there; what was obeyed is no longer planned."""
    owner, name, when = _PLACES[place]
    method = getattr(owner, name)

    def obey() -> None:
        match plan.pop(place, None):
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "wait":
                gate.send(place)
                gate.recv()

    def watched(*args: Any, **named: Any) -> Any:
        if when == "before":
            obey()
        result = method(*args, **named)
        if when == "after":
            obey()
        return result

    setattr(owner, name, watched)
