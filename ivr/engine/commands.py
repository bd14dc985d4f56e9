"""What to do next on a call, in the imperative. The counterpart is :mod:`ivr.engine.events`: what happened.

A list of commands ends with exactly one that waits (``Gather``, ``RunAction``, ``Transfer``, ``Record``) or with
``Hangup``; everything before it is ``Say`` or ``SendText``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, assert_never

from ivr.menu.language.nodes import WaitsFor
from ivr.menu.speech.prompts import Utterance


class CallCommand:
    """What the tools ask of every command."""

    __slots__ = ()
    waits_for: ClassVar[WaitsFor] = WaitsFor.nothing

    @property
    def shown(self) -> str:
        """The command in a few words, for a trace. No secret is in them."""
        return type(self).__name__


@dataclass(frozen=True, slots=True)
class Say(CallCommand):
    """Say these one after the other."""

    utterances: tuple[Utterance, ...]
    barge_in: bool = False
    """Whether a key may interrupt it; it then belongs into the ``Gather`` that follows (see :func:`nest`)."""


@dataclass(frozen=True, slots=True)
class Gather(CallCommand):
    """Say these, interruptible, while listening; then listen on for ``timeout`` seconds of silence."""

    waits_for: ClassVar[WaitsFor] = WaitsFor.key

    utterances: tuple[Utterance, ...]
    language: str
    keys: tuple[str, ...] = ()
    """The entries that mean something here, for the simulator to show; empty for free entry."""
    length: int | None = None
    """The entry is over at this many keys; None: it has no fixed length."""
    finish: str = ""
    """The key that ends the entry (``#``), or empty: every key is part of it."""
    timeout: int = 5
    """Seconds to the first key, and between two keys."""
    speech: tuple[str, ...] | None = None
    """None: keys only. Otherwise listen to speech too, with these phrases as hints."""
    secret: bool = False
    """What is entered here must not be shown or kept."""

    @property
    def shown(self) -> str:
        keys = "" if self.length is None else "1 key" if self.length == 1 else f"{self.length} keys"
        ends = " or ".join(end for end in (keys, self.finish) if end)
        return f"Gather ({ends}, {self.timeout} s)" if ends else f"Gather ({self.timeout} s)"


@dataclass(frozen=True, slots=True)
class RunAction(CallCommand):
    """Run this action and report ``ActionFinished``. ``inputs`` may hold secrets: never log them."""

    waits_for: ClassVar[WaitsFor] = WaitsFor.action

    action: str
    inputs: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def shown(self) -> str:
        """With the names of its inputs. A value may be secret."""
        return f"RunAction {self.action} ({', '.join(self.inputs)})"


@dataclass(frozen=True, slots=True)
class Transfer(CallCommand):
    """Connect the caller with a desk and report ``TransferEnded``."""

    waits_for: ClassVar[WaitsFor] = WaitsFor.desk

    desk: str
    number: str
    """The desk's number in E.164, as the tree says it; the environment may say another."""
    ring_seconds: int
    language: str
    urgent: bool = False
    reason: str = ""
    """Why, in words for the human and for the record."""

    @property
    def shown(self) -> str:
        return f"Transfer {self.desk}{' urgent' * self.urgent}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Record(CallCommand):
    """Record the caller and report ``RecordingEnded``."""

    waits_for: ClassVar[WaitsFor] = WaitsFor.recording

    name: str
    at_most: int
    """Seconds."""
    silence: int
    """Seconds of silence that end it."""
    language: str

    @property
    def shown(self) -> str:
        return f"Record {self.name} ({self.at_most} s)"


@dataclass(frozen=True, slots=True)
class SendText(CallCommand):
    """Send a text message (SMS). The row is written with the turn; it is sent afterwards."""

    to: str
    body: str = field(repr=False)
    language: str
    key: str = ""
    """The idempotency key: two messages of one key are one message."""
    secret: bool = False
    """Whether the words hold a code or a link: they are sealed until they are sent, and then forgotten."""
    expires: datetime | None = None
    """When it is of no more use and must not be sent."""


@dataclass(frozen=True, slots=True)
class Hangup(CallCommand):
    """End the call. ``ending`` says how, for the record."""

    waits_for: ClassVar[WaitsFor] = WaitsFor.over

    ending: str = "completed"

    @property
    def shown(self) -> str:
        return f"Hangup {self.ending}"


Command = Say | Gather | RunAction | Transfer | Record | SendText | Hangup


def nest(commands: Iterable[Command]) -> list[Command]:
    """Put what may be interrupted into the ``Gather`` that follows it, so that an early key is not lost.

    Text messages come first; an uninterruptible ``Say`` keeps what was said before it in front of the ``Gather``.
    """
    texts: list[Command] = []
    spoken: list[Say] = []
    rest: list[Command] = []
    for command in commands:
        match command:
            case SendText():
                texts.append(command)
            case Say():
                spoken.append(command)
            case Gather():
                inside: list[Utterance] = []
                while spoken and spoken[-1].barge_in:
                    inside[:0] = spoken.pop().utterances
                rest += _joined(spoken)
                rest.append(
                    replace(command, utterances=(*inside, *command.utterances)) if inside else command
                )
                spoken = []
            case RunAction() | Transfer() | Record() | Hangup():
                rest += _joined(spoken)
                rest.append(command)
                spoken = []
            case _:
                assert_never(command)
    return [*texts, *rest, *_joined(spoken)]


def _joined(spoken: list[Say]) -> list[Command]:
    utterances = tuple(utterance for say in spoken for utterance in say.utterances)
    return [Say(utterances)] if utterances else []
