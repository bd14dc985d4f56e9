"""The limits of the whole hotline, for all callers together. :class:`ivr.config.HotlineLimits` has their sizes.

Whoever has proved something has limits of their own, so that strangers cannot use up what customers need. A number that
has an account is no such proof: it can be forged, and a limit of its own would tell strangers who has an account. So a
try or a freeze for a number without an account is refused when one with an account is, but uses nothing up.

An action that meets one of these limits raises :class:`LimitMet`, and ends as ``unavailable``: the menu has a sentence for
that, and a human. Each limit is a holder of its own, so that a store on several machines can place it by its name.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from ivr.actions.base import ActionRequest, Services
from ivr.config import HotlineLimits
from ivr.menu.language.contract import Level
from ivr.storage.attempts import RateLimit

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
_PREFIX = "hotline:"


class LimitMet(Exception):
    """The whole hotline has done as much as it may for now. The alarm was given already."""


def has_proved_something(request: ActionRequest) -> bool:
    """Return whether the caller has proved more than a number: at least the tail of an ID card."""
    return request.level >= Level.matched


def hotline_limits(scope: str, per_hour: int, *, counts: bool = True) -> list[RateLimit]:
    """Return the limits of this scope (``freezes:unproved``): by hour, and by minute.

    If ``counts`` is false, they refuse what they would refuse anyway, and a use of them is noted elsewhere.
    """
    holder, burst = _PREFIX + scope, max(1, per_hour // HotlineLimits.BURST)
    noted_for = "" if counts else f"{holder}:no account"
    return [
        RateLimit(holder, per_hour, _HOUR, noted_for),
        RateLimit(holder, burst, _MINUTE, noted_for),
    ]


def require_room(
    services: Services, request: ActionRequest, scope: str, per_hour: int, *, counts: bool = True
) -> None:
    """Use the limits of a scope once, or raise :class:`LimitMet`. A repeated run uses them once."""
    rate_limits = hotline_limits(scope, per_hour, counts=counts)
    if not services.attempts.consume(rate_limits, key=f"{request.key}/{scope}", at=request.at):
        raise limit_met(services, request, _PREFIX + scope)


def limit_met(services: Services, request: ActionRequest, holder: str) -> LimitMet:
    """Give the alarm, and return the exception to raise."""
    alarm(services, request, holder.removeprefix(_PREFIX))
    return LimitMet(holder)


def alarm_refused(services: Services, request: ActionRequest, rate_limits: Sequence[RateLimit]) -> None:
    """Give the alarm for limits that have refused something. Raises :class:`LimitMet` if it is the whole hotline's."""
    used_up = [each.holder for each in rate_limits if services.attempts.used_up(each, at=request.at)]
    for holder in used_up:
        if holder.startswith(_PREFIX):
            raise limit_met(services, request, holder)
    alarm(services, request, used_up[0].partition(":")[0] if used_up else "used up before")


def alarm(services: Services, request: ActionRequest, scope: str) -> None:
    services.alarms.sound("bound", scope, call=request.call, caller=request.caller, account=request.account)
