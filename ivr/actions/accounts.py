"""The company's account service, as far as our actions need it: who a number belongs to, and how to reset a password.

It is a Python module that the hotline names (:mod:`ivr.actions.python_module`), or an HTTP service
(:mod:`ivr.actions.http.accounts`). A hotline without one has no actions of identity and no reset page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

PasswordKind = Literal["login", "payment"]
"""A customer has two passwords: one to sign in with, and six digits that confirm a payment."""


class NoSuchAccount(LookupError):
    """The service has no account with that number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRules:
    """How long a code is good, how many wrong tries there are, and how long they lock."""

    code_valid_minutes: int = 5
    identity_tries_before_lock: int = 3
    """The number of the wrong try that locks."""
    identity_lock_minutes: int = 30
    """How long the first lock holds, and how long a wrong try counts. Each further lock is twice as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a call may know of an account before anything is proved. The service keeps the rest to itself."""

    phone: str
    """The number on file, E.164; it also names the account."""
    language: str = ""
    """The language that the customer prefers, such as ``zh-CN``; empty if unknown."""
    status: Literal["active", "frozen"] = "active"
    """``frozen``: stopped for risk; only a human may open it."""
    sim_changed_hours_ago: int | None = None
    """Whole hours since the SIM card of the number was changed; None if that was long ago."""
    phone_unreachable: bool = False
    """Whether the customer no longer has the number on file."""


@dataclass(frozen=True, slots=True)
class OpenReset:
    """A reset of a password that has begun and was not used yet."""

    phone: str
    which: PasswordKind
    language: str
    """As in :class:`Account`."""
    case: str
    """The case number of eight digits."""
    expires: datetime
    """Aware; 30 minutes after it began."""


class AccountService(Protocol):
    """What the actions of identity ask. Every method may be called from any thread.

    Each method should take the same time whether or not the account exists. Otherwise strangers could find out.
    """

    def find(self, phone: str, /) -> Account | None:
        """Return the account with this number on file (E.164), or None."""

    def is_at_least(self, years: int, phone: str, on: date, /) -> bool:
        """Return whether the customer is this old on the day; False if nobody knows."""

    def tail_matches(self, phone: str, tail: str, /) -> bool:
        """Return whether these are the last four characters of the customer's ID card; False without an account."""

    def rules(self) -> IdentityRules:
        """Return the rules for every account."""

    def close(self) -> None:
        """Close files and connections."""


@runtime_checkable
class PasswordResets(Protocol):
    """What a service offers in addition, for the reset actions and their page.

    The service keeps the resets: only it can use one up and set the password in one transaction.
    """

    def open_reset(
        self, phone: str, which: PasswordKind, ticket_digest: str, *, key: str, at: datetime
    ) -> str:
        """Begin a reset that is good for 30 minutes, sign the customer out, and return the case number of eight digits.

        ``ticket_digest`` stands for the link, which is never passed here. An older open reset of the same password
        becomes void. The same ``key`` again is the same reset.
        """

    def reset(self, ticket_digest: str, at: datetime, /) -> OpenReset | None:
        """Return the reset of a link, or None if it is unknown, used, void or expired, or if the account is frozen."""

    def set_password(self, ticket_digest: str, password: str, at: datetime, /) -> bool:
        """Set the password, use the reset up, and sign the customer out again. Return False if the reset is dead.

        Raises :class:`ivr.actions.passwords.BadPassword` with every rule that the password breaks. The reset stays
        open.
        """


@dataclass(frozen=True, slots=True)
class AccountContext:
    """What a module's ``open_accounts`` may need. It is called once in each process."""

    folder: Path
    database_url: str
    """``IVR_DATABASE_URL``; ``memory://`` in tests and in the simulator, where nothing may be kept."""
    environ: Mapping[str, str]
    """The environment, which has the secrets."""


SERVICE_METHODS = {
    "find": ("phone",),
    "is_at_least": ("years", "phone", "on"),
    "tail_matches": ("phone", "tail"),
    "rules": (),
    "close": (),
}
"""The parameters of each method, to check a class with. Those after a ``*`` are given by name."""
RESET_METHODS = {
    "open_reset": ("phone", "which", "ticket_digest", "*", "key", "at"),
    "reset": ("ticket_digest", "at"),
    "set_password": ("ticket_digest", "password", "at"),
}
