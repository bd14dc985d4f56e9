"""How yesterday's earning comes about."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from ivr.actions.base import ActionResult
from ivr.demo.actions.earnings import earning
from tests.support.accounts import phones
from tests.support.action_caller import Caller
from tests.support.bank import accounts_of


def test_the_computed_earning_of_every_customer_is_the_booked_one(caller: Caller) -> None:
    """Rounding to the nearest fen reproduces what the fund booked, so that the explanation ends at the same sum."""
    accounts = accounts_of(caller.services)
    computed = {phone: caller.ask("earnings", phone).results["earning"] for phone in phones(accounts)}
    assert computed == {phone: accounts.get(phone).fund.yesterday_earnings for phone in phones(accounts)}


@pytest.mark.parametrize(
    ("holding", "earned"),
    [
        ("10000.00", "0.41"),
        ("120000.00", "4.92"),
        ("880.00", "0.04"),
        ("100.00", "0.00"),
        ("121.89", "0.00"),
        ("121.90", "0.01"),
    ],
)
def test_an_earning_is_rounded_to_the_nearest_fen(holding: str, earned: str) -> None:
    """A few yuan earn nothing that can be paid."""
    assert str(earning(Decimal(holding), Decimal("0.4102"))) == earned


def test_half_a_fen_is_rounded_up() -> None:
    """Also where rounding to the even fen would round down."""
    assert earning(Decimal(10000), Decimal("0.4050")) == Decimal("0.41")
    assert earning(Decimal(10000), Decimal("0.4250")) == Decimal("0.43")


def test_the_parts_of_the_sum_are_told(caller: Caller) -> None:
    """Holding, rate and yield go with the earning, so that it can be worked out aloud."""
    assert caller.ask("earnings", "8002") == ActionResult(
        "ok",
        {
            "holding": Decimal(120000),
            "held_days": 900,
            "earning": Decimal("4.92"),
            "per_ten_thousand": Decimal("0.4102"),
            "seven_day_yield": Decimal("1.534"),
        },
    )


def test_nothing_held_earns_nothing(caller_where: Callable[[str, str], Caller]) -> None:
    """An empty fund is told as such, not as an earning of nought."""
    assert caller_where("balance: 52340.18", "balance: 0.00").ask("earnings") == ActionResult("no_holding")


@pytest.mark.parametrize(("days", "outcome"), [(0, "first_days"), (1, "first_days"), (2, "ok")])
def test_new_money_has_not_earned_yet(
    caller_where: Callable[[str, str], Caller], days: int, outcome: str
) -> None:
    """Confirmed on the next day, earning on it, paid on the day after: before that no earning is invented."""
    assert caller_where("held_days: 410", f"held_days: {days}").ask("earnings").outcome == outcome
