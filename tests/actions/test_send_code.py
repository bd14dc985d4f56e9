"""Sending a one-time code to the number on file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from ivr.actions.base import ActionResult
from ivr.menu.language.contract import Level
from ivr.menu.language.hotline import MessageLimits
from tests.support.action_caller import NOW, STRANGER, Caller, moment, number, wrong
from tests.support.codes import Broken, Others, served_by


def test_a_code_goes_to_the_number_on_file(caller: Caller) -> None:
    """The message alone tells the code, and is of no use after five minutes; the call hears for how long it is good."""
    caller.proves_tail()
    sent = caller.asks_code()
    assert re.fullmatch("[0-9]{6}", sent.secrets["code"])
    assert sent == ActionResult(
        "sent",
        {"code_minutes": 5},
        text_to=number("8000"),
        secrets={"code": sent.secrets["code"]},
        expires=moment(NOW) + timedelta(minutes=5),
    )


@pytest.mark.parametrize("calls_from", [STRANGER, "8001", ""])
def test_from_another_telephone_it_goes_to_the_number_on_file_too(caller: Caller, calls_from: str) -> None:
    """Whoever calls does not get it unless he holds that telephone as well."""
    caller.proves_tail(calls_from=calls_from)
    assert caller.asks_code(calls_from=calls_from).text_to == number("8000")


def test_codes_are_six_digits_and_differ(caller: Caller) -> None:
    """Noughts in front are part of a code: of a hundred codes some begin with one."""
    generous = replace(caller, rate_limits=MessageLimits(per_number=1000, per_caller=1000, elsewhere=1000))
    phones = ("8000", "8001", "8002", "8003", "8004", "8005", "8006", "+12025550142")
    codes = [
        generous.gets_code(phone, call=f"CA{day}-{phone}-{n}", at=f"2026-11-{day}T10:00")
        for day in (10, 11, 12)
        for phone in phones
        for n in range(5)
    ]
    assert all(re.fullmatch("[0-9]{6}", code) for code in codes)
    assert any(code.startswith("0") for code in codes)
    assert len(set(codes)) > 110


def test_the_ledger_does_not_hold_the_code(caller: Caller) -> None:
    """What is kept of it is a digest, and one that our key goes into: nobody can find it by trying all codes."""
    code = caller.gets_code()
    seal = caller.services.seal
    ((kept,),) = caller.services.attempts._connection.execute("SELECT digest FROM ledger_codes")
    assert kept == seal.digest("code", number("8000"), "CA1", code)
    assert code not in "\n".join(caller.services.attempts._connection.iterdump())


# --- who may have one sent


def refused(caller: Caller, **how: str) -> bool:
    """Ask for a code, and say whether that was refused because the tail has not been proved."""
    with capture_logs() as logs:
        finished = caller.asks_code(**how)
    return finished == ActionResult("unavailable") and [log["error"] for log in logs] == ["TailNotProved"]


def test_no_code_before_the_tail_was_right(caller: Caller) -> None:
    """Else anybody could have a stranger pestered, and learn whether he is a customer."""
    assert refused(caller)
    caller.tries_tail("9999")
    assert refused(caller)
    caller.proves_tail()
    assert not refused(caller)


def test_a_tail_that_was_right_in_another_call_is_no_proof(caller: Caller) -> None:
    """Not even from the same telephone; nor in a call whose name begins like this one's."""
    caller.proves_tail(call="CA12")
    assert refused(caller, call="CA2")
    assert refused(caller, call="CA1")


def test_the_tail_of_another_account_is_no_proof(caller: Caller) -> None:
    """Who has proved his own account cannot have codes sent to others."""
    caller.proves_tail("8000")
    assert refused(caller, phone="8001", calls_from="8000")


@pytest.mark.parametrize(
    ("phone", "reason"), [("8007", "frozen"), ("8008", "sim_changed"), ("8009", "unreachable")]
)
def test_no_code_where_it_would_prove_nothing(caller: Caller, phone: str, reason: str) -> None:
    """A frozen account, a SIM card changed 20 hours ago, a number given up: nothing is sent, nothing used up."""
    once = replace(caller, rate_limits=MessageLimits(per_number=0))
    once.proves_tail(phone)
    assert once.asks_code(phone) == ActionResult(reason)


@pytest.mark.parametrize("phone", ["8007", "8008", "8009"])
def test_the_reason_is_not_told_before_the_tail_was_right(caller: Caller, phone: str) -> None:
    """A stranger does not learn how it stands with an account."""
    assert refused(caller, phone=phone, calls_from=STRANGER)


@pytest.mark.parametrize(("hours", "outcome"), [(0, "sim_changed"), (71, "sim_changed"), (72, "sent")])
def test_a_sim_card_is_trusted_after_three_days(
    caller_where: Callable[[str, str], Caller], hours: int, outcome: str
) -> None:
    """72 hours, and not one less."""
    caller = caller_where("sim_changed_hours_ago: 20", f"sim_changed_hours_ago: {hours}")
    caller.proves_tail("8008")
    assert caller.asks_code("8008").outcome == outcome


# --- how many


def outcomes(caller: Caller, times: int, **how: str) -> list[str]:
    """Ask for so many codes."""
    return [caller.asks_code(**how).outcome for _ in range(times)]


def test_a_call_gets_three_codes(caller: Caller) -> None:
    """The one that was refused does not kill the last one that was sent."""
    caller.proves_tail()
    codes = [caller.asks_code().secrets["code"] for _ in range(3)]
    assert caller.asks_code() == ActionResult("rationed")
    assert caller.tries_code(codes[-1]) == "ok"


def test_an_account_gets_six_codes_within_three_hours(caller: Caller) -> None:
    """Whichever telephones they are asked from, in however many calls."""
    asked = []
    for n, phone in enumerate(("8000", STRANGER, "")):
        caller.proves_tail(calls_from=phone, call=f"CA{n}")
        asked += outcomes(caller, 3, calls_from=phone, call=f"CA{n}")
    assert asked == ["sent"] * 6 + ["rationed"] * 3
    caller.proves_tail(call="CA9")
    assert outcomes(caller, 1, call="CA9", at="2026-11-22T12:59") == ["rationed"]
    assert outcomes(caller, 1, call="CA9", at="2026-11-22T13:00") == ["sent"]


def test_other_accounts_have_their_own_codes(caller: Caller) -> None:
    """One account that is used up takes nothing from the next."""
    for n in range(2):
        caller.proves_tail(call=f"CA{n}")
        outcomes(caller, 3, call=f"CA{n}")
    caller.proves_tail("8001", call="CA9")
    assert outcomes(caller, 1, phone="8001", call="CA9") == ["sent"]


@pytest.mark.parametrize(
    "rate_limits",
    [
        MessageLimits(per_number=1),
        MessageLimits(per_caller=1),
        MessageLimits(countries={"CN": 1}),
        MessageLimits(elsewhere=1),
    ],
)
def test_a_code_is_a_message_of_the_hotline_too(caller: Caller, rate_limits: MessageLimits) -> None:
    """Each of the hotline's bounds holds for codes."""
    bounded = replace(caller, rate_limits=rate_limits)
    bounded.proves_tail()
    assert outcomes(bounded, 2) == ["sent", "rationed"]


def test_a_webhook_that_arrives_twice_takes_one_ration(caller: Caller) -> None:
    """The same key again is the same code of the three."""
    caller.proves_tail()
    for _ in range(5):
        assert caller.asks_code(key="CA1/9/1").outcome == "sent"
    assert outcomes(caller, 3) == ["sent", "sent", "rationed"]


def test_while_codes_are_locked_none_is_sent(caller: Caller) -> None:
    """The caller hears for how long; a lock that begins in the call counts as well."""
    code = caller.gets_code()
    for _ in range(3):
        caller.tries_code(wrong(code))
    assert caller.asks_code(at="2026-11-22T10:01") == ActionResult("locked", {"minutes_left": 179})
    assert caller.asks_code(at="2026-11-22T13:00").outcome == "sent"


def test_a_caller_who_guessed_at_others_codes_gets_none(caller: Caller) -> None:
    """His telephone is locked for every account but its own; theirs are open from other telephones."""
    caller.proves_tail("8004", calls_from="8000")
    for phone in ("8001", "8002", "8003"):
        caller.tries_code(wrong(caller.gets_code(phone, calls_from="8000")), phone, calls_from="8000")
    assert caller.asks_code("8004", calls_from="8000").outcome == "locked"
    caller.proves_tail("8000", call="CA2")
    assert caller.asks_code("8000", call="CA2").outcome == "sent"
    caller.proves_tail("8004", calls_from=STRANGER, call="CA3")
    assert caller.asks_code("8004", calls_from=STRANGER, call="CA3").outcome == "sent"


# --- codes of somebody else


def test_somebody_else_may_send_the_codes(caller: Caller) -> None:
    """He gets the number on file and the language of the call; we make no code, and keep only that one was sent."""
    others = Others()
    served = served_by(caller, others)
    served.proves_tail(calls_from=STRANGER)
    assert served.ask(
        "send_code", calls_from=STRANGER, language="en-US", level=Level.matched
    ) == ActionResult("sent", {"code_minutes": 5})
    assert others.sent == [(number("8000"), "en-US")]
    attempts, at = served.services.attempts, moment(NOW)
    assert attempts.code_of(number("8000"), "CA1", at=at + timedelta(minutes=4))
    assert not attempts.code_of(number("8000"), "CA1", at=at + timedelta(minutes=5))
    assert not attempts.code_of(number("8000"), "CA2", at=at)


def test_codes_of_somebody_else_are_bounded_too(caller: Caller) -> None:
    """Tail, ration, SIM card and lock come first, whoever sends."""
    others = Others(code="271828")
    served = served_by(caller, others)
    assert refused(served)
    for phone in ("8007", "8008", "8009"):
        served.proves_tail(phone)
        served.asks_code(phone)
    assert others.sent == []
    served.proves_tail()
    assert outcomes(served, 4) == ["sent", "sent", "sent", "rationed"]
    for _ in range(3):
        served.tries_code("314159")
    assert outcomes(served, 1) == ["locked"]
    assert len(others.sent) == 3


def test_somebody_else_who_does_not_answer_is_unavailable(caller: Caller) -> None:
    """The caller is not told that a code is on its way when it is not."""
    served = served_by(caller, Broken())
    served.proves_tail()
    assert served.asks_code() == ActionResult("unavailable")
