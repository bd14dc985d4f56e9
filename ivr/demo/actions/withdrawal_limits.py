"""Tells how much can leave today, and when the rest would arrive."""

from __future__ import annotations

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.demo.accounts import bank
from ivr.demo.trading import ordinary_arrival
from ivr.menu.language.contract import Contract, Level, Outcome

CONTRACT = Contract(
    name="withdrawal_limits",
    does="Tells how much fast withdrawal is used and left today, and when an ordinary withdrawal would arrive.",
    needs=Level.verified,
    outcomes={
        "ok": Outcome(
            means="The limits are known. Nothing may be left: fast_left is then 0.",
            tells={
                "fast_limit": "the most that may leave by fast withdrawal in one natural day, in yuan",
                "fast_used": "what has left by fast withdrawal today, in yuan",
                "fast_left": "what can still leave by fast withdrawal today, in yuan; never more than the balance",
                "balance": "what the customer holds, in yuan; all of it may leave by ordinary withdrawal",
                "arrives": "the date on which an ordinary withdrawal asked at this moment arrives",
            },
        ),
    },
)


def run(services: Services, request: ActionRequest) -> ActionResult:
    account, rules = bank(services).get(request.account), bank(services).bank_rules()
    return ActionResult(
        "ok",
        {
            "fast_limit": rules.fast_withdrawal_daily_limit,
            "fast_used": account.fast_withdrawn_today,
            "fast_left": account.fast_left(rules),
            "balance": account.fund.balance,
            "arrives": ordinary_arrival(request.at),
        },
    )
