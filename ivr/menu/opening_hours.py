"""When a desk is open: its hours by weekday, its closed days and public holidays, in the hotline's time zone."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ivr.menu.language.desks import Desk
from ivr.menu.language.scalars import WEEKDAYS


def is_open(desk: Desk, at: datetime, timezone: ZoneInfo) -> bool:
    """Return whether somebody answers at this moment. A span includes its first minute but not its last."""
    here = at.astimezone(timezone)
    today = here.date()
    if today.isoformat() in desk.closed_on:
        return False
    if desk.holidays and today in public_holidays(desk.holidays, today.year):
        return False
    time = f"{here.hour:02}:{here.minute:02}"
    return any(first <= time < last for first, last in _ends_of(hours_on(desk, _weekday(desk, today))))


def may_close(desk: Desk) -> bool:
    """Return whether there is any moment at which nobody answers."""
    return desk.hours != "always" or bool(desk.closed_on) or desk.holidays is not None


def hours_on(desk: Desk, weekday: int) -> str:
    """Return the hours of a weekday, such as ``09:00-12:00, 13:00-18:00`` or ``closed``. They are empty if nothing names the day."""
    if isinstance(desk.hours, str):
        return ALL_DAY
    return next((desk.hours[days] for days in narrowest_names(desk.hours, weekday)), "")


ALL_DAY = "00:00-24:00"


def narrowest_names(names: Iterable[str], weekday: int) -> list[str]:
    """Return the names that decide about a day: ``fri`` before ``mon-fri``. Checked hours have one at most."""
    held = [days for days in names if weekday in weekdays(days)]
    return [days for days in held if len(weekdays(days)) == min(len(weekdays(each)) for each in held)]


def week(desk: Desk) -> list[tuple[str, str]]:
    """Return the hours from Monday on: each run of days with the same hours once, as in ``mon-thu`` and ``fri``.

    A desk that is always open names no days.
    """
    runs = itertools.groupby(range(len(WEEKDAYS)), key=lambda weekday: hours_on(desk, weekday))
    return [(days_of(list(run)), hours) for hours, run in runs if hours and desk.hours != "always"]


def days_of(run: Sequence[int]) -> str:
    """Return the name of days that follow each other."""
    return "-".join(dict.fromkeys((WEEKDAYS[run[0]], WEEKDAYS[run[-1]])))


def _weekday(desk: Desk, on: date) -> int:
    """Return the day of the week whose hours hold: Monday's on a weekend day that is worked instead of a holiday."""
    calendar = _calendar(desk.holidays, on.year) if desk.holidays else None
    return 0 if on in (getattr(calendar, "weekend_workdays", None) or ()) else on.weekday()


@functools.lru_cache(maxsize=1024)
def _ends_of(hours: str) -> tuple[tuple[str, str], ...]:
    """Return the first and last minutes of hours such as ``09:00-12:00, 13:00-18:00``."""
    spans = (span.strip().partition("-") for span in hours.split(","))
    return tuple((first, last) for first, _, last in spans if last)


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
