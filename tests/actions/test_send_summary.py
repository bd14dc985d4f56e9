"""Sending what was told and done in the call."""

from __future__ import annotations

from dataclasses import replace

from ivr.actions.base import ActionResult
from ivr.menu.language.contract import Level
from ivr.menu.language.hotline import MessageLimits
from tests.support.action_caller import STRANGER, Caller, number


def send(
    caller: Caller, *, calls_from: str, level: Level = Level.known, summary: str = "快速转出已到上限。"
) -> ActionResult:
    """Ask for the notes in a call about a customer's account."""
    return caller.ask("send_summary", calls_from=calls_from, level=level, summary=summary)


def test_the_notes_go_to_the_telephone_that_calls(caller: Caller) -> None:
    """A stranger's notes are not sent to the account that he only claims."""
    assert send(caller, calls_from=STRANGER) == ActionResult("sent", text_to=STRANGER)


def test_to_who_has_proved_himself_they_go_to_the_number_on_file(caller: Caller) -> None:
    """They may tell of his money: no other telephone gets them."""
    for calls_from in (STRANGER, ""):
        sent = send(caller, calls_from=calls_from, level=Level.confirmed, summary=f"您从{calls_from}打来。")
        assert sent == ActionResult("sent", text_to=number("8000"))


def test_no_notes_are_no_message(caller: Caller) -> None:
    """It is said rather than sent, and nothing is used up; that is told also where there would be no number."""
    once = replace(caller, rate_limits=MessageLimits(per_caller=1))
    assert send(once, calls_from=STRANGER, summary="") == ActionResult("nothing")
    assert send(once, calls_from="", summary="") == ActionResult("nothing")
    assert send(once, calls_from=STRANGER).outcome == "sent"


def test_without_a_number_there_is_nowhere_to_send_them(caller: Caller) -> None:
    """A caller who withholds his number and has proved nothing."""
    assert send(caller, calls_from="") == ActionResult("no_number")


def test_they_are_rationed(caller: Caller) -> None:
    """Like every message."""
    once = replace(caller, rate_limits=MessageLimits(per_caller=1))
    outcomes = [send(once, calls_from=STRANGER, summary=str(n)).outcome for n in range(2)]
    assert outcomes == ["sent", "rationed"]


def test_notes_that_could_not_be_sent_are_not_taken_for_sent(caller: Caller) -> None:
    """Whoever asks again hears the truth, and gets them as soon as a message may be sent."""
    none = replace(caller, rate_limits=MessageLimits(per_caller=0))
    assert [send(none, calls_from=STRANGER).outcome for _ in range(2)] == ["rationed", "rationed"]
    assert send(caller, calls_from=STRANGER) == ActionResult("sent", text_to=STRANGER)


def test_a_run_that_is_repeated_has_the_same_end(caller: Caller) -> None:
    """The server may have died before it kept the message."""
    sent = [
        caller.ask("send_summary", calls_from=STRANGER, level=Level.known, summary="一笔。", key="CA1/7/1")
        for _ in range(2)
    ]
    assert sent == [ActionResult("sent", text_to=STRANGER)] * 2


def test_the_same_notes_are_sent_once_in_a_call(caller: Caller) -> None:
    """Who asks again has them already: nothing is used up, and no code is refused him for it."""
    again = [send(caller, calls_from=STRANGER) for _ in range(3)]
    assert [(each.outcome, each.text_to) for each in again] == [
        ("sent", STRANGER),
        ("sent", ""),
        ("sent", ""),
    ]
