"""What can happen on a call, as methods that read like the call: one driver for the engine and for the switchboard.

The other driver, :class:`tests.support.phone.Phone`, sends the webhooks that Twilio would send.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime, timedelta
from typing import Generic, Self, TypeVar

from ivr.engine.events import (
    CallerHungUp,
    DigitsPressed,
    Event,
    InternalError,
    LimitReached,
    NoInput,
    RecordingEnded,
    SpeechHeard,
    TransferEnded,
)

Answer = TypeVar("Answer")


class CallDriver(ABC, Generic[Answer]):
    """A call that is driven by events. ``at`` is the time of the next one."""

    at: datetime

    @abstractmethod
    def happens(self, event: Event) -> Answer:
        """Take the call one event further."""

    def press(self, keys: str) -> Answer:
        """Press keys."""
        return self.happens(DigitsPressed(self.at, keys))

    def say(self, text: str) -> Answer:
        """Say something."""
        return self.happens(SpeechHeard(self.at, text))

    def silence(self) -> Answer:
        """Say and press nothing."""
        return self.happens(NoInput(self.at))

    def hang_up(self) -> Answer:
        """Hang up."""
        return self.happens(CallerHungUp(self.at))

    def trouble(self) -> Answer:
        """Let our own machinery fail."""
        return self.happens(InternalError(self.at))

    def limit(self, *, hard: bool = False) -> Answer:
        """Let the call reach its bound."""
        return self.happens(LimitReached(self.at, hard))

    def desk(self, result: str) -> Answer:
        """End the transfer."""
        return self.happens(TransferEnded(self.at, result))

    def record(self, seconds: int, url: str = "https://example.com/1") -> Answer:
        """End the recording; without a second nothing was recorded."""
        return self.happens(RecordingEnded(self.at, url if seconds else "", seconds))

    def later(self, **by: float) -> Self:
        """Let time go by."""
        self.at += timedelta(**by)
        return self
