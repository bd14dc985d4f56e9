"""What Twilio posted, as facts of a call: who calls, and the event that happened. No form makes it raise.

Every field is optional here, whatever the documentation promises. ``Digits`` is absent after an HTTP redirect and
empty after some silences. A withheld number arrives as a word, a fake number or nothing.

Source: Twilio's documentation of its voice requests, and requests of live calls.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from ivr.engine import events

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_WITHHELD = frozenset({"+266696687", "+2562533", "+7748283", "+7378742833", "+8656696", "+86282452253"})
"""ANONYMOUS, BLOCKED, PRIVATE, RESTRICTED, UNKNOWN and UNAVAILABLE, spelt on the keys of a telephone."""
_KEYS = re.compile(r"[0-9*#A-D]{1,64}")
_FINISHING_KEYS = frozenset("0123456789*#")
_LONGEST_SPEECH = 500
OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""The states of a call that is over."""


def caller_number(form: Mapping[str, str]) -> str:
    """Return the caller's number in E.164; empty if it is withheld, or is no telephone number.

    If we rang the caller, theirs is the number that was called.
    """
    return _number(form, "To" if _outbound(form) else "From")


def called_number(form: Mapping[str, str]) -> str:
    """Return the hotline's own number in E.164, or empty."""
    return _number(form, "From" if _outbound(form) else "To")


def event_from(form: Mapping[str, str], at: datetime) -> events.Event:
    """Return the event that a request to an action URL reports.

    The first of these that applies:

    1. a recording: it ended, even if the caller hung up to end it;
    2. a conversation with a human, whoever hung up first. Only ``DialBridged`` proves one: a voicemail box and a
       declined screening are ``completed`` too;
    3. a call that is over: the caller hung up, whatever else the request has, such as an empty recording;
    4. an empty recording;
    5. the end of any other ``<Dial>``;
    6. keys, even beside speech;
    7. speech;
    8. silence.
    """
    recording = None
    if "DialCallStatus" not in form and ("RecordingUrl" in form or "RecordingDuration" in form):
        recording = events.RecordingEnded(at, form.get("RecordingUrl", "").strip(), _seconds(form))
        if recording.url and recording.seconds:
            return recording
    result = _transfer_result(form) if "DialCallStatus" in form else ""
    if result == "answered":
        return events.TransferEnded(at, result)
    if form.get("CallStatus") in OVER or form.get("Digits") == "hangup":
        return events.CallerHungUp(at)
    if recording:
        return recording
    if result:
        return events.TransferEnded(at, result)
    if _KEYS.fullmatch(digits := form.get("Digits", "").strip()):
        # Undocumented: where it is not sent, the entry counts as ended.
        finished_by = form.get("FinishedOnKey", "#")
        return events.DigitsPressed(at, digits, finished_by if finished_by in _FINISHING_KEYS else "")
    if speech := form.get("SpeechResult", "").strip()[:_LONGEST_SPEECH]:
        return events.SpeechHeard(at, speech)
    return events.NoInput(at)


def _outbound(form: Mapping[str, str]) -> bool:
    return form.get("Direction", "").startswith("outbound")


def _number(form: Mapping[str, str], field: str) -> str:
    number = form.get(field, "").strip()
    return number if _E164.fullmatch(number) and number not in _WITHHELD else ""


def _transfer_result(form: Mapping[str, str]) -> str:
    match form["DialCallStatus"]:
        case "completed" | "answered":
            return "answered" if form.get("DialBridged") == "true" else "no_answer"
        case "busy":
            return "busy"
        case "no-answer" | "canceled":
            return "no_answer"
    return "failed"


def _seconds(form: Mapping[str, str]) -> int:
    duration = form.get("RecordingDuration", "").strip()
    return int(duration) if re.fullmatch("[0-9]{1,6}", duration) else 0
