"""When a desk is open: its hours by weekday, its closed days and public holidays, in the hotline's time zone."""

from __future__ import annotations

import functools
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ivr.menu.language.desks import Desk
from ivr.menu.language.scalars import WEEKDAYS


def is_open(desk: Desk, at: datetime, timezone: ZoneInfo) -> bool:
    """Return whether somebody answers at this moment.

    A span includes its first minute but not its last. A day that one span calls closed stays closed.
    """
    here = at.astimezone(timezone)
    today = here.date()
    if today.isoformat() in desk.closed_on:
        return False
    if desk.holidays and today in public_holidays(desk.holidays, today.year):
        return False
    if desk.hours == "always":
        return True
    spans = _spans(desk, today)
    time = f"{here.hour:02}:{here.minute:02}"
    ends = [ends for span in spans if span != "closed" for ends in _ends_of(span)]
    return "closed" not in spans and any(first <= time < last for first, last in ends)


def may_close(desk: Desk) -> bool:
    """Return whether there is any moment at which nobody answers."""
    return desk.hours != "always" or bool(desk.closed_on) or desk.holidays is not None


def _spans(desk: Desk, on: date) -> list[str]:
    assert isinstance(desk.hours, dict)
    calendar = _calendar(desk.holidays, on.year) if desk.holidays else None
    worked_instead = on in (getattr(calendar, "weekend_workdays", None) or ())
    weekday = 0 if worked_instead else on.weekday()
    return [span for days, span in desk.hours.items() if weekday in weekdays(days)]


@functools.lru_cache(maxsize=1024)
def _ends_of(spans: str) -> tuple[tuple[str, str], ...]:
    """Return the first and last minutes of spans such as ``09:00-12:00, 13:00-18:00``."""
    return tuple(
        (first, last) for first, _, last in (span.strip().partition("-") for span in spans.split(","))
    )


@functools.lru_cache(maxsize=64)
def weekdays(days: str) -> tuple[int, ...]:
    """Return the weekdays of ``mon-fri`` or ``sat``, where Monday is 0. A span may cross the end of the week."""
    first, _, last = days.partition("-")
    begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    return tuple((begin + step) % 7 for step in range((end - begin) % 7 + 1))


@functools.lru_cache(maxsize=32)
def public_holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(_calendar(country, year))


@functools.lru_cache(maxsize=32)
def _calendar(country: str, year: int) -> Any:
    import holidays  # imported late: it takes a tenth of a second, and few menus need it

    return holidays.country_holidays(country, years=[year])


def knows_holidays(country: str) -> bool:
    import holidays

    return country in holidays.list_supported_countries()
