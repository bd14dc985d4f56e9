"""What an action is: a module with a ``CONTRACT`` and a ``run``.

The table in :mod:`ivr.actions` names every module by hand, so that the type checker verifies each of them and a
reader sees the whole list at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from ivr.accounts import Accounts
from ivr.actions.notices import Notices
from ivr.menu.contract import Contract, Level


@dataclass(frozen=True, slots=True)
class Services:
    """The systems that actions speak to."""

    accounts: Accounts
    notices: Notices


@dataclass(frozen=True, slots=True)
class Asked:
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


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended."""

    outcome: str
    results: Mapping[str, Any] = field(default_factory=dict)
    """The variables that the outcome tells: JSON values, Decimal (money in yuan), date or datetime."""
    account: str | None = None
    """The account that was found or proved."""


class Action(Protocol):
    """What the module of an action offers."""

    CONTRACT: Contract

    def run(self, services: Services, asked: Asked) -> Finished:
        """Do it. A business "no" is an outcome; an exception becomes ``unavailable``."""
        ...
