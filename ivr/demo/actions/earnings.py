"""Explains yesterday's earning: holding times rate."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from ivr.actions.base import ActionRequest, ActionResult, Services, action
from ivr.demo.accounts import bank
from ivr.menu.language.contract import Level, Outcome

_FEN = Decimal("0.01")

_FIRST_DAYS = 2
"""Money put in is confirmed on the next trading day at the earliest, earns on that day, and is paid the day after."""

_HOLDING = {
    "holding": "what the customer holds in the fund, in yuan",
    "held_days": "whole days since the first money was put in",
}


@action(
    "Works out yesterday's earning from the holding and the fund's rate, so that it can be explained.",
    needs=Level.verified,
    outcomes={
        "ok": Outcome(
            means="Yesterday's earning is known: holding / 10,000 * per_ten_thousand, rounded to the fen.",
            tells=_HOLDING
            | {
                "earning": "what the holding earned yesterday, in yuan, to the fen",
                "per_ten_thousand": "what each 10,000 yuan earned yesterday, in yuan, to four places",
                "seven_day_yield": "the rate of the last seven days, in per cent a year; 1.534 is 1.534 %",
            },
        ),
        "no_holding": Outcome(means="The customer holds nothing in the fund, so nothing can earn."),
        "first_days": Outcome(
            means="The money came in less than two days ago: it is not confirmed, or its first earning is not paid yet.",
            tells=_HOLDING,
        ),
    },
)
def earnings(services: Services, request: ActionRequest) -> ActionResult:
    """Compute the earning instead of repeating the booked one, so that it can be explained."""
    fund = bank(services).get(request.account).fund
    if not fund.balance:
        return ActionResult("no_holding")
    holding = {"holding": fund.balance, "held_days": fund.held_days}
    if fund.held_days < _FIRST_DAYS:
        return ActionResult("first_days", holding)
    return ActionResult(
        "ok",
        holding
        | {
            "earning": earning(fund.balance, fund.per_ten_thousand),
            "per_ten_thousand": fund.per_ten_thousand,
            "seven_day_yield": fund.seven_day_yield,
        },
    )


def earning(holding: Decimal, per_ten_thousand: Decimal) -> Decimal:
    """Return what a holding earns in a day, in yuan, rounded half up to the nearest fen.

    Booked earnings are rounded in this way. Cutting off after the fen would lose a fen on most of them.
    """
    return (holding / 10_000 * per_ten_thousand).quantize(_FEN, ROUND_HALF_UP)
