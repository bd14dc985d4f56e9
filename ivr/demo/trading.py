"""When an ordinary withdrawal arrives: the trading days of the Shanghai stock exchange, and the 15:00 rule.

A fund confirms a withdrawal on trading days only. The exchange is closed at weekends, even on make-up workdays, and
on the holidays that it announces each December for the next year. The ``holidays`` package has the announced years.
For later years it computes the holidays that the law fixes, without the days that are swapped around them, so a date
may turn out a few days early. From 2101 on only weekends are closed. The fund's own notice always wins.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

_EXCHANGE = ZoneInfo("Asia/Shanghai")
_CLOSES = time(15)
"""A request at this time or later counts for the next trading day."""
_DAY = timedelta(days=1)


def is_trading_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _holidays(day.year)


def next_trading_day(day: date) -> date:
    """Return the first trading day after this day."""
    day += _DAY
    while not is_trading_day(day):
        day += _DAY
    return day


def ordinary_arrival(at: datetime) -> date:
    """Return the day on which an ordinary withdrawal arrives that is requested now: one trading day after it counts.

    Raises ``ValueError`` for a time without a time zone.
    """
    if at.tzinfo is None:
        raise ValueError("a withdrawal is requested at an aware time")
    here = at.astimezone(_EXCHANGE)
    in_time = is_trading_day(here.date()) and here.time() < _CLOSES
    counts = here.date() if in_time else next_trading_day(here.date())
    return next_trading_day(counts)


@cache
def _holidays(year: int) -> frozenset[date]:
    # The import takes a good part of a second. Each year has its own calendar, because a shared one changes while it
    # is read, and other threads must not see that.
    import holidays

    return frozenset(holidays.financial_holidays("XSHG", years=year))
