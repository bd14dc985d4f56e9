"""What the actions of identity share: for whom a try counts, and who must go to a human."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ivr.actions.accounts import Account, IdentityRules
from ivr.actions.base import ActionRequest, Services
from ivr.actions.hotline_limits import alarm_refused, hotline_limits, limit_met
from ivr.logs import AlarmKind
from ivr.storage.attempts import AttemptResult, RateLimit

TAIL, CODE = "tail", "code"
"""The two ways to prove who calls. Wrong tries are counted for each of them."""
WITHHELD_AN_HOUR = 500
"""Tries of tails an hour, and of codes, for all calls together that withhold their number."""

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


def minutes_locked(services: Services, request: ActionRequest, kind: str) -> int:
    """Return for how many minutes tries of this kind are refused, or 0. A lock that is met is an alarm."""
    minutes = services.attempts.minutes_locked(kind, holders(request), at=request.at)
    if minutes:
        _alarm(services, request, "lock", kind)
    return minutes


def count_try(
    services: Services,
    request: ActionRequest,
    kind: str,
    *,
    right: bool,
    rules: IdentityRules,
    has_account: bool,
) -> AttemptResult:
    """Count and judge one try. A repeated run is the same try.

    Calls that withhold their number share a limit, because each of them could try another account for ever. Raises
    :class:`~ivr.actions.hotline_limits.LimitMet` while the whole hotline has had too many wrong tries.
    """
    if not request.caller:
        holder = "tries-withheld" if kind == TAIL else "codes-withheld"
        rate_limit = RateLimit(holder, WITHHELD_AN_HOUR, timedelta(hours=1))
        if not services.attempts.consume([rate_limit], key=f"{request.key}/{kind}", at=request.at):
            alarm_refused(services, request, [rate_limit])
            return AttemptResult("locked", 60)
    scope, hourly = f"wrong tries:{_means(request, kind)}", services.limits.wrong_tries_per_hour
    wrong_limits = hotline_limits(scope, hourly, counts=has_account)
    tried = services.attempts.count_try(
        kind,
        holders(request),
        right=right,
        key=request.key,
        at=request.at,
        most=rules.identity_tries_before_lock,
        lock=timedelta(minutes=rules.identity_lock_minutes),
        wrong_limits=wrong_limits,
    )
    match tried.verdict:
        case "refused":
            raise limit_met(services, request, wrong_limits[0].holder)
        case "locked":
            _alarm(services, request, "lock", kind)
        case "wrong":
            _alarm(services, request, "wrong_tail" if kind == TAIL else "wrong_code", _means(request, kind))
    return tried


def _means(request: ActionRequest, kind: str) -> str:
    """Return what a try has beside itself: each of these has a limit of its own over the whole hotline.

    A code is tried after a right tail, and a tail for the calling number or for another one. None of them tells whether
    there is an account.
    """
    if kind == CODE:
        return "proved"
    return "calling number" if request.caller and claimed(request) == request.caller else "other number"


def _alarm(services: Services, request: ActionRequest, alarm: AlarmKind, scope: str) -> None:
    services.alarms.sound(alarm, scope, call=request.call, caller=request.caller, account=claimed(request))


def has_proved_tail(services: Services, request: ActionRequest) -> bool:
    """Return whether this call has given the right tail for the account that it is about."""
    return services.attempts.proved(TAIL, f"account:{claimed(request)}", request.call)
