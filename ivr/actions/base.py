"""What an action is: a :class:`Contract`, and a function from a request to a result. :func:`action` joins the two."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from ivr.actions.accounts import Account, AccountService, NoSuchAccount, PasswordResets
from ivr.config import USUAL_LIMITS, HotlineLimits
from ivr.logs import Alarms
from ivr.menu.language.contract import Contract, Level, Outcome
from ivr.menu.language.hotline import MessageLimits
from ivr.storage.attempts import Attempts
from ivr.storage.sealing import Seal


class CodeProvider(Protocol):
    """A service that sends one-time codes and judges them in place of us, such as Twilio Verify."""

    def send(self, to: str, language: str) -> None:
        """Send a code to a number (E.164). Raises an exception if the provider did not take it."""

    def right(self, to: str, code: str) -> bool:
        """Return whether this is the code that was sent last. Raises ``LookupError`` if there is none any more."""


class BulletinSource(Protocol):
    """Where the policy bulletins come from."""

    def current(self, on: date, language: str) -> list[str]:
        """Return the words of the bulletins for this day."""


class NoAccountService(LookupError):
    """An action needs an account service, or one that resets passwords, and the hotline has none."""


@dataclass(frozen=True, slots=True)
class Services:
    """The systems that actions use."""

    accounts: AccountService | None
    """From the hotline's module or HTTP service; None if it has no customers."""
    bulletins: BulletinSource
    attempts: Attempts
    seal: Seal
    public_url: str = ""
    """The address of the pages behind links, such as ``https://ivr.example.com``."""
    codes: CodeProvider | None = None
    """None if we make and judge the codes ourselves."""
    limits: HotlineLimits = USUAL_LIMITS
    alarms: Alarms = field(default_factory=Alarms)

    @property
    def identity(self) -> AccountService:
        """The account service. Raises :class:`NoAccountService` if there is none."""
        if self.accounts is None:
            raise NoAccountService
        return self.accounts

    @property
    def resets(self) -> PasswordResets | None:
        """The account service if it also resets passwords."""
        return self.accounts if isinstance(self.accounts, PasswordResets) else None

    def account(self, phone: str) -> Account:
        """Return the account of a number. Raises :class:`NoSuchAccount`."""
        account = self.identity.find(phone)
        if account is None:
            raise NoSuchAccount
        return account


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """One run of an action."""

    key: str
    """The idempotency key: call, turn, and number of the action in that turn. The same key is the same run."""
    at: datetime
    """Aware, in the hotline's time zone."""
    language: str
    caller: str = ""
    """E.164, or empty if the number is withheld."""
    account: str = ""
    """The account that the call is about, or empty."""
    level: Level = Level.unknown
    inputs: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """May hold secrets: never log it."""
    message_limits: MessageLimits = field(default_factory=MessageLimits)

    @property
    def call(self) -> str:
        """The carrier's identifier of the call."""
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
    """The number (E.164) that gets a message, or empty. The words are the node's ``text``."""
    text_language: str = ""
    """The language of the message, such as that of the account; empty for the language of the call."""
    secrets: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What only that message may tell: exactly what the outcome's ``texts`` declares."""
    expires: datetime | None = None
    """After this time the message must not be sent."""
    uncertain: bool = False
    """Whether it is ``unavailable`` and may have been done all the same: then a human looks first."""


class Action(Protocol):
    """An action. A hotline's module, or any object in it, may be one too."""

    CONTRACT: Contract

    def run(self, services: Services, request: ActionRequest, /) -> ActionResult:
        """Run the action. A business "no" is an outcome; an exception becomes ``unavailable``."""


Run = Callable[[Services, ActionRequest], ActionResult]


@dataclass(slots=True)
class FunctionAction:
    """An action that was written as a function."""

    CONTRACT: Contract
    function: Run

    def run(self, services: Services, request: ActionRequest) -> ActionResult:
        return self.function(services, request)


def action(
    does: str,
    *,
    outcomes: Mapping[str, Outcome],
    inputs: Mapping[str, str] | None = None,
    needs: Level = Level.unknown,
    changes: bool = False,
) -> Callable[[Run], FunctionAction]:
    """Make an action of a function, with the function's name. :class:`Contract` explains the arguments."""

    def made(function: Run) -> FunctionAction:
        return FunctionAction(
            Contract(function.__name__, does, outcomes, inputs or {}, needs, changes), function
        )

    return made
