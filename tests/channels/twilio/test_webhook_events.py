"""What Twilio posts, as facts: tables of forms."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.channels.twilio.webhook_events import called_number, caller_number, event_from
from ivr.engine.events import (
    CallerHungUp,
    DigitsPressed,
    Event,
    NoInput,
    RecordingEnded,
    SpeechHeard,
    TransferEnded,
)

AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
URL = "https://api.twilio.com/2010-04-01/Accounts/AC0/Recordings/RE0"


@pytest.mark.parametrize(
    ("form", "caller"),
    [
        ({"From": "+8613800138000"}, "+8613800138000"),
        ({"From": " +8613800138000 "}, "+8613800138000"),
        ({"From": "+8613800138000", "Direction": "inbound"}, "+8613800138000"),
        ({"From": "+14155550100", "To": "+8613800138000", "Direction": "outbound-api"}, "+8613800138000"),
        ({"From": "+14155550100", "To": "+8613800138000", "Direction": "outbound-dial"}, "+8613800138000"),
        ({"From": "+266696687"}, ""),
        ({"From": "+7378742833"}, ""),
        ({"From": "+2562533"}, ""),
        ({"From": "+8656696"}, ""),
        ({"From": "+7748283"}, ""),
        ({"From": "+86282452253"}, ""),
        ({"From": "anonymous"}, ""),
        ({"From": "Restricted"}, ""),
        ({"From": "unknown"}, ""),
        ({"From": ""}, ""),
        ({"From": "+"}, ""),
        ({"From": "+0"}, ""),
        ({"From": "+1"}, ""),
        ({"From": "+0123456789"}, ""),
        ({"From": "+12345678901234567"}, ""),
        ({"From": "13800138000"}, ""),
        ({"From": " 8613800138000"}, ""),
        ({"From": "+861380013800०"}, ""),
        ({"From": "sip:alice@example.com"}, ""),
        ({"From": "client:alice"}, ""),
        ({}, ""),
    ],
)
def test_pitfall_18_who_calls(form: dict[str, str], caller: str) -> None:
    """The caller is a number of the telephone network, or nobody in particular; we may have rung him."""
    assert caller_number(form) == caller


def test_the_hotlines_number_is_the_other_one() -> None:
    """The called number changes places with the caller's when we rang him."""
    form = {"From": "+14155550100", "To": "+8613800138000"}
    assert called_number(form) == "+8613800138000"
    assert called_number({**form, "Direction": "outbound-api"}) == "+14155550100"
    assert called_number({"To": "sip:hotline@example.com"}) == ""


@pytest.mark.parametrize(
    ("form", "event"),
    [
        # silence: the Redirect after a Gather posts no more than the standard parameters
        ({"CallStatus": "in-progress"}, NoInput(AT)),
        ({"Digits": ""}, NoInput(AT)),
        ({"Digits": " \n"}, NoInput(AT)),
        ({"SpeechResult": " "}, NoInput(AT)),
        # keys; the finishing key is undocumented, and an entry without the field counts as ended
        ({"Digits": "0012", "FinishedOnKey": "#", "msg": "Gather End"}, DigitsPressed(AT, "0012", "#")),
        ({"Digits": "1", "FinishedOnKey": ""}, DigitsPressed(AT, "1")),
        ({"Digits": " 12 "}, DigitsPressed(AT, "12", "#")),
        ({"Digits": "*"}, DigitsPressed(AT, "*", "#")),
        ({"Digits": "1*#D"}, DigitsPressed(AT, "1*#D", "#")),
        ({"Digits": "1", "FinishedOnKey": "timeout"}, DigitsPressed(AT, "1")),
        ({"Digits": "9" * 64}, DigitsPressed(AT, "9" * 64, "#")),
        ({"Digits": "9" * 65}, NoInput(AT)),
        ({"Digits": "1 2"}, NoInput(AT)),
        ({"Digits": "１"}, NoInput(AT)),
        ({"Digits": "<1>"}, NoInput(AT)),
        # speech
        ({"SpeechResult": "转人工。", "Confidence": "0.9"}, SpeechHeard(AT, "转人工。")),
        ({"SpeechResult": "limits"}, SpeechHeard(AT, "limits")),
        ({"SpeechResult": "a" * 501}, SpeechHeard(AT, "a" * 500)),
        ({"SpeechResult": "one", "Digits": "1"}, DigitsPressed(AT, "1", "#")),
        ({"SpeechResult": "one", "Digits": ""}, SpeechHeard(AT, "one")),
        # the end of a transfer
        ({"DialCallStatus": "completed", "DialBridged": "true"}, TransferEnded(AT, "answered")),
        ({"DialCallStatus": "answered", "DialBridged": "true"}, TransferEnded(AT, "answered")),
        ({"DialCallStatus": "completed", "DialBridged": "false"}, TransferEnded(AT, "no_answer")),
        ({"DialCallStatus": "completed"}, TransferEnded(AT, "no_answer")),
        ({"DialCallStatus": "busy"}, TransferEnded(AT, "busy")),
        ({"DialCallStatus": "no-answer"}, TransferEnded(AT, "no_answer")),
        ({"DialCallStatus": "canceled"}, TransferEnded(AT, "no_answer")),
        ({"DialCallStatus": "failed"}, TransferEnded(AT, "failed")),
        ({"DialCallStatus": ""}, TransferEnded(AT, "failed")),
        ({"DialCallStatus": "busy", "RecordingUrl": URL}, TransferEnded(AT, "busy")),
        # a recording
        ({"RecordingUrl": URL, "RecordingDuration": "12", "Digits": "#"}, RecordingEnded(AT, URL, 12)),
        ({"RecordingUrl": URL, "RecordingDuration": "3", "Digits": "hangup"}, RecordingEnded(AT, URL, 3)),
        (
            {"RecordingUrl": URL, "RecordingDuration": "3", "CallStatus": "completed"},
            RecordingEnded(AT, URL, 3),
        ),
        ({"RecordingUrl": URL, "RecordingDuration": ""}, RecordingEnded(AT, URL, 0)),
        ({"RecordingDuration": "-1"}, RecordingEnded(AT, "", 0)),
        ({"RecordingUrl": URL, "RecordingDuration": "0", "Digits": "#"}, RecordingEnded(AT, URL, 0)),
        # the caller is gone
        ({"RecordingUrl": URL, "RecordingDuration": "0", "Digits": "hangup"}, CallerHungUp(AT)),
        ({"RecordingDuration": "0", "CallStatus": "completed"}, CallerHungUp(AT)),
        ({"CallStatus": "completed"}, CallerHungUp(AT)),
        ({"CallStatus": "completed", "Digits": "1"}, CallerHungUp(AT)),
        ({"CallStatus": "completed", "DialCallStatus": "no-answer"}, CallerHungUp(AT)),
        ({"CallStatus": "busy"}, CallerHungUp(AT)),
        ({"CallStatus": "failed"}, CallerHungUp(AT)),
        ({"CallStatus": "no-answer"}, CallerHungUp(AT)),
        ({"CallStatus": "canceled"}, CallerHungUp(AT)),
        ({"CallStatus": "in-progress", "Digits": "hangup"}, CallerHungUp(AT)),
    ],
)
def test_what_happened(form: dict[str, str], event: Event) -> None:
    """Each request to an action URL reports one event."""
    assert event_from(form, AT) == event


FIELDS = [
    "CallStatus",
    "Digits",
    "FinishedOnKey",
    "SpeechResult",
    "DialCallStatus",
    "DialBridged",
    "RecordingUrl",
    "RecordingDuration",
    "Direction",
    "From",
    "To",
]


@given(
    st.dictionaries(st.sampled_from(FIELDS), st.text() | st.sampled_from(["completed", "hangup", "9" * 5000]))
)
def test_no_form_raises(form: dict[str, str]) -> None:
    """Whatever is posted is some event, from some caller or from nobody."""
    assert event_from(form, AT).at == AT
    assert caller_number(form) == "" or caller_number(form).startswith("+")
    assert called_number(form) == "" or called_number(form).startswith("+")
