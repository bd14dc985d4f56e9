"""Which telephone a message goes to, and how many messages may be sent.

There are limits for each number, account, caller and country, so that nobody earns money with our messages or pesters
others with them.
"""

from __future__ import annotations

from datetime import timedelta

import phonenumbers

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.menu.language.contract import Contract, Level, Outcome
from ivr.storage.attempts import RateLimit

RATIONED = Outcome(means="No more messages may be sent for now; see the hotline's `texts:`.")
_A_DAY = timedelta(days=1)
MOST_WITHHELD = 500
"""Messages a day for all calls without a number together: each of them would count as a new caller."""


def recipient(request: ActionRequest) -> str:
    """Return the number on file once callers have proved who they are, otherwise the calling number, or nothing."""
    return request.account if request.level >= Level.verified and request.account else request.caller


def may_text(services: Services, request: ActionRequest, to: str, *more: RateLimit) -> bool:
    """Count one message to this number (E.164) against every limit. If one is reached, count nothing and return False.

    ``more`` are limits beside the hotline's own. A repeated run counts once.
    """
    limits, country = request.message_limits, country_of(to)
    rate_limits = [
        RateLimit(f"text-number:{to}", limits.per_number, _A_DAY),
        RateLimit(f"text-caller:{request.caller or request.call}", limits.per_caller, _A_DAY),
        RateLimit(f"text-country:{country}", limits.countries.get(country, limits.elsewhere), _A_DAY),
    ]
    if not request.caller:
        rate_limits.append(RateLimit("text-withheld", MOST_WITHHELD, _A_DAY))
    if country not in limits.countries:
        rate_limits.append(RateLimit("text-abroad", limits.abroad, _A_DAY))
    if request.level >= Level.verified:
        # An account that is only claimed is not counted: a stranger could use up its owner's messages.
        rate_limits.append(RateLimit(f"text-number:{request.account}", limits.per_number, _A_DAY))
    return services.attempts.consume([*rate_limits, *more], key=request.key, at=request.at)


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


def country_of(number: str) -> str:
    """Return the country of a number, such as ``CN``, or ``ZZ`` if it has none."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return "ZZ"
    country = phonenumbers.region_code_for_number(parsed)
    return str(country or phonenumbers.region_code_for_country_code(parsed.country_code or 0))
