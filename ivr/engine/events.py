"""What happened on a call, in the past tense. The counterpart is :mod:`ivr.engine.commands`: what to do next.

Time comes in with the event: ``at`` is an aware datetime, and the engine knows no other clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ivr.menu.language.contract import Level


@dataclass(frozen=True, slots=True)
class CallStarted:
    """A caller rang. ``caller`` is E.164, or empty when the number is withheld."""

    at: datetime
    caller: str = ""
    called: str = ""
    language: str = ""
    """The language to begin in; empty, or one that the hotline lacks: its first."""


@dataclass(frozen=True, slots=True)
class DigitsPressed:
    """Keys arrived, without the key that finished them. ``finished_by`` is that key, or empty."""

    at: datetime
    digits: str
    finished_by: str = ""


@dataclass(frozen=True, slots=True)
class SpeechHeard:
    """Words were recognised."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class NoInput:
    """The caller was silent until the listening ended."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ActionFinished:
    """An action that was asked for by ``RunAction`` has ended."""

    at: datetime
    action: str
    outcome: str
    results: Mapping[str, Any] = field(default_factory=dict)
    """Variables to set: JSON values, Decimal, date or datetime."""
    account: str | None = None
    """The account that was found or proved, if the action found one."""
    raises: Level = Level.unknown
    """The level of identity that this outcome proves."""
    key: str = ""
    """The idempotency key of the run; a message that comes of it carries it on."""
    text_to: str = ""
    """The number that a message goes to, in E.164; empty: none is sent."""
    secrets: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What only that message may tell."""
    expires: datetime | None = None
    """When the message is of no more use and must not be sent."""


@dataclass(frozen=True, slots=True)
class ActionGoesOn:
    """An action that was asked for has not ended yet; the caller must not be left in silence."""

    at: datetime
    key: str
    """The idempotency key of the run."""


@dataclass(frozen=True, slots=True)
class TransferEnded:
    """A transfer is over. ``result`` is ``answered``, ``busy``, ``no_answer`` or ``failed``.

    ``answered`` is said only when the caller and a human were really connected.
    """

    at: datetime
    result: str


@dataclass(frozen=True, slots=True)
class RecordingEnded:
    """The caller's recording is over. An empty ``url`` or no seconds: nothing was recorded."""

    at: datetime
    url: str = ""
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class CallerHungUp:
    """The caller is gone."""

    at: datetime


@dataclass(frozen=True, slots=True)
class LimitReached:
    """The call has used up its turns or its seconds. ``hard`` is the last bound: after it the call ends."""

    at: datetime
    hard: bool = False


@dataclass(frozen=True, slots=True)
class InternalError:
    """Our own machinery failed in this turn; the caller is owed an apology and a human."""

    at: datetime


Event = (
    CallStarted
    | DigitsPressed
    | SpeechHeard
    | NoInput
    | ActionFinished
    | ActionGoesOn
    | TransferEnded
    | RecordingEnded
    | CallerHungUp
    | LimitReached
    | InternalError
)
