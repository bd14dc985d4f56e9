"""What an action is: a module with a ``CONTRACT`` and a ``run``.

The table in :mod:`ivr.actions` names every module by hand, so that the type checker verifies each of them and a
reader sees the whole list at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from ivr.demo.accounts import Accounts
from ivr.menu.language.contract import Contract, Level
from ivr.menu.language.hotline import MessageLimits
from ivr.storage.attempts import Attempts
from ivr.storage.sealing import Seal


class CodeProvider(Protocol):
    """Somebody else who sends one-time codes and judges them, in place of our own (Twilio Verify)."""

    def send(self, to: str, language: str) -> None:
        """Send a code to a number (E.164). Raises an exception when it was not taken."""
        ...

    def right(self, to: str, code: str) -> bool:
        """Say whether this is the code that was sent last. Raises LookupError when there is none any more."""
        ...


class BulletinSource(Protocol):
    """Where the policy bulletins come from."""

    def current(self, on: date, language: str) -> list[str]:
        """Return the words of the bulletins that hold on this day."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """The systems that actions speak to."""

    accounts: Accounts
    bulletins: BulletinSource
    attempts: Attempts
    seal: Seal
    public_url: str = ""
    """Where the pages behind links are found, such as ``https://ivr.example.com``."""
    codes: CodeProvider | None = None
    """None: we make and judge the codes ourselves."""


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """One run of an action, as it is asked for."""

    key: str
    """The idempotency key: call, asking turn, n-th action of that turn. The same key again is the same run."""
    at: datetime
    """Aware, in the hotline's time zone."""
    language: str
    caller: str = ""
    """E.164, or empty when the number is withheld."""
    account: str = ""
    """The account that the call has reached, or empty."""
    level: Level = Level.unknown
    inputs: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """May hold secrets: never log it."""
    message_limits: MessageLimits = field(default_factory=MessageLimits)
    """How many messages the hotline may send."""

    @property
    def call(self) -> str:
        """The call, by the carrier's identifier."""
        return self.key.split("/", 1)[0]


@dataclass(frozen=True, slots=True)
class ActionResult:
    """How a run ended."""

    outcome: str
    results: Mapping[str, Any] = field(default_factory=dict)
    """The variables that the outcome tells: JSON values, Decimal (money in yuan), date or datetime."""
    account: str | None = None
    """The account that was found or proved."""
    text_to: str = ""
    """The number (E.164) that a message goes to; empty: none is sent. The node's ``text`` has its words."""
    secrets: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What only that message may tell: exactly what the outcome's ``texts`` declares."""
    expires: datetime | None = None
    """When the message is of no more use and must not be sent."""


class Action(Protocol):
    """What the module of an action offers."""

    CONTRACT: Contract

    def run(self, services: Services, request: ActionRequest) -> ActionResult:
        """Do it. A business "no" is an outcome; an exception becomes ``unavailable``."""
        ...
