"""The limits of the whole hotline: what meets them, who has a share of their own, and what the log says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from ivr.actions.base import Services
from ivr.config import HotlineLimits
from ivr.logs import Alarms
from ivr.menu.language.contract import Level
from ivr.menu.language.hotline import MessageLimits
from tests.support.action_caller import STRANGER, TAILS, Caller, number, wrong

PHONES = ("8000", "8001", "8002", "8003", "8004", "8005")


@pytest.fixture
def log() -> Iterator[list[Any]]:
    """Give what is logged."""
    with capture_logs() as logged:
        yield logged


def with_limits(caller: Caller, **limits: int) -> Caller:
    """Return a caller of a hotline with these limits, and nobody's alarms counted yet."""
    services: Services = replace(caller.services, limits=HotlineLimits(**limits), alarms=Alarms())
    return replace(caller, services=services)


def alarms(log: list[Any]) -> list[tuple[str, str]]:
    """Return the kinds and scopes of the alarms, in the order of the first of each."""
    return list(dict.fromkeys((each["kind"], each["scope"]) for each in log if each["event"] == "alarm"))


def wrong_tails(caller: Caller, *phones: str, calls_from: str | None = None) -> list[str]:
    """Try a wrong tail for each of these accounts, each in a call of its own, from its telephone or from another one."""
    return [
        caller.tries_tail(
            "9999", phone, calls_from=phone if calls_from is None else calls_from, call=f"CA{n}"
        )
        for n, phone in enumerate(phones)
    ]


# --- tries


def test_too_many_wrong_tails_lead_to_a_human(caller: Caller, log: list[Any]) -> None:
    """Over all accounts; then nobody guesses on, and a customer who is right goes to the human, too."""
    caller = with_limits(caller, wrong_tries_per_hour=40)
    assert wrong_tails(caller, "8000", "8001", "8002") == ["mismatch", "mismatch", "unavailable"]
    assert caller.tries_tail(TAILS["8003"], "8003", call="CB") == "unavailable"
    assert ("bound", "wrong tries:calling number") in alarms(log)
    assert caller.tries_tail(TAILS["8003"], "8003", call="CC", at="2026-11-22T10:01") == "ok"


def test_whoever_types_numbers_uses_up_no_try_of_those_who_call_from_theirs(caller: Caller) -> None:
    """Typing numbers needs no forged one, so that it is what strangers do most."""
    caller = with_limits(caller, wrong_tries_per_hour=20)
    assert wrong_tails(caller, "8000", "8001", calls_from="") == ["mismatch", "unavailable"]
    assert caller.tries_tail(TAILS["8002"], "8002", call="CB") == "ok"
    assert caller.tries_tail(TAILS["8003"], "8003", calls_from=STRANGER, call="CC") == "unavailable"


def test_a_thousand_forged_numbers_without_an_account_use_up_no_try(caller: Caller) -> None:
    """They hear what everybody hears, while there are tries and when there are none."""
    caller = with_limits(caller, wrong_tries_per_hour=20)
    strangers = [f"+861390013{n:04}" for n in range(300)]
    assert set(wrong_tails(caller, *strangers)) == {"mismatch"}
    assert wrong_tails(caller, "8000", "8001", *strangers[:2]) == ["mismatch", *["unavailable"] * 3]


def test_right_tails_use_no_try_up(caller: Caller) -> None:
    """However many customers call."""
    caller = with_limits(caller, wrong_tries_per_hour=1)
    assert [caller.tries_tail(TAILS[phone], phone, call=f"CA{phone}") for phone in PHONES] == ["ok"] * 6


def test_codes_are_tried_although_all_tails_are_used_up(caller: Caller) -> None:
    """Whoever has proved the tail is no stranger any more."""
    caller = with_limits(caller, wrong_tries_per_hour=20)
    code = caller.gets_code(call="CB")
    assert wrong_tails(caller, "8001", "8002") == ["mismatch", "unavailable"]
    assert caller.tries_code(wrong(code), call="CB") == "mismatch"
    assert caller.tries_code(code, call="CB", at="2026-11-22T10:01") == "ok"


def test_withheld_tails_use_up_no_withheld_codes(caller: Caller) -> None:
    """Strangers without a number share a limit; a customer without one, whose tail was right, does not."""
    code = caller.gets_code(calls_from="", call="CB")
    for n in range(500):
        caller.tries_tail("9999", f"+861390013{n:04}", calls_from="", call=f"CA{n}")
    assert caller.tries_tail("9999", STRANGER, calls_from="", call="CC") == "locked"
    assert caller.tries_code(code, calls_from="", call="CB") == "ok"


# --- messages


def texts(caller: Caller, *to: str, **how: Any) -> list[str]:
    """Have a message sent to each of these numbers by a stranger who calls from there."""
    return [
        caller.ask(
            "send_text", "", calls_from=each, level=Level.unknown, to=number(each), call=f"CT{each}", **how
        ).outcome
        for each in to
    ]


def test_fifty_texts_to_forged_numbers_of_a_country_leave_its_customers_their_codes(
    caller: Caller, log: list[Any]
) -> None:
    """A customer with a number of that country, who has proved the tail, has messages that no stranger can use up."""
    caller = replace(with_limits(caller), rate_limits=MessageLimits(elsewhere=50, countries={"CN": 100}))
    strangers = [f"+120255501{n:02}" for n in range(42)] + [f"+120255511{n:02}" for n in range(60)]
    outcomes = texts(caller, *strangers)
    assert (outcomes.count("sent"), outcomes.count("rationed")) == (50, 52)
    assert alarms(log) == [("bound", "text-country")]
    code = caller.gets_code("+12025550142", call="CB")
    assert caller.tries_code(code, "+12025550142", call="CB") == "ok"


def test_texts_to_a_customer_s_forged_number_leave_that_customer_a_code(caller: Caller) -> None:
    """Ten help pages a day for the number, whoever forges it; the code comes all the same."""
    for n in range(12):
        caller.ask("send_text", "", calls_from="8000", level=Level.unknown, to=number("8000"), call=f"CA{n}")
    assert texts(caller, "8000") == ["rationed"]
    caller.gets_code(call="CB")


def test_strangers_messages_of_an_hour_are_bounded(caller: Caller, log: list[Any]) -> None:
    """Beyond that the message cannot be sent now; that of a customer is."""
    caller = with_limits(caller, texts_per_hour=40)
    assert texts(caller, "8001", "8002", "8003") == ["sent", "sent", "unavailable"]
    assert ("bound", "texts:unproved") in alarms(log)
    caller.gets_code(call="CB")


def test_codes_of_an_hour_are_bounded(caller: Caller, log: list[Any]) -> None:
    """Beyond that a human checks who is calling."""
    caller = with_limits(caller, codes_per_hour=40)
    for phone in ("8000", "8001"):
        caller.gets_code(phone, call=f"CA{phone}")
    caller.proves_tail("8002", call="CB")
    assert caller.asks_code("8002", call="CB").outcome == "unavailable"
    assert ("bound", "codes:proved") in alarms(log)
    assert caller.asks_code("8002", call="CB", at="2026-11-22T10:01").outcome == "sent"


def test_one_call_has_ten_messages_whatever_it_proves_meanwhile(caller: Caller) -> None:
    """Nobody doubles the messages of a call by proving something in it."""
    caller = replace(caller, rate_limits=MessageLimits(per_number=2))
    sent = [
        caller.ask("send_text", "8000", level=level, to=number("8000")).outcome
        for level in (Level.known, Level.verified, Level.verified)
    ]
    assert sent == ["sent", "sent", "rationed"]


# --- what the log says


def test_a_wrong_tail_a_wrong_code_and_a_lock_are_alarms(caller: Caller, log: list[Any]) -> None:
    """Each kind is logged with the call, and with masked numbers."""
    caller = with_limits(caller)
    code = caller.gets_code(call="CA1")
    caller.tries_code(wrong(code), call="CA1")
    for n in range(3):
        caller.tries_tail("9999", calls_from=STRANGER, call=f"CB{n}")
    caller.tries_tail("9999", calls_from=STRANGER, call="CB9")
    assert alarms(log) == [("wrong_code", "proved"), ("wrong_tail", "other number"), ("lock", "tail")]
    assert {each["log_level"] for each in log if each["event"] == "alarm"} == {"warning"}
    assert not any(number("8000") in str(each) or STRANGER in str(each) for each in log)


@pytest.mark.parametrize("action", ["verify_identity", "send_code", "check_code"])
def test_whoever_meets_a_lock_of_codes_is_an_alarm(caller: Caller, log: list[Any], action: str) -> None:
    """Whatever they try while it lasts."""
    caller = with_limits(caller)
    code = caller.gets_code(call="CA1")
    for _ in range(3):
        caller.tries_code(wrong(code), call="CA1")
    caller = with_limits(caller)
    log.clear()
    inputs = {"verify_identity": {"id_tail": "9999"}, "check_code": {"typed_code": code}}.get(action, {})
    assert caller.ask(action, level=Level.matched, call="CA1", **inputs).outcome == "locked"
    assert alarms(log) == [("lock", "code")]


def test_the_same_summary_twice_is_no_alarm(caller: Caller, log: list[Any]) -> None:
    """A caller who asks again for the same message attacks nobody."""
    caller = with_limits(caller)
    asked = [caller.ask("send_summary", summary="Your limit is 10,000 yuan.").outcome for _ in range(3)]
    assert asked == ["sent"] * 3
    assert alarms(log) == []


def test_a_meeting_of_the_limit_is_no_failure_in_the_log(caller: Caller, log: list[Any]) -> None:
    """It is an alarm, and no line says that an action failed."""
    caller = with_limits(caller, wrong_tries_per_hour=1)
    wrong_tails(caller, "8000", "8001")
    assert not [each for each in log if each["event"] == "action failed"]
