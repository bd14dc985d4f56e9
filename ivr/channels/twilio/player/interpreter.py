"""A caller for a server of TwiML: executes its documents as Twilio would, over any transport.

This is an independent reading of Twilio's documentation, and shares nothing with the code that answers. If the two
disagree, one of them is wrong. Time is virtual: silence, ringing and speech cost nothing. Early keys do not shorten a
prompt, and loops are heard once. Otherwise callers hear what they would hear on the telephone.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from urllib.parse import urljoin

from ivr.channels.twilio.player.leg import CallLeg, NotTwiml, NumberSettings
from ivr.channels.twilio.player.transport import Transport

PlayerWaiting = Literal["keys", "recording", "ended"]
Answer = Literal["answered", "busy", "no_answer", "failed"]

_MOST_DOCUMENTS = 200
_DIAL_STATUS = {"answered": "completed", "busy": "busy", "no_answer": "no-answer", "failed": "failed"}
_ANY_KEY = "1234567890*#"
_KEYS = frozenset("0123456789*#ABCD")
_SSML = frozenset({"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"})
_STRENGTHS = {"weak": 0.1, "medium": 0.25, "strong": 0.5, "x-strong": 1.0}
"""Seconds of a break without a time, about: a comma, the end of a sentence, the end of a paragraph."""


class PlayerError(Exception):
    """The call cannot go on: the document cannot be executed, or the call does not wait for this."""


class SpokenElement(NamedTuple):
    """An element of SSML in the words of a ``<Say>``, and where in them it begins and ends."""

    start: int
    end: int
    name: str
    attributes: Mapping[str, str]

    @property
    def seconds(self) -> float:
        """How long a ``<break>`` is: its time, or what its strength usually takes. Other elements are not silent."""
        if self.name != "break":
            return 0
        time = re.fullmatch(r"([0-9.]+)(ms|s)", self.attributes.get("time", ""))
        if time:
            return float(time[1]) / (1000 if time[2] == "ms" else 1)
        return _STRENGTHS.get(self.attributes.get("strength", "medium"), 0)


@dataclass(frozen=True, slots=True)
class PlayedItem:
    """One thing that the caller heard: words in a language of ``<Say>``, or the URL of a recording."""

    text: str = ""
    language: str = ""
    audio: str = ""
    voice: str = field(default="", compare=False)
    """The voice. It makes no difference to what was heard."""
    ssml: tuple[SpokenElement, ...] = field(default=(), compare=False)
    """The elements in its words."""


class GatherSettings(NamedTuple):
    """What a ``<Gather>`` says about its entry."""

    length: int | None
    """The entry ends at this many keys."""
    finish: str
    """The key that ends the entry, or empty."""
    speech: bool


class Player:
    """One call. ``heard`` is what the caller has heard; ``waiting`` is what they can do now."""

    def __init__(
        self,
        send: Transport,
        *,
        call_sid: str,
        caller: str,
        called: str,
        settings: NumberSettings | None = None,
        direction: str = "inbound",
    ) -> None:
        """Prepare a call from ``caller`` to ``called``; :meth:`start` makes it.

        ``call_sid`` is ``CA`` and 32 hexadecimal digits. ``settings`` are those of the number; by default it has only
        the first webhook. With an outbound ``direction``, the hotline rings the caller.
        """
        self.heard: list[PlayedItem] = []
        self.waiting: PlayerWaiting = "ended"
        """``ended`` before the call, too."""
        self.entry = ""
        """The keys of an entry that is not over; silence ends it."""
        self.dialled: list[str] = []
        """Every number and SIP address that was rung, in order."""
        self.whispered: list[str] = []
        """What the far ends of transfers heard before they were connected."""
        self.desk_answers: Callable[[str], Answer] = lambda _: "answered"
        """What the far end of a transfer does."""
        self.seconds: float = 0
        """What silences, pauses and recordings have taken."""
        source, target = (called, caller) if direction.startswith("outbound") else (caller, called)
        self._settings = settings or NumberSettings()
        self._leg = CallLeg(send, self._settings, call_sid, source, target, direction)
        self._verbs: deque[ET.Element] = deque()
        self._verb = ET.Element("Response")
        self._ended = False

    @property
    def listening(self) -> GatherSettings | None:
        """How the call listens now, or None."""
        if self.waiting != "keys":
            return None
        speech = "speech" in self._verb.get("input", "dtmf")
        length = _number(self._verb, "numDigits", 0) or None
        return GatherSettings(length, self._verb.get("finishOnKey", "#"), speech)

    # What the caller does. Each method goes on until the call waits for the caller again, or is over.

    def start(self) -> None:
        self._request(self._settings.voice_url, "POST", {})
        self._play()

    def press(self, keys: str) -> str:
        """Press these keys quickly. Return those that came too late and are lost.

        An entry that they do not end stays open, in ``entry``: press more, or be silent.
        """
        self._expect("keys", "recording")
        if strange := set(keys) - _KEYS:
            raise PlayerError(f"{min(strange)!r} is no key of a telephone")
        if self.waiting == "recording":
            return self._press_while_recording(keys)
        if "dtmf" not in self._verb.get("input", "dtmf"):
            return keys
        finish, most = self._verb.get("finishOnKey", "#"), _number(self._verb, "numDigits", 0)
        for place, key in enumerate(keys, start=1):
            if key == finish:
                self._gathered(finished_by=key)
                return keys[place:]
            self.entry += key
            if len(self.entry) == most:
                self._gathered()
                return keys[place:]
        return ""

    def speak(self, text: str) -> None:
        """Say something. If speech is not accepted, or keys came first, this is silence."""
        self._expect("keys")
        if "speech" not in self._verb.get("input", "dtmf") or self.entry:
            self.silence()
        else:
            self._request_action({"SpeechResult": text, "Confidence": "0.9"})
            self._play()

    def silence(self) -> None:
        """Do nothing until the listening or the recording ends."""
        self._expect("keys", "recording")
        if self.waiting == "recording":
            self.record(0, ended_by="")
            return
        self.seconds += _number(self._verb, "timeout", 5)
        self._gathered()

    def record(self, seconds: int, ended_by: str = "#") -> None:
        """Speak into a recording, and end it with a key, or with silence if ``ended_by`` is empty."""
        self._expect("recording")
        seconds, most = max(seconds, 0), _number(self._verb, "maxLength", 3600)
        if seconds >= most:
            seconds, ended_by = most, ""
        self._recorded(seconds, ended_by)
        self._play()

    def hang_up(self) -> None:
        """Hang up. After the end of the call this does nothing."""
        if self.waiting == "recording":
            self._leg.hung_up()
            self._recorded(0, "hangup")
        self._end()

    # What Twilio does.

    def _expect(self, *states: PlayerWaiting) -> None:
        if self.waiting not in states:
            raise PlayerError(f"the call waits for {self.waiting}, not for {' or '.join(states)}")

    def _play(self) -> None:
        """Execute verbs until one of them waits for the caller, or none is left."""
        while self._verbs:
            self._verb = self._verbs.popleft()
            self._execute(self._verb)
            if self._verb.tag in {"Gather", "Record"}:
                return
        self._end()

    def _execute(self, verb: ET.Element) -> None:
        match verb.tag:
            case "Say" | "Play" | "Pause":
                self._hear(verb)
            case "Gather":
                for prompt in verb:
                    self._hear(prompt)
                self.waiting = "keys"
            case "Record":
                self.waiting = "recording"
            case "Redirect":
                self._request(_text(verb), verb.get("method", "POST"), {})
            case "Dial":
                self._dial(verb)
            case "Hangup":
                self._end()
            case "Reject":
                self._end("busy" if verb.get("reason") == "busy" else "no-answer")
            case other:
                raise self._broken(f"{self._leg.url} uses <{other}>, which this player cannot execute")

    def _hear(self, prompt: ET.Element) -> None:
        match prompt.tag:
            case "Say":
                self._say(prompt)
            case "Play":
                self.heard.append(PlayedItem(audio=urljoin(self._leg.url, _text(prompt))))
            case "Pause":
                self.seconds += _number(prompt, "length", 1)
            case other:
                raise self._broken(
                    f"{self._leg.url} has <{other}> inside <Gather>, which Twilio refuses (13320)"
                )

    def _say(self, say: ET.Element) -> None:
        """Hear the words of a ``<Say>``. Its SSML is silent, and a break takes its time."""
        strange = next((part.tag for part in say.iter() if part is not say and part.tag not in _SSML), None)
        if strange:
            raise self._broken(f"{self._leg.url} has <{strange}> inside <Say>, which is no SSML of Twilio's")
        space = len("".join(say.itertext())) - len("".join(say.itertext()).lstrip())
        elements = tuple(_elements(say, -space))
        self.seconds += sum(element.seconds for element in elements)
        language, voice = say.get("language", ""), say.get("voice", "")
        self.heard.append(PlayedItem(_text(say), language, voice=voice, ssml=elements))

    def _gathered(self, finished_by: str = "") -> None:
        """End the listening. If nothing was entered (``#`` alone enters nothing), the document goes on after the Gather."""
        digits, self.entry = self.entry, ""
        if digits or self._verb.get("actionOnEmptyResult") == "true":
            self._request_action({"Digits": digits, "FinishedOnKey": finished_by, "msg": "Gather End"})
        self._play()

    def _press_while_recording(self, keys: str) -> str:
        ends = self._verb.get("finishOnKey", _ANY_KEY)
        for place, key in enumerate(keys, start=1):
            if key in ends:
                self.record(0, ended_by=key)
                return keys[place:]
        return ""

    def _recorded(self, seconds: int, ended_by: str) -> None:
        """Request the action of a Record, whatever was recorded, and report the recording."""
        self.seconds += seconds
        recording = self._leg.recording(seconds)
        callback = urljoin(self._leg.url, self._verb.get("recordingStatusCallback", ""))
        reported = "recordingStatusCallback" in self._verb.attrib and seconds > 0
        self._request_action({**recording, "Digits": ended_by})
        if reported:
            status = {"RecordingStatus": "completed", "RecordingSource": "RecordVerb"}
            self._leg.report(callback, {**recording, **status})

    def _dial(self, dial: ET.Element) -> None:
        """Ring the parties. The first that answers is connected; otherwise the last one's answer counts."""
        parties = [party for party in dial if party.tag in {"Number", "Sip"}] or [dial]
        strange = [party.tag for party in dial if party.tag not in {"Number", "Sip"}]
        if strange:
            raise self._broken(
                f"{self._leg.url} dials <{strange[0]}> in a way that this player cannot execute"
            )
        answer: Answer = "failed"
        for party in parties:
            number = _text(party)
            self.dialled.append(number)
            answer = self.desk_answers(number)
            if answer == "answered":
                if party is not dial and party.get("url"):
                    self._whisper(party.get("url", ""), party.get("method", "POST"), number)
                break
        if dial.get("action"):
            self._request_action(self._leg.dialled(_DIAL_STATUS[answer]))

    def _whisper(self, url: str, method: str, number: str) -> None:
        """Play the far end its own document before it is connected. It may only have words."""
        try:
            verbs = self._leg.of_the_far_end(url, method, number)
        except NotTwiml as error:
            raise self._broken(str(error)) from error
        strange = [verb.tag for verb in verbs if verb.tag not in {"Say", "Play", "Pause"}]
        if strange:
            raise self._broken(
                f"{urljoin(self._leg.url, url)} says <{strange[0]}> in a way that this player cannot execute"
            )
        self.whispered += [text for verb in verbs if (text := _text(verb))]

    def _request_action(self, extra: Mapping[str, str]) -> None:
        """Request the action of the present verb, or the document's own URL if it has none."""
        self._request(self._verb.get("action", ""), self._verb.get("method", "POST"), extra)

    def _request(self, url: str, method: str, extra: Mapping[str, str]) -> None:
        """Replace the document by the one at a URL, which is relative to the present one."""
        if self._leg.documents >= _MOST_DOCUMENTS:
            raise self._broken(
                f"more than {_MOST_DOCUMENTS} documents in one call: the menu goes round in a circle"
            )
        try:
            self._verbs = deque(self._leg.request(url, method, extra))
        except NotTwiml as error:
            raise self._broken(str(error)) from error

    def _broken(self, sentence: str) -> PlayerError:
        """End a call that cannot go on, and return the error to raise."""
        self._end()
        return PlayerError(sentence)

    def _end(self, status: str = "completed") -> None:
        """End the call, unless it has ended, and report that."""
        if self._ended:
            return
        self._ended, self.waiting, self.entry = True, "ended", ""
        self._verbs.clear()
        self._leg.end(status, round(self.seconds))


def _text(verb: ET.Element) -> str:
    return "".join(verb.itertext()).strip()


def _elements(around: ET.Element, at: int) -> Iterator[SpokenElement]:
    """Yield the elements within one whose words begin at a place, each before those in it."""
    at += len(around.text or "")
    for element in around:
        end = at + len("".join(element.itertext()))
        yield SpokenElement(at, end, element.tag, element.attrib)
        yield from _elements(element, at)
        at = end + len(element.tail or "")


def _number(verb: ET.Element, name: str, default: int) -> int:
    """Return a positive attribute. To Twilio a wrong value is a warning, and means the default."""
    value = verb.get(name, "")
    return int(value) if value.isdecimal() and int(value) > 0 else default
