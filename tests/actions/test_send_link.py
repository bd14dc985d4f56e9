"""Sending the address of a help page."""

from __future__ import annotations

from dataclasses import replace

from ivr.actions.base import ActionResult
from ivr.menu.language.contract import Level
from ivr.menu.language.hotline import MessageLimits
from tests.support.action_caller import STRANGER, Caller, number

PAGE = "https://help.example.com/login"


def send(caller: Caller, *, calls_from: str, level: Level = Level.known) -> ActionResult:
    """Ask for a page in a call about a customer's account."""
    return caller.ask("send_link", calls_from=calls_from, level=level, page=PAGE)


def test_the_page_goes_to_the_telephone_that_calls(caller: Caller) -> None:
    """And not to that of the account that the caller only claims."""
    assert send(caller, calls_from=STRANGER) == ActionResult("sent", text_to=STRANGER)


def test_to_who_has_proved_himself_it_goes_to_the_number_on_file(caller: Caller) -> None:
    """Also when he calls from elsewhere, or withholds his number."""
    for calls_from in (STRANGER, ""):
        sent = send(caller, calls_from=calls_from, level=Level.confirmed)
        assert sent == ActionResult("sent", text_to=number("8000"))


def test_without_a_number_there_is_nowhere_to_send_it(caller: Caller) -> None:
    """And nothing is used up."""
    once = replace(caller, rate_limits=MessageLimits(per_number=1))
    assert send(once, calls_from="") == ActionResult("no_number")
    assert send(once, calls_from="8000").outcome == "sent"


def test_it_is_rationed(caller: Caller) -> None:
    """Like every message."""
    once = replace(caller, rate_limits=MessageLimits(per_caller=1))
    assert [send(once, calls_from=STRANGER).outcome for _ in range(2)] == ["sent", "rationed"]
