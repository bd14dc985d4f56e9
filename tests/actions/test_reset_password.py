"""Beginning the reset of a password."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.actions.accounts import OpenReset
from ivr.actions.base import ActionResult
from ivr.actions.perform import NotProved
from ivr.menu.language.contract import Level
from ivr.menu.language.hotline import MessageLimits
from ivr.storage.sealing import BrokenSeal, Seal
from tests.support.action_caller import NOW, STRANGER, Caller, moment, number
from tests.support.bank import accounts_of

WHICH = {"reset_login_password": "login", "reset_payment_password": "payment"}

both = pytest.mark.parametrize("action", WHICH)


def reset(
    caller: Caller, action: str = "reset_login_password", phone: str = "8000", **how: str
) -> ActionResult:
    """Begin a reset in a call that is confirmed."""
    return caller.ask(action, phone, level=Level.confirmed, **how)


def ticket_of(begun: ActionResult) -> str:
    """Return what the link of a reset carries."""
    head, _, ticket = str(begun.secrets["link"]).rpartition("/")
    assert head == "https://ivr.example.com/reset"
    return ticket


def opened(caller: Caller, begun: ActionResult, at: str = NOW) -> OpenReset | None:
    """Return what the page behind the link finds."""
    return accounts_of(caller.services).reset(
        caller.services.seal.digest("ticket", ticket_of(begun)), moment(at)
    )


@both
@pytest.mark.parametrize("level", [Level.unknown, Level.known, Level.verified])
def test_a_reset_needs_a_code_that_came_back(caller: Caller, action: str, level: Level) -> None:
    """The tail of an ID card is on too many photocopies."""
    with pytest.raises(NotProved):
        caller.ask(action, level=level)
    assert caller.resets() == []
    assert caller.devices() == 1


@both
def test_a_reset_sends_a_link_and_tells_a_case_number(caller: Caller, action: str) -> None:
    """The message alone tells the link, which is of no use after 30 minutes; the call hears eight digits."""
    begun = reset(caller, action)
    assert re.fullmatch("[0-9]{8}", begun.results["case_number"])
    assert begun == ActionResult(
        "ok",
        {"case_number": begun.results["case_number"]},
        text_to=number("8000"),
        secrets={"link": f"https://ivr.example.com/reset/{ticket_of(begun)}"},
        expires=moment(NOW) + timedelta(minutes=30),
    )


@both
@pytest.mark.parametrize("calls_from", [STRANGER, "8001", ""])
def test_the_link_goes_to_the_number_on_file(caller: Caller, action: str, calls_from: str) -> None:
    """Never to the telephone that calls."""
    assert reset(caller, action, calls_from=calls_from).text_to == number("8000")


@both
def test_the_link_opens_this_reset(caller: Caller, action: str) -> None:
    """For 30 minutes, for this password of this account, under the case number that was told."""
    begun = reset(caller, action)
    found = opened(caller, begun)
    assert found is not None
    assert (found.phone, found.which, found.case) == (
        number("8000"),
        WHICH[action],
        begun.results["case_number"],
    )
    assert opened(caller, begun, "2026-11-22T10:29:59") == found
    assert opened(caller, begun, "2026-11-22T10:30") is None


@both
def test_the_link_is_signed(caller: Caller, action: str) -> None:
    """With our key, for this purpose: nobody else can make one, and a changed letter is noticed without a look-up."""
    ticket, seal = ticket_of(reset(caller, action)), caller.services.seal
    assert re.fullmatch("[0-9a-f]{32}", seal.unsign("ticket", ticket))
    for other, purpose in ((Seal.random(), "ticket"), (seal, "message")):
        with pytest.raises(BrokenSeal):
            other.unsign(purpose, ticket)


def test_the_account_service_does_not_hold_the_link(caller: Caller) -> None:
    """Whoever reads its file can open no reset."""
    ticket = ticket_of(reset(caller))
    kept = "\n".join(accounts_of(caller.services)._connection.iterdump())
    assert ticket not in kept
    assert caller.services.seal.unsign("ticket", ticket) not in kept


@both
def test_a_reset_signs_the_customer_out(caller: Caller, action: str) -> None:
    """Everywhere, and him alone."""
    assert (caller.devices(), caller.devices("8001")) == (1, 1)
    reset(caller, action)
    assert (caller.devices(), caller.devices("8001")) == (0, 1)


@both
def test_the_same_run_twice_is_one_reset(caller: Caller, action: str) -> None:
    """A webhook that arrives twice: one case number, one link, one row, one ration."""
    once = replace(caller, rate_limits=MessageLimits(per_number=1))
    begun = reset(once, action, key="CA1/7/1")
    assert [reset(once, action, key="CA1/7/1") for _ in range(3)] == [begun] * 3
    assert caller.resets() == [(number("8000"), "open")]
    assert reset(once, action) == ActionResult("rationed")


def test_a_run_after_the_link_was_used_does_not_open_it_again(caller: Caller) -> None:
    """A webhook that comes very late answers as before, and the used link stays dead."""
    begun = reset(caller, key="CA1/7/1")
    digest = caller.services.seal.digest("ticket", ticket_of(begun))
    assert accounts_of(caller.services).set_password(digest, "correct horse battery staple", moment(NOW))
    assert reset(caller, key="CA1/7/1") == begun
    assert opened(caller, begun) is None
    assert caller.resets() == [(number("8000"), "used")]


@both
def test_another_run_is_another_reset(caller: Caller, action: str) -> None:
    """With a case number and link of its own; the earlier link is dead."""
    first, second = reset(caller, action), reset(caller, action)
    assert first.results != second.results
    assert ticket_of(first) != ticket_of(second)
    assert opened(caller, first) is None
    assert opened(caller, second) is not None


def test_both_passwords_may_be_reset_side_by_side(caller: Caller) -> None:
    """The second link does not kill the first."""
    begun = [reset(caller, action) for action in WHICH]
    assert [found and found.which for found in (opened(caller, each) for each in begun)] == [
        "login",
        "payment",
    ]


def untouched(caller: Caller, phone: str) -> bool:
    """Say whether nothing was begun, and nobody signed out."""
    return caller.resets() == [] and caller.devices(phone) == 1


@both
def test_a_frozen_account_is_not_reset(caller: Caller, action: str) -> None:
    """Only a human may help."""
    assert reset(caller, action, "8007") == ActionResult("frozen")
    assert untouched(caller, "8007")


@both
@pytest.mark.parametrize(
    "rate_limits",
    [MessageLimits(per_number=0), MessageLimits(per_caller=0), MessageLimits(countries={"CN": 0})],
)
def test_without_a_message_there_is_no_reset(caller: Caller, action: str, rate_limits: MessageLimits) -> None:
    """A customer who cannot get the link is not signed out for it."""
    assert reset(replace(caller, rate_limits=rate_limits), action) == ActionResult("rationed")
    assert untouched(caller, "8000")


@both
def test_an_account_that_has_vanished_is_unavailable(caller: Caller, action: str) -> None:
    """No message goes to a number that is on nobody's file."""
    assert reset(caller, action, "9999") == ActionResult("unavailable")
