"""Commands as TwiML: pure, and prepared in advance where the words are the same in every call.

The twilio package makes the elements. They are kept as text in which a control character stands for the URL of the
turn; cleaned words have none. Words that differ from call to call belong to a customer and are never kept.

Every value with a default of Twilio's is written out (voice, language, timeout, method, action, finishing key). The
defaults are settings of an account, or make a Gather post to its own document for ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import assert_never
from urllib.parse import quote
from xml.sax.saxutils import escape

from twilio.twiml import voice_response as verbs

from ivr.channels.twilio.speech_text import clean, pieces
from ivr.channels.twilio.ssml import said
from ivr.engine.commands import Command, Gather, Hangup, Record, RunAction, Say, SendText, Transfer
from ivr.menu.speech.prompts import Utterance
from ivr.menu.speech.voices import default_voice, has_voice, hear_language, say_language

LARGEST = 64_000
"""Bytes of one document: Twilio's 64 kB (error 11750) in the smaller of its two meanings."""
SPEECH_PAUSE = 2
"""Seconds of silence after which a spoken answer is over."""

_TURN, _RECORDING, _WORDS, _WHISPER = "\x01", "\x02", "\x03", "\x04"
"""Placeholders in a cached rendering for the URLs and the words that are put in later."""
_KEPT = 4096
"""Cached renderings of one kind: more than the sentences of a large hotline in all its languages."""
_MOST_HINTS, _LONGEST_HINT = 500, 100


class DocumentTooLarge(ValueError):
    """A document is larger than Twilio reads. The caller would hear nothing of it."""


@dataclass(frozen=True, slots=True)
class Urls:
    """Where Twilio goes from a document. The URLs have only unreserved characters and slashes, so nothing is escaped."""

    turn: str
    """The path for the next event, even for silence, such as ``/voice/zh-CN/3``."""
    recording: str
    """The path that is told when a recording can be fetched."""
    audio: str
    """What comes before the name of a recorded prompt, such as ``/audio/``."""
    whisper: str = ""
    """The path of the words that a desk hears before it is connected; empty if there are none."""


def render(commands: Sequence[Command], urls: Urls, caller_id: str | None = None) -> bytes:
    """Return the TwiML document of one turn.

    ``caller_id`` is the number that a desk sees if the caller's own is withheld: with that one, the far carrier
    refuses the call (Twilio's warning 13214). None shows the caller's.

    Raises :class:`DocumentTooLarge`, and ``TypeError`` for a ``RunAction``, which the switchboard should have run.
    """
    body = "".join(_command(command, urls.audio, caller_id) for command in commands)
    if not urls.whisper:
        body = body.replace(f' method="POST" url="{_WHISPER}"', "")
    for sign, url in ((_TURN, urls.turn), (_RECORDING, urls.recording), (_WHISPER, urls.whisper)):
        body = body.replace(sign, url)
    return _document(body)


def whisper(words: Sequence[Utterance]) -> bytes:
    """Return what a desk hears before it is connected. Without words it is connected at once.

    No other verb is allowed: Twilio refuses a ``<Dial>`` here (13201), and a ``<Hangup>`` would drop the caller.
    """
    return _document(_spoken(words))


def apology(
    words: Sequence[Utterance], number: str, action: str, caller_id: str | None = None, audio: str = ""
) -> bytes:
    """Return the document of last resort: an apology, and a call to this number.

    The result of that call is posted to ``action``. Recorded audio is left out, so that the document needs nothing of
    ours, except in a language that has nothing else. ``audio`` is what comes before its name in a URL.
    Raises :class:`DocumentTooLarge`.
    """
    dial = verbs.Dial(action=action, method="POST", timeout=30, caller_id=caller_id or None)
    return _document(_spoken(words, audio) + _dial(dial, number))


def goodbye(words: Sequence[Utterance] = (), audio: str = "") -> bytes:
    """Return a document that says these words, if any, and ends the call."""
    return _document(_spoken(words, audio) + _xml(verbs.Hangup()))


def _spoken(words: Sequence[Utterance], audio: str = "") -> str:
    return "".join(
        _words(replace(utterance, audio=()) if has_voice(utterance.language) else utterance, audio)
        for utterance in words
    )


def _document(body: str) -> bytes:
    """Return the bytes of a document with these verbs. Every document is made here."""
    document = _frame().replace(_WORDS, body).encode()
    if len(document) > LARGEST:
        raise DocumentTooLarge(f"a TwiML document of {len(document)} bytes; Twilio reads {LARGEST}")
    return document


@lru_cache(maxsize=1)
def _frame() -> str:
    return verbs.VoiceResponse().append(_WORDS).to_xml()  # type: ignore[no-any-return]


def _command(command: Command, audio: str, caller_id: str | None) -> str:
    match command:
        case Say(utterances):
            return "".join(_utterance(utterance, audio) for utterance in utterances)
        case Gather():
            kept = all(utterance.static for utterance in command.utterances)
            return _kept_gather(command, audio) if kept else _gather(command, audio)
        case Transfer():
            return _transfer(command, caller_id)
        case Record():
            return _record(command)
        case SendText():
            return ""
        case Hangup():
            return _xml(verbs.Hangup())
        case RunAction():
            raise TypeError(f"the action {command.action!r} is run, not rendered")
        case _:
            assert_never(command)


def _utterance(utterance: Utterance, audio: str) -> str:
    return _kept_words(utterance, audio) if utterance.static else _words(utterance, audio)


def _words(utterance: Utterance, audio: str) -> str:
    """Return a ``<Play>`` for each recording of a prompt, or its words in as many ``<Say>`` as they need.

    Words in a language that Twilio does not speak are left out: they would be silence, and a warning.
    """
    if utterance.audio:
        return "".join(_xml(verbs.Play(audio + quote(each))) for each in utterance.audio)
    if not has_voice(utterance.language):
        return ""
    frame = _say_frame(utterance.language, utterance.voice)
    if not utterance.spans:
        return "".join(frame.replace(_WORDS, escape(piece)) for piece in pieces(utterance.text))
    parts = said(utterance.text, utterance.spans)
    return "".join(_pause(part) if isinstance(part, int) else frame.replace(_WORDS, part) for part in parts)


def _pause(seconds: int) -> str:
    return _xml(verbs.Pause(length=seconds))


_kept_words = lru_cache(maxsize=_KEPT)(_words)


@lru_cache(maxsize=_KEPT)
def _say_frame(language: str, voice: str) -> str:
    voice = voice or default_voice(language)
    return _xml(verbs.Say(_WORDS, voice=voice, language=say_language(language, voice)))


def _gather(gather: Gather, audio: str) -> str:
    """Return the ``<Gather>`` with its prompts, which keys can interrupt, and the report of silence after it."""
    frame = _gather_frame(replace(gather, utterances=(), keys=()))
    return frame.replace(_WORDS, "".join(_utterance(utterance, audio) for utterance in gather.utterances))


_kept_gather = lru_cache(maxsize=_KEPT)(_gather)


@lru_cache(maxsize=_KEPT)
def _gather_frame(gather: Gather) -> str:
    verb = verbs.Gather(
        input="dtmf" if gather.speech is None else "dtmf speech",
        action=_TURN,
        method="POST",
        timeout=max(1, gather.timeout),
        finish_on_key=gather.finish,
        num_digits=gather.length,
    )
    if gather.speech is not None:
        verb.attrs |= {"language": hear_language(gather.language), "speechTimeout": SPEECH_PAUSE}
        if hints := _hints(gather.speech):
            verb.attrs["hints"] = hints
    verb.append(_WORDS)
    return _xml(verb) + _xml(verbs.Redirect(_TURN, method="POST"))


def _hints(phrases: Sequence[str]) -> str:
    hints = [clean(phrase.replace(",", " "))[:_LONGEST_HINT] for phrase in phrases]
    return ",".join([hint for hint in hints if hint][:_MOST_HINTS])


def _transfer(transfer: Transfer, caller_id: str | None) -> str:
    seconds = min(max(transfer.ring_seconds, 5), 600)  # what Twilio accepts
    told: dict[str, str] = {"method": "POST", "url": _WHISPER} if transfer.reason else {}
    dial = verbs.Dial(action=_TURN, method="POST", timeout=seconds, caller_id=caller_id or None)
    return _dial(dial, transfer.number, told)


def _dial(dial: verbs.Dial, number: str, told: Mapping[str, str] = MappingProxyType({})) -> str:
    number = clean(number)
    is_sip = number.lower().startswith(("sip:", "sips:"))
    dial.append(verbs.Sip(number, **told) if is_sip else verbs.Number(number, **told))
    return _xml(dial)


def _record(record: Record) -> str:
    return _xml(
        verbs.Record(
            action=_TURN,
            method="POST",
            max_length=min(max(record.at_most, 2), 14_400),  # what Twilio accepts
            timeout=max(record.silence, 1),  # 0 would never end at silence
            finish_on_key="#",
            play_beep=True,
            trim="trim-silence",
            recording_status_callback=_RECORDING,
            recording_status_callback_method="POST",
        )
    )


def _xml(verb: verbs.TwiML) -> str:
    return verb.to_xml(xml_declaration=False)  # type: ignore[no-any-return]
