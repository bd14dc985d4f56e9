"""What the actions of identity share: for whom a try counts, and who must go to a human."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ivr.actions.accounts import Account, IdentityRules
from ivr.actions.base import ActionRequest, Services
from ivr.storage.attempts import AttemptResult, RateLimit

TAIL, CODE = "tail", "code"
"""The two ways to prove who calls. Wrong tries are counted for each of them."""
WITHHELD_AN_HOUR = 500
"""Tries an hour for all calls together that withhold their number."""


FRESH_SIM_HOURS = 72
"""A SIM card that was changed less than this ago may be a thief's. Fraud guidance names 24 to 72 hours."""
NOT_SERVED = {
    "frozen": "The account is frozen: only a human may help.",
    "sim_changed": f"The SIM card was changed less than {FRESH_SIM_HOURS} hours ago, so that neither the number nor a code "
    "to it proves anything: a human.",
    "unreachable": "The customer no longer has the number on file, so that no code can reach them: a human.",
}
"""The outcomes of callers who must go to a human. They are told only after a right tail."""


def not_served(account: Account) -> str:
    """Return why a human must take over, as a key of :data:`NOT_SERVED`, or an empty text."""
    if account.status == "frozen":
        return "frozen"
    if account.phone_unreachable:
        return "unreachable"
    changed = account.sim_changed_hours_ago
    return "sim_changed" if changed is not None and changed < FRESH_SIM_HOURS else ""


def claimed(request: ActionRequest) -> str:
    """Return the account that is claimed: the one found, otherwise the calling number, otherwise the call itself."""
    return request.account or request.caller or request.call


def holders(request: ActionRequest) -> Sequence[str]:
    """Return for whom a try counts: first the account, then the caller if they call from another number.

    So a caller gains no tries by calling from other numbers, or by going from account to account. A success with
    their own account does not help either: it clears the wrong tries of that account only.
    """
    account, caller = claimed(request), request.caller or request.call
    return [f"account:{account}"] if account == caller else [f"account:{account}", f"caller:{caller}"]


def count_try(
    services: Services, request: ActionRequest, kind: str, *, right: bool, rules: IdentityRules
) -> AttemptResult:
    """Count and judge one try. A repeated run is the same try.

    Calls that withhold their number share a limit, because each of them could try another account for ever.
    """
    if not request.caller:
        rate_limit = RateLimit("tries-withheld", WITHHELD_AN_HOUR, timedelta(hours=1))
        if not services.attempts.consume([rate_limit], key=f"{request.key}/{kind}", at=request.at):
            return AttemptResult("locked", 60)
    return services.attempts.count_try(
        kind,
        holders(request),
        right=right,
        key=request.key,
        at=request.at,
        most=rules.identity_tries_before_lock,
        lock=timedelta(minutes=rules.identity_lock_minutes),
    )


def has_proved_tail(services: Services, request: ActionRequest) -> bool:
    """Return whether this call has given the right tail for the account that it is about."""
    return services.attempts.proved(TAIL, f"account:{claimed(request)}", request.call)
