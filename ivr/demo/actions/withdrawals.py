"""Tells how much can leave today, and why the customer's last withdrawal failed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ivr.actions.base import ActionRequest, ActionResult, Services, action
from ivr.demo.accounts import Customer, Rules, Withdrawal, bank
from ivr.demo.trading import ordinary_arrival
from ivr.menu.language.contract import Level, Outcome

_AMOUNT = {"amount": "what was to be withdrawn, in yuan"}
_CARD = {
    "bank": "the name of the bank that the money was to go to",
    "card_tail": "the last four digits of the card that the money was to go to",
}
_PHONE = {"bank_phone": "the telephone number of that bank's customer service"}
_FAST = {
    "fast_limit": "the most that may leave by fast withdrawal in one natural day, in yuan",
    "fast_left": "what can still leave by fast withdrawal today, in yuan; never more than the balance",
    "arrives": "the date on which an ordinary withdrawal asked at this moment arrives",
}
_TOMORROW = {"tomorrow": "the date of the next natural day, when the limit begins anew"}
_EXPLAINED = {"fast_limit_reached", "card_mismatch", "bank_limit"}
"""The reasons with outcomes of their own."""


@action(
    "Tells how much fast withdrawal is used and left today, and when an ordinary withdrawal would arrive.",
    needs=Level.verified,
    outcomes={
        "ok": Outcome(
            means="The limits are known. Nothing may be left: fast_left is then 0.",
            tells=_FAST
            | {
                "fast_used": "what has left by fast withdrawal today, in yuan",
                "balance": "what the customer holds, in yuan; all of it may leave by ordinary withdrawal",
            },
        ),
    },
)
def withdrawal_limits(services: Services, request: ActionRequest) -> ActionResult:
    account, rules = bank(services).get(request.account), bank(services).bank_rules()
    used = {"fast_used": account.fast_withdrawn_today, "balance": account.fund.balance}
    return ActionResult("ok", _fast(account, rules, request.at) | used)


@action(
    "Tells how the customer's last withdrawal ended and, when it failed, the real reason.",
    needs=Level.verified,
    outcomes={
        "none": Outcome(means="There is no withdrawal to speak of."),
        "paid": Outcome(means="It was paid out; nothing is wrong.", tells=_AMOUNT | _CARD),
        "fast_limit_reached": Outcome(
            means="It was more than today's fast limit still allowed; an ordinary withdrawal has no such limit.",
            tells=_AMOUNT | _FAST | _TOMORROW,
        ),
        "card_mismatch": Outcome(
            means="The bank does not confirm that the bound card belongs to the customer: bind it anew, or ask the bank.",
            tells=_AMOUNT | _CARD | _PHONE,
        ),
        "bank_limit": Outcome(
            means="The bank accepts less on this card in a day: withdraw less, wait for tomorrow, or ask the bank.",
            tells=_AMOUNT
            | _CARD
            | _PHONE
            | _TOMORROW
            | {"bank_limit": "the most that the bank accepts on this card in a day, in yuan"},
        ),
        "other_reason": Outcome(
            means="It failed for a reason that cannot be explained here: a human can look further.",
            tells=_AMOUNT | _CARD | _PHONE,
        ),
    },
)
def last_withdrawal(services: Services, request: ActionRequest) -> ActionResult:
    """Find the outcome, and return the facts that it declares."""
    account = bank(services).get(request.account)
    if account.last_withdrawal is None:
        return ActionResult("none")
    outcome = _outcome(account.last_withdrawal)
    facts = _facts(account, account.last_withdrawal, bank(services).bank_rules(), request.at)
    return ActionResult(
        outcome, {name: facts[name] for name in last_withdrawal.CONTRACT.outcomes[outcome].tells}
    )


def _outcome(withdrawal: Withdrawal) -> str:
    if withdrawal.result == "paid":
        return "paid"
    return withdrawal.reason if withdrawal.reason in _EXPLAINED else "other_reason"


def _facts(account: Customer, withdrawal: Withdrawal, rules: Rules, at: datetime) -> dict[str, Any]:
    card = account.bank_card
    return {
        "amount": withdrawal.amount,
        "bank": card.bank,
        "card_tail": card.tail,
        "bank_phone": card.bank_phone,
        "bank_limit": card.daily_limit,
        "tomorrow": at.date() + timedelta(days=1),
        **_fast(account, rules, at),
    }


def _fast(account: Customer, rules: Rules, at: datetime) -> dict[str, Any]:
    return {
        "fast_limit": rules.fast_withdrawal_daily_limit,
        "fast_left": account.fast_left(rules),
        "arrives": ordinary_arrival(at),
    }
