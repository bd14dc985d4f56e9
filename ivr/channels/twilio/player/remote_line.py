"""A :class:`ivr.calls.line.Line` through a running server, with the player of its TwiML."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ivr.calls.line import AwaitedInput, CallBroken, CallNote, Heard, Item, Waiting
from ivr.channels.twilio.player.interpreter import Answer, Player, PlayerError, SpokenElement
from ivr.channels.twilio.player.leg import NotTwiml, NumberSettings
from ivr.channels.twilio.player.transport import Transport
from ivr.menu.speech.durations import spoken_seconds
from ivr.menu.speech.ssml import Break, Prosody, SayAs, Span, Sub
from ivr.menu.speech.voices import say_language

NUMBER_SETTINGS = NumberSettings("/voice", "/voice/fallback", "/voice/status")


@dataclass(slots=True)
class PlayerLine:
    """A call over HTTP. What only the server knows (nodes, messages, secrecy) cannot be seen from here."""

    send: Transport
    caller: str
    called: str = "+8657100000000"
    languages: Sequence[str] = ("zh-CN", "en-US")
    """The hotline's languages, to translate Twilio's names back."""
    desk_answers: Callable[[str], Answer] = lambda _number: "answered"
    call: str = field(default_factory=lambda: "CA" + secrets.token_hex(16))
    ending: str = ""
    items: list[Item] = field(default_factory=list)
    seen: int = 0
    """How many of the items that the player has heard were added to ``items``."""
    player: Player = field(init=False)

    def __post_init__(self) -> None:
        caller = self.caller or "anonymous"
        self.player = Player(
            self.send, call_sid=self.call, caller=caller, called=self.called, settings=NUMBER_SETTINGS
        )
        self.player.desk_answers = self._ring

    @property
    def waiting(self) -> Waiting:
        waiting = self.player.waiting
        return "nobody" if waiting == "ended" else waiting

    @property
    def awaited(self) -> AwaitedInput | None:
        """What the call listens for. An entry longer than one key may be secret: TwiML does not say."""
        listening = self.player.listening
        if listening is None:
            return None
        length, finish, speech = listening
        return AwaitedInput((), length, finish, speech, secret=length != 1)

    def take(self) -> list[Item]:
        self._catch_up()
        items, self.items = self.items, []
        return items

    def start(self) -> None:
        with self._act():
            self.player.start()

    def press(self, keys: str) -> None:
        """Press keys. If they leave an entry open, silence ends it."""
        awaited = self.awaited
        self._catch_up()
        place = len(self.items)
        with self._act():
            lost = self.player.press(keys)
            if lost:
                shown = "•" * len(lost) if awaited and awaited.secret else lost
                self.items.insert(place, CallNote(f"the entry was over before `{shown}`: lost"))
            if self.player.entry:
                self.player.silence()

    def speak(self, text: str) -> None:
        if self.waiting == "recording":
            self.record(math.ceil(spoken_seconds(text)))
            return
        if self.awaited and not self.awaited.speech:
            self._notice("only keys are listened to here")
        with self._act():
            self.player.speak(text)

    def silence(self) -> None:
        with self._act():
            self.player.silence()

    def pass_time(self, seconds: float) -> None:
        """Let time pass. Only a server whose clock follows the player notices."""
        self.player.seconds += math.ceil(seconds)

    def record(self, seconds: int) -> None:
        with self._act():
            self.player.record(seconds)

    def hang_up(self) -> None:
        if self.waiting != "nobody":
            with self._act():
                self.player.hang_up()
            self.ending = "hung_up"

    @contextmanager
    def _act(self) -> Iterator[None]:
        """Let the player do something. If it cannot go on, say so in the words of a line."""
        before, whispered = self.waiting, len(self.player.whispered)
        try:
            yield
        except PlayerError as error:
            self.ending = "broken"
            raise CallBroken(_explained(error)) from error
        for words in self.player.whispered[whispered:]:
            self._notice(f"the desk hears: {words}")
        if self.waiting == "nobody":
            self.ending = "over"
        elif self.waiting == "recording" != before:
            self._notice("beep: recording")

    def _ring(self, number: str) -> Answer:
        answer = self.desk_answers(number)
        self._notice(f"ringing {number}: {answer}")
        return answer

    def _notice(self, what: str) -> None:
        self._catch_up()
        self.items.append(CallNote(what))

    def _catch_up(self) -> None:
        for heard in self.player.heard[self.seen :]:
            played = urlsplit(heard.audio).path.rpartition("/audio/")[2]
            audio = (played,) if played else ()
            spans = tuple(span for element in heard.ssml if (span := _span(element)))
            self.items.append(Heard(heard.text, self._tag(heard.language), audio, heard.voice, spans))
        self.seen = len(self.player.heard)

    def _tag(self, language: str) -> str:
        return next((tag for tag in self.languages if say_language(tag) == language), language)


def _span(element: SpokenElement) -> Span | None:
    """Return what an element makes of the time that its words take, or None if it makes nothing of it."""
    start, end, name, attributes = element
    rate = attributes.get("rate", "").removesuffix("%")
    match name:
        case "break":
            return Span(start, end, Break(round(element.seconds * 1000)))
        case "prosody" if rate.isdecimal() and int(rate):
            return Span(start, end, Prosody(int(rate)))
        case "sub":
            return Span(start, end, Sub(attributes.get("alias", "")))
        case "say-as":
            return Span(start, end, SayAs(attributes.get("interpret-as", "")))
    return None


def _explained(error: PlayerError) -> str:
    """Return what went wrong first (the failure of the fallback comes later), and what may mend it."""
    refused = [each for each in _chain(error) if isinstance(each, NotTwiml)]
    if not refused:
        return f"{error}; this hotline can be tried in this process, without --url"
    first = refused[-1]
    match first.code, first.status:
        case 11205, _:
            return f"the server gave no answer at {first.url}; see that `ivr serve` is running there"
        case _, 403:
            return (
                "the server takes only signed requests (403); set TWILIO_AUTH_TOKEN here to the server's, and "
                "IVR_PUBLIC_URL too if it has one"
            )
    return f"{first}; see that --url is the address of an `ivr serve`, and what its log says"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and those during whose handling it came, the earliest one last."""
    while error is not None:
        yield error
        error = error.__context__
