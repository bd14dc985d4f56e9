"""A human: when a desk is rung, what follows when nobody can take the call, and that there is no circle."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ivr.engine.commands import Say
from ivr.engine.events import InternalError
from ivr.engine.session import Session
from ivr.engine.step import step
from tests.support.engine_call import MONDAY_MORNING, Call, tree_of

TREE = tree_of(
    """
    main:
      say: Menu.
      menu:
        "1": {for: a person, go: agent}
        "2": {for: security, go: security}
        "3": {for: the end, go: bye}
    security: {say: To security., transfer: security, urgent: true, reason: "{{ topic }}"}
    urgent: {transfer: service, reason: second desk}
    closed: {say: We are closed., then: voicemail}
    voicemail: {say: After the beep., record: voicemail, then: main, nothing: main}
    busy: {say: All are talking., then: main}
    nobody: {say: Nobody answers., then: main}
    broken: {say: The line is down., then: main}
    """,
    "variables: {topic: an odd payment}",
    desks="""
    desks:
      service:
        number: "+8657100000001"
        hours: {mon-fri: 08:30-21:00, sat: 09:00-12:00}
        closed_on: ["2026-12-01"]
        holidays: CN
        ring: 25
        closed: closed
        busy: busy
        no_answer: nobody
        failed: broken
      security: {number: "sip:desk@example.com", busy: urgent, no_answer: urgent, failed: urgent}
    """,
    without={"sorry"},
)


def ring(at: str = "2026-11-23T10:00") -> Call:
    """Ring at this time in Shanghai."""
    return Call(TREE, at=datetime.fromisoformat(at).replace(tzinfo=ZoneInfo("Asia/Shanghai")))


def test_a_transfer_says_what_happens_and_names_the_desk() -> None:
    """The words come before the ringing, and no key cuts them short; the desk's number and ring time are the tree's."""
    call = ring().press("1").hears("Connecting.")
    assert [each.barge_in for each in call.commands if isinstance(each, Say)] == [False]
    assert (call.transfer.desk, call.transfer.number, call.transfer.ring_seconds) == (
        "service",
        "+8657100000001",
        25,
    )
    assert not call.transfer.urgent


def test_a_conversation_ends_the_call() -> None:
    """After the human there is nothing left to do."""
    assert ring().press("1").desk("answered").ending == "transferred"


@pytest.mark.parametrize(
    ("result", "heard"),
    [
        ("busy", "All are talking."),
        ("no_answer", "Nobody answers."),
        ("failed", "The line is down."),
        ("strange", "The line is down."),
    ],
)
def test_a_desk_that_does_not_answer_has_a_node_for_it(result: str, heard: str) -> None:
    """Busy, unanswered and broken lead to nodes of their own; what nobody foresaw is broken."""
    assert ring().press("1").desk(result).heard[0] == heard


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-11-23T08:30", True),  # Monday, the first minute
        ("2026-11-23T08:29", False),
        ("2026-11-23T21:00", False),  # the last one is outside
        ("2026-11-23T20:59", True),
        ("2026-11-28T11:59", True),  # Saturday
        ("2026-11-28T12:00", False),
        ("2026-11-29T10:00", False),  # Sunday
        ("2026-12-01T10:00", False),  # closed on that day
        ("2026-10-01T10:00", False),  # National Day
        ("2026-10-10T20:00", True),  # a Saturday that is worked instead, as on a Monday
    ],
)
def test_a_desk_has_hours(at: str, is_open: bool) -> None:  # noqa: FBT001
    """Hours by weekday, days off, public holidays, and the weekend days that are worked instead of them."""
    call = ring(at).press("1")
    assert call.heard == (["Connecting."] if is_open else ["We are closed.", "After the beep."])


def test_the_hours_are_those_of_the_hotline_s_time_zone() -> None:
    """Half past midnight in UTC is half past eight in Shanghai."""
    assert Call(TREE, at=datetime(2026, 11, 23, 0, 30, tzinfo=UTC)).press("1").heard == ["Connecting."]


def test_nobody_is_told_of_a_transfer_to_a_closed_desk() -> None:
    """The words of the transfer are not said when the desk is closed."""
    assert "Connecting." not in ring("2026-11-29T10:00").press("1").heard


def test_urgency_and_reason_go_to_the_human() -> None:
    """Why, in words, with what the call knows."""
    transfer = ring().press("2").transfer
    assert (transfer.number, transfer.urgent, transfer.reason) == (
        "sip:desk@example.com",
        True,
        "an odd payment",
    )


def test_an_urgent_call_stays_urgent_at_the_next_desk() -> None:
    """The desk behind the first one learns that it is urgent, and its own reason."""
    transfer = ring().press("2").desk("no_answer").transfer
    assert (transfer.desk, transfer.urgent, transfer.reason) == ("service", True, "second desk")


def test_why_a_human_was_sought_is_kept_although_the_desk_is_closed() -> None:
    """The record tells of an urgent caller whom nobody could take."""
    session = ring("2026-11-29T10:00").press("2").desk("busy").session
    assert (session.urgent, session.reason) == (True, "second desk")


@pytest.mark.parametrize("at", ["2026-11-23T10:00", "2026-11-29T10:00"])
def test_giving_up_after_a_human_was_sought_in_vain_is_no_circle(at: str) -> None:
    """Nobody answered, or the desk was closed: silence afterwards ends the call politely."""
    call = ring(at).press("1")
    call = call.desk("no_answer") if call.session.node == "agent" else call.record(0)
    call.silence().silence().silence().hears("Farewell.")
    assert call.ending == "farewell"


def test_a_caller_may_ask_for_the_human_again() -> None:
    """Only giving up is cut short: a caller who presses 0 once more is connected once more."""
    assert ring().press("1").desk("busy").press("0").transfer.desk == "service"


def test_trouble_is_an_apology_and_a_human() -> None:
    """When our own machinery fails the caller hears so, and is connected."""
    ring().trouble().hears("Trouble.", "Connecting.")


def test_trouble_after_a_human_was_sought_in_vain_ends_politely() -> None:
    """There is nobody left to connect him with."""
    assert ring().press("1").desk("failed").trouble().ending == "farewell"


def test_trouble_can_strike_before_the_first_node() -> None:
    """The variables and the language that every call begins with are there."""
    tree = tree_of(
        'main: {say: Menu., menu: {"1": {for: the end, go: bye}}}\nagent: {transfer: service, reason: "{{ topic }}"}',
        "variables: {topic: unknown}",
    )
    session, commands = step(
        tree, Session("CA1", tree.version, MONDAY_MORNING), InternalError(MONDAY_MORNING)
    )
    assert session.reason == "unknown"
    assert session.language == "en-US"
    assert len(commands) == 2
