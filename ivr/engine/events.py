"""What happened on a call, in the past tense. The counterpart is :mod:`ivr.engine.commands`: what to do next.

Time comes in with the event: ``at`` is an aware datetime, and the engine knows no other clock. What the tools ask of an event,
such as how the record of a call keeps it, the event says itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Self, get_args

from ivr.menu.language.contract import Level


class Result(NamedTuple):
    """How something that the hotline had begun ended, as the record of a call keeps it: ``withdrawal_limits: ok``."""

    of: str = ""
    """The action, or ``transfer``. Empty for an event that reports no end."""
    word: str = ""

    def __str__(self) -> str:
        return f"{self.of}: {self.word}" if self.of else ""

    @classmethod
    def parse(cls, written: str) -> Self:
        of, _, word = written.partition(": ")
        return cls(of, word)


@dataclass(frozen=True, slots=True)
class CallEvent:
    """What every event has, and what the tools ask of one."""

    at: datetime

    words: ClassVar[str] = ""
    by_caller: ClassVar[bool] = False
    """Whether the caller did it where the hotline listens."""
    outlives_limits: ClassVar[bool] = False
    """Whether it is followed up although the call has reached its bound, as what a desk reports is; but not for ever."""

    @property
    def ended(self) -> Result:
        """What it reports the end of."""
        return Result()

    @property
    def shown(self) -> str:
        """What happened, in a few words. Keys and speech are in them: it is for calls that nobody made."""
        return self.words

    @property
    def connected(self) -> bool:
        """Whether it reports that the caller and a human were really connected."""
        return False


@dataclass(frozen=True, slots=True)
class CallStarted(CallEvent):
    """A caller rang. ``caller`` is E.164, or empty when the number is withheld."""

    caller: str = ""
    called: str = ""
    language: str = ""
    """The language to begin in; empty, or one that the hotline lacks: its first."""


@dataclass(frozen=True, slots=True)
class DigitsPressed(CallEvent):
    """Keys arrived, without the key that finished them. ``finished_by`` is that key, or empty."""

    by_caller: ClassVar[bool] = True
    digits: str
    finished_by: str = ""

    @property
    def shown(self) -> str:
        return f"press {self.digits}"


@dataclass(frozen=True, slots=True)
class SpeechHeard(CallEvent):
    """Words were recognised."""

    by_caller: ClassVar[bool] = True
    text: str

    @property
    def shown(self) -> str:
        return f"say “{self.text}”"


@dataclass(frozen=True, slots=True)
class NoInput(CallEvent):
    """The caller was silent until the listening ended."""

    by_caller: ClassVar[bool] = True

    words: ClassVar[str] = "silence"


@dataclass(frozen=True, slots=True)
class ActionFinished(CallEvent):
    """An action that was asked for by ``RunAction`` has ended."""

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
    uncertain: bool = False
    """Whether it may have been done although it is ``unavailable``."""
    text_language: str = ""
    """The language of the message; empty for that of the call."""

    @property
    def ended(self) -> Result:
        return Result(self.action, self.outcome)

    @property
    def shown(self) -> str:
        return f"`{self.action}` ends as `{self.outcome}`"


@dataclass(frozen=True, slots=True)
class ActionGoesOn(CallEvent):
    """An action that was asked for has not ended yet; the caller must not be left in silence."""

    key: str
    """The idempotency key of the run."""

    words: ClassVar[str] = "it takes long"


@dataclass(frozen=True, slots=True)
class TransferEnded(CallEvent):
    """Seeking a human for the caller is over."""

    result: str
    """``answered``, ``busy``, ``no_answer`` or ``failed``. ``answered`` is said only when the two were really connected."""

    outlives_limits: ClassVar[bool] = True

    @property
    def ended(self) -> Result:
        return Result("transfer", self.result)

    @property
    def connected(self) -> bool:
        return self.result == "answered"

    @property
    def shown(self) -> str:
        return f"the desk: {self.result.replace('_', ' ')}"


@dataclass(frozen=True, slots=True)
class RecordingEnded(CallEvent):
    """The caller's recording is over."""

    url: str = ""
    seconds: int = 0

    outlives_limits: ClassVar[bool] = True

    @property
    def is_empty(self) -> bool:
        """Whether nothing was recorded."""
        return not (self.url and self.seconds)

    @property
    def shown(self) -> str:
        return f"a recording of {self.seconds} s"


@dataclass(frozen=True, slots=True)
class CallerHungUp(CallEvent):
    """The caller is gone."""

    words: ClassVar[str] = "hang up"


@dataclass(frozen=True, slots=True)
class LimitReached(CallEvent):
    """The call has used up its turns or its seconds. ``hard`` is the last bound: after it the call ends."""

    hard: bool = False

    words: ClassVar[str] = "the call lasts too long"


@dataclass(frozen=True, slots=True)
class InternalError(CallEvent):
    """Our own machinery failed in this turn; the caller is owed an apology and a human."""


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

CALLERS_EVENTS = frozenset(each.__name__ for each in get_args(Event) if each.by_caller)
"""The names, in the record of a call, of what a caller does where the hotline listens."""
