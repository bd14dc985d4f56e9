"""Every request that we can make is one that Twilio's own description of its REST interface allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ivr.channels.twilio.admin.errors import RequestRejected
from ivr.channels.twilio.admin.provisioning import CannotConnect, call, connect, webhook_settings
from ivr.channels.twilio.admin.rest import TwilioRest
from ivr.channels.twilio.admin.verify import Verify
from ivr.messaging.carrier import MessageRefused

HERS = "+8613800138000"
PUBLIC = "https://ivr.example.com"
PN = "PN" + "3" * 32
VERIFY = "VA" + "2" * 32
Ask = Callable[[TwilioRest], Any]

REQUESTS: dict[str, Ask] = {
    "a message": lambda rest: rest.send(HERS, "您好", report_url=f"{PUBLIC}/messages/7/status"),
    "a message without reports": lambda rest: rest.send(HERS, "hello"),
    "the longest message": lambda rest: rest.send(HERS, "长" * 1600),
    "a call": lambda rest: call(rest, HERS, PUBLIC),
    "the account": lambda rest: rest.account(),
    "all numbers": lambda rest: rest.numbers(),
    "one number": lambda rest: rest.numbers("+14155550100", most=1),
    "connecting a number": lambda rest: rest.configure(PN, webhook_settings(PUBLIC)),
    "a code in Chinese": lambda rest: Verify(rest, VERIFY).send(HERS, "zh-CN"),
    "a code in English": lambda rest: Verify(rest, VERIFY).send(HERS, "en-US"),
    "checking a code": lambda rest: Verify(rest, VERIFY).right(HERS, "246810"),
    "facts of a number": lambda rest: rest.look_up(HERS),
}
WRONG: dict[str, Ask] = {
    "no such method": lambda rest: rest.configure(PN, {**webhook_settings(PUBLIC), "voice_method": "PATCH"}),
    "no such number": lambda rest: rest.configure("PN1", webhook_settings(PUBLIC)),
    "no such service": lambda rest: rest.start_verification("VA1", HERS, "zh"),
    "no URL": lambda rest: rest.call(
        HERS, {**webhook_settings(PUBLIC), "voice_url": "here"}, ring_seconds=40
    ),
    "no number of seconds": lambda rest: rest.call(HERS, webhook_settings(PUBLIC), ring_seconds="soon"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("ask", REQUESTS.values(), ids=REQUESTS.keys())
def test_twilio_would_take_it(rest: TwilioRest, ask: Ask) -> None:
    """Prism refuses whatever the description does not allow."""
    ask(rest)


@pytest.mark.parametrize("ask", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_request_is_refused(rest: TwilioRest, ask: Ask) -> None:
    """Else the test above would mean nothing."""
    with pytest.raises(RequestRejected) as raised:
        ask(rest)
    assert raised.value.status == 422


def test_a_wrong_message_is_refused(rest: TwilioRest) -> None:
    """As everything that Twilio will never take."""
    with pytest.raises(MessageRefused):
        rest.send(HERS, "hello", report_url="here")


def test_twilio_takes_more_than_it_describes(rest: TwilioRest) -> None:
    """An empty value takes a number away from its application; the description has none, but Twilio's users do it.

    It is the one such request of ours. What came of it is looked at, therefore: see ``connect``.
    """
    with pytest.raises(RequestRejected):
        rest.configure(PN, {"voice_application_sid": ""})


def test_the_answers_are_understood(rest: TwilioRest) -> None:
    """They are Twilio's own examples."""
    assert rest.send(HERS, "hello").startswith("SM")
    assert call(rest, HERS, PUBLIC).startswith("CA")
    assert rest.account().status == "active"
    (own,) = rest.numbers(most=1)
    assert own.sid.startswith("PN")
    assert own.number.startswith("+")
    assert own.voice
    assert Verify(rest, VERIFY).right(HERS, "246810")
    assert rest.look_up(HERS).country


def test_a_number_is_connected(rest: TwilioRest) -> None:
    """All of it is asked for, with the number of Twilio's example. Prism remembers nothing, and that is told."""
    (own,) = rest.numbers(most=1)
    with pytest.raises(CannotConnect, match="Twilio did not take the settings"):
        connect(rest, own.number, PUBLIC, take_over=True)
