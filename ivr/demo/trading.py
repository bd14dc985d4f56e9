"""When an ordinary withdrawal arrives: the trading days of the Shanghai stock exchange and the 15:00 rule.

A fund confirms a withdrawal on trading days only. The exchange is closed on every Saturday and Sunday, on make-up
workdays too, and on the holidays that it announces for one year in the December before. The ``holidays`` package
carries the announced years. For a year that is not announced yet it computes the holidays that the law fixes, without
the days that will be swapped around them: a date told for such a year may turn out a few days early. From 2101 on
it knows nothing, and only weekends are closed. The fund's own notice always wins.
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
    """Say whether the exchange is open on this day."""
    return day.weekday() < 5 and day not in _holidays(day.year)


def next_trading_day(day: date) -> date:
    """Return the first trading day after this day."""
    day += _DAY
    while not is_trading_day(day):
        day += _DAY
    return day


def ordinary_arrival(at: datetime) -> date:
    """Return the day on which an ordinary withdrawal that is requested at this moment arrives: one trading day after it counts.

    Raises ValueError for a time without a time zone.
    """
    if at.tzinfo is None:
        raise ValueError("a withdrawal is requested at an aware time")
    here = at.astimezone(_EXCHANGE)
    in_time = is_trading_day(here.date()) and here.time() < _CLOSES
    counts = here.date() if in_time else next_trading_day(here.date())
    return next_trading_day(counts)


@cache
def _holidays(year: int) -> frozenset[date]:
    # Imported late: it takes a good part of a second. One calendar a year: a shared one fills itself while it is
    # read, which two threads must not see.
    import holidays

    return frozenset(holidays.financial_holidays("XSHG", years=year))
