"""Proving that the account is the caller's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ivr.actions import CONTRACTS
from ivr.actions.base import Finished
from ivr.menu.contract import Level

if TYPE_CHECKING:
    from tests.actions.conftest import Caller

TAILS = {
    "8000": "1237",
    "8001": "0563",
    "8002": "3314",
    "8003": "087X",
    "8004": "0097",
    "8005": "2124",
    "8006": "0411",
    "8007": "7778",
    "8008": "3001",
    "8009": "0035",
    "+12025550142": "0181",
}


@pytest.mark.parametrize(("phone", "tail"), TAILS.items())
def test_the_right_tail_proves_the_account(caller: Caller, phone: str, tail: str) -> None:
    """Every demonstration customer can prove himself; the frozen one is told apart, but only then."""
    finished = caller.ask("verify_identity", phone, id_tail=tail, level=Level.known)
    assert finished.outcome == ("frozen" if phone == "8007" else "ok")
    assert finished.account is not None
    assert finished.account.endswith(phone)


@pytest.mark.parametrize("phone", TAILS)
def test_a_wrong_tail_tells_nothing(caller: Caller, phone: str) -> None:
    """Before proof the answer is the same for everybody, frozen or not."""
    assert caller.ask("verify_identity", phone, id_tail="9999", level=Level.known) == Finished("mismatch")


def test_the_third_wrong_tail_locks_across_calls(caller: Caller) -> None:
    """The minutes count down from call to call, and the right tail does not help meanwhile."""
    outcomes = [caller.ask("verify_identity", id_tail="9999", key=f"CA{n}/3/0").outcome for n in range(3)]
    assert outcomes == ["mismatch", "mismatch", "locked"]
    later = caller.ask("verify_identity", id_tail="1237", key="CA4/3/0", at="2026-11-22T10:30")
    assert later == Finished("locked", {"minutes_left": 150})


def test_a_webhook_that_arrives_twice_counts_once(caller: Caller) -> None:
    """The key names the try: the same key again is not another one."""
    for _ in range(4):
        assert caller.ask("verify_identity", id_tail="9999", key="CA1/3/0").outcome == "mismatch"
    assert caller.ask("verify_identity", id_tail="1237", key="CA1/4/0").outcome == "ok"


def test_no_account_is_a_mismatch(caller: Caller) -> None:
    """Without an account there is nothing that a tail could prove."""
    assert caller.ask("verify_identity", "", id_tail="1237") == Finished("mismatch")


@pytest.mark.parametrize("number", ["+8613900009999", ""])
def test_a_number_without_an_account_is_locked_like_any_other(caller: Caller, number: str) -> None:
    """The third try ends as it does for a customer, so that nobody learns whether a number has an account."""
    outcomes = [
        caller.ask("verify_identity", number, id_tail="1237", key=f"CA1/{turn}/1").outcome
        for turn in range(3)
    ]
    assert outcomes == ["mismatch", "mismatch", "locked"]


def test_only_a_right_tail_raises_the_level() -> None:
    """The owner of a frozen account has proved himself too, but is not served: only a human may help."""
    raised = {
        word
        for word, outcome in CONTRACTS["verify_identity"].outcomes.items()
        if outcome.raises is Level.verified
    }
    assert raised == {"ok"}
