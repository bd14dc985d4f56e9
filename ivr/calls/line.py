"""The caller's side of a call: what callers can do, and what they hear.

The simulator and the written calls use a :class:`Line`. :class:`DirectLine` goes through the switchboard of this
process, with a clock of its own, so that silence costs nothing. The player of TwiML is another line, over HTTP.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol, assert_never

from ivr.calls.turns import Switchboard
from ivr.engine import events
from ivr.engine.commands import Command, Gather, Hangup, Record, RunAction, Say, SendText, Transfer
from ivr.engine.session import Session
from ivr.menu.speech.durations import spoken_seconds
from ivr.menu.speech.prompts import Utterance
from ivr.menu.speech.ssml import Span

DeskAnswer = Literal["answered", "busy", "no_answer", "failed"]
Waiting = Literal["keys", "recording", "nobody"]
DeskAnswers = Callable[[str], str]
"""Takes the number of a desk and returns ``answered``, ``busy``, ``no_answer`` or ``failed``."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that the caller heard."""

    text: str
    language: str
    audio: tuple[str, ...] = ()
    voice: str = ""
    spans: tuple[Span, ...] = field(default=(), compare=False)
    """How parts of the words were said."""

    @property
    def seconds(self) -> float:
        """How long the words took, by the model of :mod:`ivr.menu.speech.durations`; 0 for a recording without words."""
        return Utterance(self.text, self.language, self.voice, self.audio, spans=self.spans).seconds


@dataclass(frozen=True, slots=True)
class CallNote:
    """Something on the call that is not heard: a transfer, a beep, a lost key."""

    what: str


Item = Heard | CallNote


@dataclass(frozen=True, slots=True)
class AwaitedInput:
    """The input that the call listens for, as far as the line can tell."""

    keys: Sequence[str] = ()
    """The entries that mean something; empty if they are unknown, or if anything may be typed."""
    length: int | None = None
    """The entry ends at this many keys."""
    finish: str = ""
    """The key that ends the entry, or empty."""
    speech: bool = False
    """Whether words are accepted beside keys."""
    secret: bool = False
    """Whether the entry must not be shown or kept; true if that is unknown."""


class CallBroken(Exception):
    """The call cannot go on. The text says why and what to do."""


class Line(Protocol):
    """A call from the caller's side. Everything that the caller does may raise :class:`CallBroken`."""

    call: str
    """The carrier's identifier of the call."""

    @property
    def waiting(self) -> Waiting:
        """What the call waits for; ``nobody`` means that it is over."""

    @property
    def awaited(self) -> AwaitedInput | None:
        """What the call listens for, or None."""

    @property
    def ending(self) -> str:
        """How the call ended, as far as the line can tell; empty while it goes on."""

    def take(self) -> list[Item]:
        """Return what was heard and noted since the last time."""

    def start(self) -> None:
        """Ring the hotline."""

    def press(self, keys: str) -> None:
        """Press keys quickly, one after the other; ``#`` ends an entry."""

    def speak(self, text: str) -> None:
        """Say something: into a recording, or to be understood. Where only keys are accepted, it is silence."""

    def silence(self) -> None:
        """Do nothing until the hotline goes on."""

    def pass_time(self, seconds: float) -> None:
        """Let time pass in which nothing happens on the line."""

    def record(self, seconds: int) -> None:
        """Leave a recording of so many seconds; 0 is silence."""

    def hang_up(self) -> None: ...


@dataclass(slots=True)
class VirtualClock:
    """A clock that moves only when it is advanced."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def split_entry(keys: str, length: int | None, finish: str) -> tuple[str, str, str]:
    """Split keys into the entry, the key that finished it (if any), and the keys that come too late."""
    for position, key in enumerate(keys):
        if finish and key == finish:
            return keys[:position], key, keys[position + 1 :]
        if length and position + 1 == length:
            return keys[: position + 1], "", keys[position + 1 :]
    return keys, "", ""


_calls = itertools.count(1)


@dataclass(slots=True)
class DirectLine:
    """A call in this process."""

    switchboard: Switchboard
    clock: VirtualClock
    caller: str = ""
    called: str = ""
    call: str = ""
    """The identifier of the call; made up if it is empty."""
    desk_answers: DeskAnswers = lambda _number: "answered"
    language: str = ""
    """The language to begin in; empty for the hotline's first."""
    commands: list[Command] = field(default_factory=list)
    """What the hotline does now."""
    turn: int = 0
    ending: str = ""
    items: list[Item] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.call = self.call or f"CA{next(_calls):032x}"

    @property
    def last(self) -> Command | None:
        """The command that the call waits at."""
        return self.commands[-1] if self.commands else None

    @property
    def waiting(self) -> Waiting:
        if isinstance(self.last, Gather):
            return "keys"
        return "recording" if isinstance(self.last, Record) else "nobody"

    @property
    def awaited(self) -> AwaitedInput | None:
        gather = self.last
        if not isinstance(gather, Gather):
            return None
        speech = gather.speech is not None
        return AwaitedInput(gather.keys, gather.length, gather.finish, speech, gather.secret)

    def take(self) -> list[Item]:
        items, self.items = self.items, []
        return items

    def start(self) -> None:
        self._happen(self._start())

    def press(self, keys: str) -> None:
        """Press keys. Those after the end of the entry are lost, as on the telephone. `#` ends a recording."""
        if isinstance(self.last, Record) and "#" in keys:
            self._happen(events.RecordingEnded(self.clock()))
        elif isinstance(self.last, Gather):
            self._enter(self.last, keys)

    def _enter(self, gather: Gather, keys: str) -> None:
        digits, finished_by, lost = split_entry(keys, gather.length, gather.finish)
        if lost:
            shown = "•" * len(lost) if gather.secret else lost
            self.items.append(CallNote(f"the entry was over before `{shown}`: lost"))
        if not finished_by and len(digits) != gather.length:
            self.clock.advance(gather.timeout)
        at = self.clock()
        self._happen(events.DigitsPressed(at, digits, finished_by) if digits else events.NoInput(at))

    def speak(self, text: str) -> None:
        if isinstance(self.last, Record):
            self.record(math.ceil(spoken_seconds(text)))
        elif isinstance(self.last, Gather) and self.last.speech is None:
            self.items.append(CallNote("only keys are listened to here"))
            self.silence()
        elif isinstance(self.last, Gather):
            self.clock.advance(spoken_seconds(text))
            self._happen(events.SpeechHeard(self.clock(), text))

    def silence(self) -> None:
        if isinstance(self.last, Gather):
            self.clock.advance(self.last.timeout)
            self._happen(events.NoInput(self.clock()))
        elif isinstance(self.last, Record):
            self.clock.advance(self.last.silence)
            self._happen(events.RecordingEnded(self.clock()))

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def record(self, seconds: int) -> None:
        last = self.last
        if not isinstance(last, Record) or seconds == 0:
            self.silence()
            return
        seconds = min(seconds, last.at_most)
        self.clock.advance(seconds)
        url = f"recording://{self.call}/{self.turn}/{last.name}"
        self.switchboard.keep_voicemail(self.call, url, seconds, self.clock())
        self._happen(events.RecordingEnded(self.clock(), url, seconds))

    def hang_up(self) -> None:
        """Hang up. If the call waits for a recording, the waiting turn hears of it first, as with a carrier."""
        if self.waiting == "nobody":
            return
        if self.waiting == "recording":
            self._turn(events.CallerHungUp(self.clock()))
        self.switchboard.hang_up(self.call, self.clock())
        self.commands, self.ending = [], "hung_up"

    def _start(self) -> events.CallStarted:
        return events.CallStarted(self.clock(), self.caller, self.called, self.language)

    def _happen(self, event: events.Event) -> None:
        self._turn(event)
        for command in self.commands:
            self._execute(command)

    def _turn(self, event: events.Event) -> None:
        def render(session: Session, commands: Sequence[Command]) -> bytes:
            self.commands, self.turn = list(commands), session.turn
            return b"-"

        self.switchboard.take_turn(self.call, self.turn, event, self._start(), render)

    def _execute(self, command: Command) -> None:
        match command:
            case Say(utterances=utterances) | Gather(utterances=utterances):
                self._hear(utterances)
            case SendText(to=to, body=body):
                self.items.append(CallNote(f"text message to {to}, not sent: {body}"))
            case Record(at_most=at_most):
                self.items.append(CallNote(f"beep: recording, at most {at_most} s"))
            case Hangup(ending=ending):
                self.ending = ending
            case Transfer():
                self._transfer(command)
            case RunAction():
                raise TypeError(f"the action {command.action!r} is run, and never heard")
            case _:
                assert_never(command)

    def _transfer(self, transfer: Transfer) -> None:
        answer = self.desk_answers(transfer.number)
        self.items.append(CallNote(f"ringing {transfer.number}: {answer}"))
        if answer == "answered" and transfer.reason:
            self.items.append(CallNote(f"the desk hears: {transfer.reason}"))
        self.clock.advance(transfer.ring_seconds if answer == "no_answer" else 3)
        self._happen(events.TransferEnded(self.clock(), answer))

    def _hear(self, utterances: Sequence[Utterance]) -> None:
        for utterance in utterances:
            heard = Heard(
                utterance.text, utterance.language, utterance.audio, utterance.voice, utterance.spans
            )
            self.items.append(heard)
            self.clock.advance(heard.seconds)
