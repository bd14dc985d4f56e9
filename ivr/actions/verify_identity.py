"""Proves that the account is the caller's: by the tail of the ID card, with a limit on wrong tries.

Callers whose number has no account get the same words and the same number of tries. So nobody finds out who has an
account before they have proved anything.
"""

from __future__ import annotations

from ivr.actions.accounts import NoSuchAccount
from ivr.actions.base import ActionRequest, ActionResult, Services, action
from ivr.actions.identity import CODE, NOT_SERVED, TAIL, claimed, count_try, minutes_locked, not_served
from ivr.menu.language.contract import Level, Outcome


@action(
    "Compares the typed tail of the ID card with the one on file; wrong tries are counted across calls, for the "
    "account and for the caller.",
    inputs={"id_tail": "the last four characters of the ID card, the last of which may be X; a secret"},
    outcomes={
        "ok": Outcome(
            means="The tail is right, and the call comes from the number on file: the account is the caller's.",
            raises=Level.verified,
        ),
        "elsewhere": Outcome(
            means="The tail is right, but the call comes from another telephone: a code must come back too.",
            raises=Level.matched,
        ),
        "mismatch": Outcome(means="The tail is wrong, and another try is allowed."),
        "locked": Outcome(
            means="There were too many wrong tries; until the lock ends even the right tail is not taken.",
            tells={"minutes_left": "whole minutes, rounded up, until the next try is taken"},
        ),
        # The tail is right, so that a human need not ask for it again, but the call is not verified.
        **{word: Outcome(means, raises=Level.matched) for word, means in NOT_SERVED.items()},
    },
)
def verify_identity(services: Services, request: ActionRequest) -> ActionResult:
    """Judge one try. Without an account, the tail is compared and the try counted all the same."""
    number, rules = claimed(request), services.identity.rules()
    right = services.identity.tail_matches(number, str(request.inputs["id_tail"]))
    account = services.identity.find(number)
    minutes = minutes_locked(services, request, CODE)
    if minutes:
        return ActionResult("locked", {"minutes_left": minutes})
    tried = count_try(services, request, TAIL, right=right, rules=rules, has_account=account is not None)
    match tried.verdict:
        case "wrong":
            return ActionResult("mismatch")
        case "locked":
            return ActionResult("locked", {"minutes_left": tried.minutes_left})
    if account is None:
        raise NoSuchAccount
    if reason := not_served(account):
        return ActionResult(reason, account=number)
    return ActionResult("ok" if request.caller == number else "elsewhere", account=number)
