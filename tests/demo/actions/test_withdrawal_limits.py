"""How much can leave today, and when the rest arrives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from tests.support.action_caller import Caller


@pytest.mark.parametrize(
    ("phone", "used", "left", "balance"),
    [
        ("8000", "3000.00", "7000.00", "52340.18"),
        ("8001", "0.00", "880.00", "880.00"),  # less on the account than the limit
        ("8002", "0.00", "10000.00", "120000.00"),
        ("8003", "10000.00", "0.00", "36500.50"),  # used up
        ("8004", "0.00", "9100.00", "9100.00"),
        ("8005", "500.00", "9500.00", "70200.00"),
        ("8006", "0.00", "10000.00", "210000.00"),
        ("8007", "0.00", "10000.00", "15000.00"),
        ("8008", "0.00", "430.25", "430.25"),
        ("8009", "0.00", "2600.00", "2600.00"),
        ("+12025550142", "9500.00", "500.00", "18250.75"),
    ],
)
def test_the_limits_of_each_customer(caller: Caller, phone: str, used: str, left: str, balance: str) -> None:
    """What is left is the limit less what is used, and never more than there is."""
    finished = caller.ask("withdrawal_limits", phone)
    assert finished.outcome == "ok"
    assert finished.results == {
        "fast_limit": Decimal(10000),
        "fast_used": Decimal(used),
        "fast_left": Decimal(left),
        "balance": Decimal(balance),
        "arrives": date(2026, 11, 24),
    }


def test_more_used_than_allowed_leaves_nothing(caller_where: Callable[[str, str], Caller]) -> None:
    """A limit that was lowered during the day does not make the rest negative."""
    caller = caller_where("fast_withdrawn_today: 3000.00", "fast_withdrawn_today: 12000.00")
    assert caller.ask("withdrawal_limits").results["fast_left"] == 0


@pytest.mark.parametrize(
    ("at", "arrives"),
    [
        ("2026-11-20T14:59", "2026-11-23"),
        ("2026-11-20T15:00", "2026-11-24"),
        ("2026-09-30T16:00", "2026-10-09"),
    ],
)
def test_the_arrival_is_that_of_an_ordinary_withdrawal_asked_now(
    caller: Caller, at: str, arrives: str
) -> None:
    """The trading calendar and 15:00 decide."""
    assert caller.ask("withdrawal_limits", at=at).results["arrives"] == date.fromisoformat(arrives)
