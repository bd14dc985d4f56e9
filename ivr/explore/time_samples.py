"""The moments between which a menu can tell: at each of them another set of desks is open, or the time is another."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from ivr.explore.sources import names_in, templates_of
from ivr.menu.language.desks import Desk
from ivr.menu.opening_hours import is_open, public_holidays, week
from ivr.menu.tree import Tree

BEGIN = datetime(2026, 11, 23, 10, 0)  # noqa: DTZ001 - a Monday morning in whatever time zone the hotline has
_TIME = frozenset({"now", "today"})


def moments(tree: Tree) -> tuple[datetime, ...]:
    """Return the moments that matter; the first is the usual one."""
    begin = BEGIN.replace(tzinfo=tree.timezone)
    found: dict[tuple[bool, ...], datetime] = {}
    for at in (begin, *_around_hours(tree, begin)):
        found.setdefault(tuple(is_open(desk, at, tree.timezone) for desk in tree.desks.values()), at)
    return tuple(dict.fromkeys([*found.values(), *_asked(tree, begin)]))


# --- desks


def _around_hours(tree: Tree, begin: datetime) -> Iterator[datetime]:
    """Yield the moments around which a desk opens or closes, in a week and on days that are not like others."""
    monday = begin.date()
    times = {180, 720, 1320, *(time for desk in tree.desks.values() for time in _ends_of_spans(desk))}
    days = {monday + timedelta(days=day) for day in range(7)}
    for desk in tree.desks.values():
        days |= {date.fromisoformat(each) for each in desk.closed_on}
        days |= _unusual_days(desk, monday.year)
    # This evening rather than this morning.
    soonest = sorted(times, key=lambda time: (time - begin.hour * 60) % 1440)
    for day, time in itertools.product(sorted(days), soonest):
        yield datetime(day.year, day.month, day.day, time // 60, time % 60, tzinfo=begin.tzinfo)


def _unusual_days(desk: Desk, year: int) -> set[date]:
    """Return a country's holidays, and the weekend days around them, some of which are worked instead."""
    if not desk.holidays:
        return set()
    holidays = set(public_holidays(desk.holidays, year))
    near = {day + timedelta(days=away) for day in holidays for away in range(-7, 8)}
    return holidays | {day for day in near if day.weekday() > _FRIDAY}


_FRIDAY = 4


def _ends_of_spans(desk: Desk) -> set[int]:
    """Return the minutes of a day at which a desk may open or close, and the minute before each."""
    times = (time for _, hours in week(desk) for time in re.findall(r"\d\d:\d\d", hours))
    ends = {int(time[:2]) * 60 + int(time[3:]) for time in times}
    return {each % 1440 for end in ends for each in (end, end - 1)}


# --- templates


def _asked(tree: Tree, begin: datetime) -> Sequence[datetime]:
    """Return moments of every hour, weekday, month and day of a month, and around each minute that is named."""
    sources = [source for name in tree.nodes for source in templates_of(tree, name)]
    asking = " ".join(source for source in sources if not _TIME.isdisjoint(names_in(source)))
    if not asking:
        return ()
    midnight = begin.replace(hour=0)
    found = [midnight + timedelta(days=day, hours=hour) for day in (0, 6) for hour in range(24)]
    found += [begin + timedelta(days=day) for day in range(7)]
    if "minute" in asking:
        named = {int(number) for number in re.findall(r"\d+", asking)} | {0, 59}
        minutes = {near for number in named for near in (number - 1, number, number + 1) if 0 <= near < 60}
        found += [begin.replace(minute=minute) for minute in sorted(minutes)]
    if "month" in asking or "day" in asking:
        found += [begin.replace(month=month, day=1) for month in range(1, 13)]
        found += [begin.replace(day=day) for day in range(1, 31)]
    return found
