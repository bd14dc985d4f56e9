"""Which telephone a message goes to, and how many messages may be sent.

There are limits for each number, account, caller and country, and for the whole hotline, so that nobody earns money with
our messages or pesters others with them. Messages to the number on file of an account that the call has proved have the
same limits once more, of their own. So strangers who have used up a country, or a customer's number, have not used up the
customer's codes. Within one call both kinds count together.
"""

from __future__ import annotations

from datetime import timedelta

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.actions.hotline_limits import alarm_refused, has_proved_something, hotline_limits
from ivr.engine.callers import country_of
from ivr.menu.language.contract import Contract, Level, Outcome
from ivr.storage.attempts import RateLimit

RATIONED = Outcome(means="No more messages may be sent for now; see the hotline's `texts:`.")
_A_DAY = timedelta(days=1)
MOST_WITHHELD = 500
"""Messages a day for all calls without a number together: each of them would count as a new caller."""

MOST_TO_OWNER = 5
"""Messages a day that tell one owner what was done to their account: each freeze needs a human to undo the one before."""


def recipient(request: ActionRequest) -> str:
    """Return the number on file once callers have proved who they are, otherwise the calling number, or nothing."""
    return request.account if request.level >= Level.verified and request.account else request.caller


def may_text(
    services: Services, request: ActionRequest, to: str, *more: RateLimit, once: RateLimit | None = None
) -> bool:
    """Count one message to this number (E.164) against every limit. If one is reached, count nothing and return False.

    ``more`` are limits beside the hotline's own. ``once`` is one that is met when the same message is asked for again,
    which is no reason for an alarm. A repeated run counts once. Raises
    :class:`~ivr.actions.hotline_limits.LimitMet` if the limit is one of the whole hotline.
    """
    rate_limits = [*_limits(services, request, to), *more]
    all_limits = [*rate_limits, once] if once else rate_limits
    if services.attempts.consume(all_limits, key=request.key, at=request.at):
        return True
    if once is None or not services.attempts.used_up(once, at=request.at):
        alarm_refused(services, request, rate_limits)
    return False


def _limits(services: Services, request: ActionRequest, to: str) -> list[RateLimit]:
    limits, country, hourly = request.message_limits, country_of(to), services.limits.texts_per_hour
    if has_proved_something(request) and to == request.account:
        kind, rate_limits = "proved-text", hotline_limits("texts:proved", hourly * services.limits.RESERVE)
    else:
        kind, rate_limits = "text", hotline_limits("texts:unproved", hourly)
    rate_limits += [
        RateLimit(f"text-call:{request.call}", limits.per_number, _A_DAY),
        RateLimit(f"{kind}-number:{to}", limits.per_number, _A_DAY),
        RateLimit(f"{kind}-caller:{request.caller or request.call}", limits.per_caller, _A_DAY),
        RateLimit(f"{kind}-country:{country}", limits.countries.get(country, limits.elsewhere), _A_DAY),
    ]
    if not request.caller:
        rate_limits.append(RateLimit(f"{kind}-withheld", MOST_WITHHELD, _A_DAY))
    if country not in limits.countries:
        rate_limits.append(RateLimit(f"{kind}-abroad", limits.abroad, _A_DAY))
    if request.level >= Level.verified:
        # An account that is only claimed is not counted: a stranger could use up its owner's messages.
        rate_limits.append(RateLimit(f"proved-text-number:{request.account}", limits.per_number, _A_DAY))
    return rate_limits


def may_tell_owner(services: Services, request: ActionRequest, to: str) -> bool:
    """Count a message that tells an owner what was done to their account, and return whether it may be sent.

    What it tells of is limited already. This only holds up a broken account service that tells the same again and again.
    """
    rate_limits = [RateLimit(f"owner-number:{to}", MOST_TO_OWNER, _A_DAY)]
    if services.attempts.consume(rate_limits, key=f"{request.key}/owner", at=request.at):
        return True
    alarm_refused(services, request, rate_limits)
    return False


class NoMessageLeft(Exception):
    """A message may not be sent, and the action has no outcome that says so."""


def refused(contract: Contract) -> ActionResult:
    """Return how an action ends whose message may not be sent: ``rationed``, if that is an outcome and tells nothing.

    Otherwise raise :class:`NoMessageLeft`, which becomes ``unavailable``.
    """
    outcome = contract.outcomes.get("rationed")
    if outcome is None or outcome.tells:
        raise NoMessageLeft
    return ActionResult("rationed")
