"""The trading calendar of 2026, as the Shanghai stock exchange announced it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from ivr.demo.trading import is_trading_day, next_trading_day, ordinary_arrival


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        ("2026-11-20", True),  # a plain Friday
        ("2026-11-21", False),  # Saturday
        ("2026-11-22", False),  # Sunday
        ("2026-02-13", True),  # the last day before the Spring Festival
        ("2026-02-14", False),  # a Saturday on which offices work
        ("2026-02-16", False),
        ("2026-02-23", False),  # a day swapped in
        ("2026-02-24", True),
        ("2026-09-30", True),
        ("2026-10-01", False),
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", False),  # a Saturday on which offices work
        ("2027-10-01", False),  # not announced yet: fixed by law
        ("2150-10-01", True),  # beyond the calendar: only weekends are closed
        ("2150-10-03", False),
    ],
)
def test_the_exchange_is_open_on(day: str, is_open: bool) -> None:  # noqa: FBT001
    """Weekends, holidays and make-up workdays are closed; other days are open."""
    assert is_trading_day(date.fromisoformat(day)) is is_open


@pytest.mark.parametrize(
    ("day", "following"),
    [
        ("2026-11-19", "2026-11-20"),
        ("2026-11-20", "2026-11-23"),
        ("2026-09-30", "2026-10-08"),
        ("2026-12-31", "2027-01-04"),
    ],
)
def test_the_next_trading_day_is_later(day: str, following: str) -> None:
    """The next trading day is never the day itself, and skips what is closed."""
    assert next_trading_day(date.fromisoformat(day)) == date.fromisoformat(following)


@pytest.mark.parametrize(
    ("asked", "arrives"),
    [
        ("2026-11-20T14:59:59", "2026-11-23"),  # Friday just before the hour: Monday
        ("2026-11-20T15:00:00", "2026-11-24"),  # Friday on the hour: counts as Monday
        ("2026-11-21T10:00:00", "2026-11-24"),  # Saturday: counts as Monday
        ("2026-11-18T23:40:00", "2026-11-20"),
        ("2026-09-25T16:00:00", "2026-09-29"),  # Friday of the Mid-Autumn Festival: counts as Monday
        ("2026-09-30T14:59:00", "2026-10-08"),  # the day before National Day
        ("2026-09-30T16:00:00", "2026-10-09"),
        ("2026-10-02T16:00:00", "2026-10-09"),  # Friday in the holiday week
        ("2026-10-10T10:00:00", "2026-10-13"),  # offices work on this Saturday, the exchange does not
        ("2026-02-13T14:00:00", "2026-02-24"),  # before the Spring Festival
        ("2026-02-13T15:00:00", "2026-02-25"),
        ("2026-02-18T09:00:00", "2026-02-25"),  # within it
    ],
)
def test_an_ordinary_withdrawal_arrives(asked: str, arrives: str) -> None:
    """One trading day after the day as which it counts."""
    at = datetime.fromisoformat(asked).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    assert ordinary_arrival(at) == date.fromisoformat(arrives)


def test_the_hour_is_that_of_the_exchange() -> None:
    """Seven in the morning UTC is 15:00 in Shanghai, wherever the hotline is."""
    assert ordinary_arrival(datetime(2026, 11, 20, 6, 59, tzinfo=UTC)) == date(2026, 11, 23)
    assert ordinary_arrival(datetime(2026, 11, 20, 7, 0, tzinfo=UTC)) == date(2026, 11, 24)


def test_a_time_without_a_zone_is_refused() -> None:
    """Guessing a time zone would tell a wrong day."""
    with pytest.raises(ValueError, match="aware"):
        ordinary_arrival(datetime(2026, 11, 20, 10))  # noqa: DTZ001
