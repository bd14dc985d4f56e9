"""Freezing an account: for the calling number at once, for another one after its tail."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.actions.base import ActionResult
from ivr.actions.message_limits import MOST_TO_OWNER
from ivr.config import HotlineLimits
from ivr.menu.language.contract import Level
from ivr.menu.language.hotline import MessageLimits
from tests.support.action_caller import NOW, STRANGER, Caller, moment, number
from tests.support.bank import accounts_of

NOT_PROVED = ActionResult("not_proved")


def freeze(caller: Caller, phone: str = "8000", *, account: str | None = None, **how: str) -> ActionResult:
    """Freeze this number, in a call that is about its account unless another one is named."""
    about = phone if account is None else account
    return caller.ask("freeze_account", about, level=Level.unknown, number=number(phone), **how)


def test_the_calling_number_is_enough(caller: Caller) -> None:
    """A telephone was lost, and time presses: nothing is asked. He is signed out everywhere, and he alone frozen."""
    assert freeze(caller).outcome == "done"
    assert (caller.account().status, caller.devices()) == ("frozen", 0)
    assert (caller.account("8001").status, caller.devices("8001")) == ("active", 1)


@pytest.mark.parametrize("account", ["", "8001"])
def test_it_is_the_calling_number_whatever_account_the_call_has_reached(caller: Caller, account: str) -> None:
    """None yet, or another one that was typed before: the number is frozen that was asked for, and no other."""
    assert freeze(caller, account=account, calls_from="8000").outcome == "done"
    assert (caller.account().status, caller.account("8001").status) == ("frozen", "active")


@pytest.mark.parametrize("calls_from", [STRANGER, "8001", ""])
def test_a_typed_number_is_frozen_after_its_tail(caller: Caller, calls_from: str) -> None:
    """The right tail of that account, in this call."""
    caller.proves_tail(calls_from=calls_from)
    assert freeze(caller, calls_from=calls_from).outcome == "done"
    assert (caller.account().status, caller.devices()) == ("frozen", 0)
    assert caller.account("8001").status == "active"


@pytest.mark.parametrize("calls_from", [STRANGER, "8001", ""])
def test_a_typed_number_alone_freezes_nothing(caller: Caller, calls_from: str) -> None:
    """Else anybody could freeze anybody; a wrong tail is as good as none."""
    assert freeze(caller, calls_from=calls_from) == NOT_PROVED
    caller.tries_tail("9999", calls_from=calls_from)
    assert freeze(caller, calls_from=calls_from) == NOT_PROVED
    assert (caller.account().status, caller.devices()) == ("active", 1)


@pytest.mark.parametrize(("account", "calls_from"), [("8001", "8001"), ("8001", STRANGER), ("", STRANGER)])
def test_the_tail_of_another_account_freezes_nothing(caller: Caller, account: str, calls_from: str) -> None:
    """Who has proved his own account cannot have another number frozen with it."""
    caller.proves_tail("8001", calls_from=calls_from)
    assert freeze(caller, "8000", account=account, calls_from=calls_from) == NOT_PROVED
    assert caller.account().status == "active"


def test_the_tail_of_an_earlier_call_freezes_nothing(caller: Caller) -> None:
    """Nor that of another call whose name begins like this one's."""
    caller.proves_tail(calls_from=STRANGER, call="CA12")
    for call in ("CA1", "CA2"):
        assert freeze(caller, calls_from=STRANGER, call=call) == NOT_PROVED
    assert caller.account().status == "active"


@pytest.mark.parametrize(
    ("phone", "calls_from"), [("8000", ""), ("9999", ""), ("9999", STRANGER), ("", "8000")]
)
def test_without_proof_all_numbers_look_alike(caller: Caller, phone: str, calls_from: str) -> None:
    """Neither a customer's number, nor one that nobody has, nor none is told apart."""
    assert freeze(caller, phone, calls_from=calls_from) == NOT_PROVED


@pytest.mark.parametrize("phone", ["8000", "8007", STRANGER])
def test_nobody_is_told_whether_there_was_an_account(caller: Caller, phone: str) -> None:
    """Who calls from the number hears the same, whether it has an account, a frozen one, or none."""
    assert freeze(caller, phone).outcome == "done"


def test_a_webhook_that_arrives_twice_freezes_once(caller: Caller) -> None:
    """The same key again is the same freeze."""
    told = ActionResult("done", {"is_frozen": True}, text_to=number("8000"), text_language="zh-CN")
    assert [freeze(caller, key="CA1/7/1") for _ in range(3)] == [told] * 3
    frozen = accounts_of(caller.services)._connection.execute("SELECT key, phone FROM freezes").fetchall()
    assert frozen == [("CA1/7/1", number("8000"))]


def test_a_freeze_stops_what_was_begun(caller: Caller) -> None:
    """A link that is already out opens nothing, and no new one is sent."""
    begun = caller.ask("reset_login_password", level=Level.confirmed)
    digest = caller.services.seal.digest("ticket", begun.secrets["link"].rpartition("/")[2])
    freeze(caller)
    soon = moment(NOW) + timedelta(minutes=1)
    assert accounts_of(caller.services).reset(digest, soon) is None
    assert not accounts_of(caller.services).set_password(digest, "correct horse battery staple", soon)
    assert caller.ask("reset_login_password", level=Level.confirmed) == ActionResult("frozen")


# --- the owner is told


def messages(*results: ActionResult) -> list[tuple[str, str]]:
    """Return to whom messages go, and in which language."""
    return [(result.text_to, result.text_language) for result in results if result.text_to]


def test_the_owner_is_told_once_for_each_freeze(caller: Caller) -> None:
    """A second freeze of a frozen account tells them nothing new."""
    assert messages(freeze(caller), freeze(caller, call="CA2")) == [(number("8000"), "zh-CN")]


def test_the_owner_is_told_in_the_language_of_the_account(caller: Caller) -> None:
    """Whoever calls may speak another one."""
    told = freeze(caller, "+12025550142", language="zh-CN")
    assert messages(told) == [("+12025550142", "en-US")]


@pytest.mark.parametrize("phone", ["8007", STRANGER])
def test_nobody_is_told_where_nothing_was_frozen(caller: Caller, phone: str) -> None:
    """The account was frozen before, or there is none."""
    assert not messages(freeze(caller, phone))


def test_strangers_cannot_use_up_the_message_to_the_owner(caller: Caller) -> None:
    """Its number and its country have no message left for strangers; the owner is told all the same."""
    none_left = replace(caller, rate_limits=MessageLimits(per_number=0, per_caller=0, elsewhere=0))
    assert messages(freeze(none_left)) == [(number("8000"), "zh-CN")]


def test_a_freeze_holds_even_if_its_owner_can_be_told_no_more(caller: Caller) -> None:
    """The sixth message of a day is not sent, and the account is frozen nevertheless."""
    told = []
    for n in range(MOST_TO_OWNER + 1):
        told.append(freeze(caller, call=f"CA{n}"))
        assert (told[-1].outcome, caller.account().status) == ("done", "frozen")
        unfreeze(caller)
    assert len(messages(*told)) == MOST_TO_OWNER


def unfreeze(caller: Caller) -> None:
    """Do what the human does."""
    accounts_of(caller.services)._connection.execute(
        "UPDATE accounts SET data = json_set(data, '$.status', 'active') WHERE phone = ?", (number("8000"),)
    )


# --- not too many at a time


def with_limits(caller: Caller, **limits: int) -> Caller:
    """Return a caller of a hotline with other limits."""
    return replace(caller, services=replace(caller.services, limits=HotlineLimits(**limits)))


def test_few_accounts_are_frozen_at_a_time_for_callers_who_have_proved_nothing(caller: Caller) -> None:
    """A twentieth of an hour's number in one minute; the next one is a human's work."""
    caller = with_limits(caller, freezes_per_hour=40)
    outcomes = [freeze(caller, phone, call=f"CA{phone}").outcome for phone in ("8000", "8001", "8002")]
    assert outcomes == ["done", "done", "unavailable"]
    assert caller.account("8002").status == "active"


def test_the_next_minute_and_the_next_hour_have_freezes_again(caller: Caller) -> None:
    """Two in an hour, one in a minute."""
    caller = with_limits(caller, freezes_per_hour=2)
    times = ("10:00:00", "10:00:59", "10:01:00", "10:02:00", "10:59:59", "11:00:00")
    outcomes = [freeze(caller, at=f"2026-11-22T{at}", call=f"CA{n}").outcome for n, at in enumerate(times)]
    assert outcomes == ["done", "unavailable", "done", "unavailable", "unavailable", "done"]


def test_whoever_has_proved_a_tail_freezes_although_strangers_have_used_theirs_up(caller: Caller) -> None:
    """Five times as many are for them alone, whichever telephone they call from."""
    caller = with_limits(caller, freezes_per_hour=1)
    assert freeze(caller, "8001", call="CA1").outcome == "done"
    assert freeze(caller, "8002", call="CA2").outcome == "unavailable"
    for n, phone in enumerate(("8000", "8002", "8003", "8004", "8005")):
        caller.proves_tail(phone, calls_from=STRANGER if n else phone, call=f"CB{n}")
        at = f"2026-11-22T10:{n:02}"
        assert (
            freeze(caller, phone, calls_from=STRANGER if n else phone, call=f"CB{n}", at=at).outcome == "done"
        )


def test_numbers_without_an_account_use_no_freeze_up_and_hear_the_same(caller: Caller) -> None:
    """A thousand forged numbers cost no customer a freeze; where a customer is refused, they are refused too."""
    caller = with_limits(caller, freezes_per_hour=20)
    for n in range(50):
        assert freeze(caller, f"+861390013{n:04}", call=f"CA{n}").outcome == "done"
    assert freeze(caller, "8000", call="CB").outcome == "done"
    assert freeze(caller, "8001", call="CC").outcome == "unavailable"
    assert freeze(caller, STRANGER, call="CD").outcome == "unavailable"


def test_a_repeated_webhook_is_one_freeze_of_the_hour(caller: Caller) -> None:
    """The same key again gets the same answer, and uses nothing."""
    caller = with_limits(caller, freezes_per_hour=40)
    outcomes = [freeze(caller, key="CA1/7/1").outcome for _ in range(5)]
    assert outcomes == ["done"] * 5
    assert freeze(caller, "8001", call="CA2").outcome == "done"
