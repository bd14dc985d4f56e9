"""When somebody answers: hours, closed days and holidays, in the hotline's time zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ivr.menu.language.desks import Desk
from ivr.menu.opening_hours import is_open, knows_holidays, public_holidays, week, weekdays

SHANGHAI = ZoneInfo("Asia/Shanghai")


def desk(**keys: Any) -> Desk:
    """Return a desk with these keys."""
    ways = dict.fromkeys(("busy", "no_answer", "failed", "closed"), "voicemail")
    return Desk.model_validate({"number": "+8657100000001", **ways, **keys})


def opens(at: str, **keys: Any) -> bool:
    """Say whether a desk is open at an hour of Shanghai."""
    return is_open(desk(**keys), datetime.fromisoformat(at).replace(tzinfo=SHANGHAI), SHANGHAI)


@pytest.mark.parametrize(
    ("at", "is_it_open"),
    [
        ("2026-11-23T08:29", False),
        ("2026-11-23T08:30", True),
        ("2026-11-23T20:59", True),
        ("2026-11-23T21:00", False),
        ("2026-11-28T10:00", True),
        ("2026-11-28T17:00", False),
        ("2026-11-29T10:00", False),
    ],
)
def test_hours_by_weekday(at: str, is_it_open: bool) -> None:  # noqa: FBT001
    """A span's first minute is in it, its last is not; days that are not named are closed."""
    assert opens(at, hours={"mon-fri": "08:30-21:00", "sat": "09:00-17:00"}) is is_it_open


def test_the_time_zone_counts() -> None:
    """One o'clock in Greenwich is nine in Shanghai."""
    at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    assert is_open(desk(hours={"mon": "09:00-09:01"}), at, SHANGHAI)
    assert not is_open(desk(hours={"mon": "09:00-09:01"}), at, ZoneInfo("UTC"))


def test_a_span_to_midnight() -> None:
    """`24:00` is the end of the day."""
    assert opens("2026-11-23T23:59", hours={"mon": "00:00-24:00"})
    assert not opens("2026-11-24T00:00", hours={"mon": "00:00-24:00"})


@pytest.mark.parametrize("spans", ["09:00-12:00, 13:00-18:00", "09:00-12:00,13:00-18:00"])
def test_a_lunch_break(spans: str) -> None:
    """A day may have several spans, between commas."""
    times = ("08:59", "09:00", "11:59", "12:00", "13:00", "17:59", "18:00")
    open_at = [time for time in times if opens(f"2026-11-23T{time}", hours={"mon-fri": spans})]
    assert open_at == ["09:00", "11:59", "13:00", "17:59"]


def test_a_day_that_is_named_as_closed_is_closed() -> None:
    """`closed` stands over a span that names the day among others."""
    hours = {"mon-sun": "09:00-21:00", "sun": "closed"}
    assert opens("2026-11-28T10:00", hours=hours)
    assert not opens("2026-11-29T10:00", hours=hours)


def test_always() -> None:
    """A desk without hours is open at night, too."""
    assert opens("2026-11-29T03:00")


def test_closed_days() -> None:
    """Also where it is open always."""
    assert not opens("2026-11-23T10:00", closed_on=["2026-11-23"])
    assert opens("2026-11-24T10:00", closed_on=["2026-11-23"])


@pytest.mark.parametrize("hours", ["always", {"mon-sun": "09:00-21:00"}])
def test_public_holidays(hours: Any) -> None:
    """National Day is a holiday, also for a desk that is open always."""
    assert not opens("2025-10-01T10:00", hours=hours, holidays="CN")
    assert opens("2025-11-24T10:00", hours=hours, holidays="CN")


def test_a_weekend_day_that_is_worked_instead() -> None:
    """The Sunday before the Spring Festival of 2025 has a Monday's hours."""
    hours = {"mon-fri": "09:00-21:00"}
    assert opens("2025-01-26T10:00", hours=hours, holidays="CN")
    assert not opens("2025-01-26T10:00", hours=hours)


def test_a_narrower_name_wins_over_a_wider_one() -> None:
    """With `mon-fri` and `fri`, Friday has hours of its own, in whatever order they are written."""
    hours = {"fri": "09:00-15:00", "mon-fri": "09:00-18:00", "wed": "closed"}
    assert opens("2026-11-26T17:00", hours=hours)
    assert opens("2026-11-27T14:59", hours=hours)
    assert not opens("2026-11-27T17:00", hours=hours)
    assert not opens("2026-11-25T10:00", hours=hours)


def test_a_week_names_each_day_once() -> None:
    """Cards and pictures show the hours that hold, and not those that are typed."""
    hours = {"mon-fri": "09:00-18:00", "fri-sun": "10:00-12:00", "wed": "closed", "sun": "closed"}
    assert week(desk(hours=hours)) == [
        ("mon-tue", "09:00-18:00"),
        ("wed", "closed"),
        ("thu", "09:00-18:00"),
        ("fri-sat", "10:00-12:00"),
        ("sun", "closed"),
    ]


@pytest.mark.parametrize(
    ("days", "numbers"),
    [("mon", (0,)), ("mon-fri", (0, 1, 2, 3, 4)), ("sat-mon", (5, 6, 0)), ("mon-sun", (0, 1, 2, 3, 4, 5, 6))],
)
def test_spans_of_days(days: str, numbers: tuple[int, ...]) -> None:
    """A span may run over the end of the week."""
    assert weekdays(days) == numbers


def test_countries() -> None:
    """China's holidays are known, those of nowhere are not."""
    assert knows_holidays("CN")
    assert not knows_holidays("XX")
    assert datetime(2025, 10, 1, tzinfo=UTC).date() in public_holidays("CN", 2025)
