"""A line through a running server: the player of its TwiML, in the words of :class:`ivr.line.Line`."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ivr.channels.twilio.languages import say_language
from ivr.channels.twilio.leg import NumberSettings
from ivr.channels.twilio.player import Answer, Player
from ivr.channels.twilio.transport import Transport
from ivr.line import Heard, Item, Noticed, Waiting

SETTINGS = NumberSettings("/voice", "/voice/fallback", "/voice/status")


@dataclass(slots=True)
class PlayerLine:
    """A call over HTTP. What only the server knows (nodes, messages) cannot be seen from here."""

    send: Transport
    caller: str
    called: str = "+8657100000000"
    languages: Sequence[str] = ("zh-CN", "en-US")
    """The tags that a hotline may use, to name Twilio's languages again."""
    desk_answers: Callable[[str], Answer] = lambda _number: "answered"
    call: str = field(default_factory=lambda: "CA" + secrets.token_hex(16))
    seen: int = 0
    rung: int = 0
    noticed: list[Item] = field(default_factory=list)
    player: Player = field(init=False)

    def __post_init__(self) -> None:
        """Prepare the call."""
        caller = self.caller or "anonymous"
        self.player = Player(
            self.send, call_sid=self.call, caller=caller, called=self.called, settings=SETTINGS
        )
        self.player.desk_answers = self.desk_answers

    @property
    def waiting(self) -> Waiting:
        """What the call waits for."""
        waiting = self.player.waiting
        return "nobody" if waiting == "ended" else waiting

    @property
    def keys(self) -> Sequence[str]:
        """Unknown: TwiML says only how many keys are awaited."""
        return ()

    def take(self) -> list[Item]:
        """Return what was heard and noticed since the last time, the parts of a long sentence joined again."""
        items = self.noticed
        items += [Noticed(f"ringing {number}") for number in self.player.dialled[self.rung :]]
        for heard in self.player.heard[self.seen :]:
            audio = urlsplit(heard.audio).path.rpartition("/audio/")[2]
            items.append(Heard(heard.text, self._tag(heard.language), audio))
        self.noticed, self.seen, self.rung = [], len(self.player.heard), len(self.player.dialled)
        return items

    def _tag(self, language: str) -> str:
        return next((tag for tag in self.languages if say_language(tag) == language), language)

    def start(self) -> None:
        """Ring."""
        self.player.start()

    def press(self, keys: str) -> None:
        """Press keys; an entry that they leave open ends with silence."""
        lost = self.player.press(keys)
        if self.player.entry:
            self.player.silence()
        if lost:
            self.noticed.append(Noticed(f"the entry was over before `{lost}`: lost"))

    def speak(self, text: str) -> None:
        """Say something."""
        self.player.speak(text)

    def silence(self) -> None:
        """Do nothing until the hotline goes on."""
        self.player.silence()

    def record(self, seconds: int) -> None:
        """Leave a recording."""
        self.player.record(seconds)

    def hang_up(self) -> None:
        """Hang up."""
        self.player.hang_up()
