"""Freezing an account: for the calling number at once, for another one after its tail."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ivr.actions.base import ActionResult
from ivr.menu.language.contract import Level
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
    assert [freeze(caller, key="CA1/7/1") for _ in range(3)] == [
        ActionResult("done", {"is_frozen": True})
    ] * 3
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
