"""Times: hours and minutes, days, and the time of day."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time

from ivr.menu.speech.values.numbers import plain_spaces, unit
from ivr.menu.speech.values.patterns import ClockPatterns
from ivr.menu.speech.values.speaker import Speaker, rounded


def minutes(value: Any, speaker: Speaker) -> str:
    """A number of minutes as hours and minutes: `2 hours 54 minutes`, `2小时54分钟`."""
    hours, rest = divmod(max(int(rounded(value)), 0), 60)
    patterns = speaker.values
    said_hours = _counted(hours, patterns.hours, "duration-hour", speaker)
    said_minutes = _counted(rest, patterns.minutes, "duration-minute", speaker)
    if hours and rest:
        return patterns.duration.format(hours=said_hours, minutes=said_minutes)
    return said_hours if hours else said_minutes


def _counted(amount: int, forms: Mapping[Any, str], name: str, speaker: Speaker) -> str:
    if not forms:
        return unit(name, amount, speaker)
    return speaker.form(forms, amount).replace("{n}", speaker.number(amount, "0"))


def weekday(value: date, speaker: Speaker) -> str:
    """A day of the week: `Tuesday`, `星期二`."""
    return format_date(value, "cccc", locale=speaker.locale)


def day(value: date, speaker: Speaker) -> str:
    """A day with its weekday: `Tuesday, November 24`, `11月24日星期二`."""
    return _date(value, speaker.values.day or _day_pattern(speaker.locale), speaker)


def full_day(value: date, speaker: Speaker) -> str:
    """A day with its year, as the region writes it: `March 7, 1990`, `7 March 1990`, `1990年3月7日`."""
    return _date(value, speaker.values.full_day or speaker.locale.date_formats["long"].pattern, speaker)


_DAY_OF_MONTH = re.compile(r"('[^']*')|d+")
"""The field of a date pattern, and the quoted texts in which it is a letter."""


def _date(value: date, pattern: str, speaker: Speaker) -> str:
    first = speaker.values.first_day
    if first and value.day == 1:
        pattern = _DAY_OF_MONTH.sub(lambda found: found[1] or f"'{first}'", pattern)
    return format_date(value, pattern, locale=speaker.locale)


@functools.cache
def _day_pattern(locale: Locale) -> str:
    """Return CLDR's pattern of a day and a month with the weekday, whose names are written out."""
    pattern = locale.datetime_skeletons["MMMEd"].pattern
    return re.sub(r"(?<!E)E{1,3}(?!E)", "EEEE", re.sub(r"(?<!M)M{1,3}(?!M)", "MMMM", pattern))


def clock(value: datetime | time, speaker: Speaker) -> str:
    """A time of day as it is said: `3 PM`, `noon`, `下午3点`. A text message has it in digits: `15:00`, `3:00 PM`."""
    patterns = speaker.values.clock
    if speaker.written or not patterns.hour:
        return plain_spaces(format_time(value, "short", locale=speaker.locale))
    if named := patterns.times.get(f"{value.hour:02}:{value.minute:02}"):
        return named
    places = {
        "H": value.hour,
        "h": value.hour % 12 or 12,
        "K": value.hour % 12,
        "m": value.minute,
        "mm": f"{value.minute:02}",
        "period": _period(patterns, value.hour),
        "minutes": _counted(value.minute, speaker.values.minutes, "duration-minute", speaker),
        "hours": _counted(value.hour, speaker.values.hours, "duration-hour", speaker),
    }
    places["hour"] = patterns.hours.get(value.hour, patterns.hour).format_map(places)
    return (patterns.with_minutes if value.minute else patterns.exact).format_map(places)


def _period(patterns: ClockPatterns, hour: int) -> str:
    begun = [begins for begins in patterns.periods if begins <= hour]
    return patterns.periods[max(begun)] if begun else ""
