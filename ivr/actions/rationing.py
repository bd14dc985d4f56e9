"""How many messages may be sent: bounded for a number, an account, a caller and a country, against pumping and pestering."""

from __future__ import annotations

from datetime import timedelta

import phonenumbers

from ivr.actions.base import ActionRequest, Services
from ivr.menu.language.contract import Level, Outcome
from ivr.storage.attempts import RateLimit

RATIONED = Outcome(means="No more messages may be sent for now; see the hotline's `texts:`.")
"""How an action ends that has none left."""
_A_DAY = timedelta(days=1)
MOST_WITHHELD = 500
"""Messages a day that all calls together may cause whose number is withheld: each of them would be a new caller."""


def may_text(services: Services, asked: ActionRequest, to: str, *more: RateLimit) -> bool:
    """Take one message to this number (E.164) of every ration, or of none when one is used up.

    ``more`` are rations beside the hotline's own. The same run asks once, however often it is repeated.
    """
    bounds, country = asked.message_limits, country_of(to)
    rate_limits = [
        RateLimit(f"text-number:{to}", bounds.per_number, _A_DAY),
        RateLimit(f"text-caller:{asked.caller or asked.call}", bounds.per_caller, _A_DAY),
        RateLimit(f"text-country:{country}", bounds.countries.get(country, bounds.elsewhere), _A_DAY),
    ]
    if not asked.caller:
        rate_limits.append(RateLimit("text-withheld", MOST_WITHHELD, _A_DAY))
    if country not in bounds.countries:
        rate_limits.append(RateLimit("text-abroad", bounds.abroad, _A_DAY))
    if asked.level >= Level.verified:
        # Of an account that is only claimed nothing is taken: else a stranger could use up its owner's messages.
        rate_limits.append(RateLimit(f"text-number:{asked.account}", bounds.per_number, _A_DAY))
    return services.attempts.consume([*rate_limits, *more], key=asked.key, at=asked.at)


def country_of(number: str) -> str:
    """Return the country of a number, such as ``CN``; ``ZZ`` where it has none."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return "ZZ"
    country = phonenumbers.region_code_for_number(parsed)
    return str(country or phonenumbers.region_code_for_country_code(parsed.country_code or 0))
