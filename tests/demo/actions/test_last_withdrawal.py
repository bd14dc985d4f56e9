"""Why the last withdrawal failed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ivr.actions.base import ActionResult
from tests.support.action_caller import Caller

FAST = {"fast_limit": Decimal(10000), "arrives": date(2026, 11, 24), "tomorrow": date(2026, 11, 23)}


@pytest.mark.parametrize(
    ("phone", "outcome", "told"),
    [
        ("8000", "paid", {"amount": Decimal(3000), "bank": "招商银行", "card_tail": "6688"}),
        ("8003", "fast_limit_reached", {"amount": Decimal(2000), "fast_left": Decimal(0), **FAST}),
        ("+12025550142", "fast_limit_reached", {"amount": Decimal(1000), "fast_left": Decimal(500), **FAST}),
        (
            "8004",
            "card_mismatch",
            {"amount": Decimal(5000), "bank": "中国农业银行", "card_tail": "3902", "bank_phone": "95599"},
        ),
        (
            "8005",
            "bank_limit",
            {
                "amount": Decimal(6000),
                "bank": "交通银行",
                "card_tail": "5566",
                "bank_phone": "95559",
                "bank_limit": Decimal(5000),
                "tomorrow": date(2026, 11, 23),
            },
        ),
        *((phone, "none", {}) for phone in ("8001", "8002", "8006", "8007", "8008", "8009")),
    ],
)
def test_the_real_reason_of_each_customer(
    caller: Caller, phone: str, outcome: str, told: dict[str, Any]
) -> None:
    """Each reason comes with what the caller needs to put it right."""
    assert caller.ask("last_withdrawal", phone) == ActionResult(outcome, told)


@pytest.mark.parametrize("reason", [", reason: court_order", ", reason: paid", ""])
def test_a_reason_that_cannot_be_explained(caller_where: Callable[[str, str], Caller], reason: str) -> None:
    """A reason unknown to us, or none, is said to be another one and never guessed."""
    finished = caller_where(", reason: card_mismatch", reason).ask("last_withdrawal", "8004")
    assert finished.outcome == "other_reason"
    assert finished.results["bank_phone"] == "95599"


def test_tomorrow_is_the_next_natural_day(caller: Caller) -> None:
    """The fast limit begins anew at midnight, also at the end of a year."""
    assert caller.ask("last_withdrawal", "8003", at="2026-12-31T23:59").results["tomorrow"] == date(
        2027, 1, 1
    )
