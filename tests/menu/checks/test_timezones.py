"""Time zones as people type them, and what they are told."""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest

from ivr.menu.checks.timezones import zone, zone_meant, zone_misleads


@pytest.mark.parametrize(
    ("typed", "remedy"),
    [
        ("Asia/Beijing", "write `Asia/Shanghai`"),
        ("beijing", "write `Asia/Shanghai`"),
        ("New York", "write `America/New_York`"),
        ("America/NewYork", "write `America/New_York`"),
        ("PST", "write `America/Los_Angeles`"),
        ("CST", "write `America/Chicago`, or `Asia/Shanghai` for China"),
        ("Pacific", "write `America/Los_Angeles`"),
        ("US/Eastern Time", "write `America/New_York`"),
        ("UTC+8", "a zone is named after a city in it, such as `Asia/Shanghai`"),
        ("GMT-08:00", "a zone is named after a city in it, such as `America/Los_Angeles`"),
        ("+05:30", "a zone is named after a city in it, such as `Asia/Kolkata`"),
        ("Europe/Berln", "did you mean `Europe/Berlin`?"),
        ("x", "write it like `Asia/Shanghai`"),
    ],
)
def test_the_zone_that_was_meant(typed: str, remedy: str) -> None:
    """A city without a zone of its own, an abbreviation, an offset, a slip."""
    assert zone(typed) is None
    assert zone_meant(typed) == remedy


@pytest.mark.parametrize(
    ("name", "what", "remedy"),
    [
        ("EST", "`EST` has no summer time", "write `America/New_York`"),
        ("MST", "`MST` has no summer time", "write `America/Denver`"),
        (
            "Etc/GMT+8",
            "`Etc/GMT+8` is 8 hours behind UTC",
            "`America/Los_Angeles` (UTC-8) or `Asia/Shanghai` (UTC+8)",
        ),
        (
            "Etc/GMT-8",
            "`Etc/GMT-8` is 8 hours ahead of UTC",
            "`Asia/Shanghai` (UTC+8) or `America/Los_Angeles` (UTC-8)",
        ),
    ],
)
def test_a_zone_that_misleads(name: str, what: str, remedy: str) -> None:
    """It exists, and means something else than most people think: a warning says what."""
    assert zone(name) is not None
    misleads = zone_misleads(name)
    assert misleads is not None
    assert misleads[0].startswith(what)
    assert remedy in misleads[1]


def test_what_is_advised_exists_and_misleads_nobody() -> None:
    """Every zone of the remedies is one; the zones of places, and UTC, raise no word."""
    places = [name for name in available_timezones() if "/" in name and not name.startswith("Etc/")]
    for name in [*places, "UTC", "GMT", "Etc/UTC", "Etc/GMT+0"]:
        assert zone_misleads(name) is None
    for city in (
        "beijing",
        "delhi",
        "osaka",
        "busan",
        "hongkong",
        "hanoi",
        "seattle",
        "dallas",
        "boston",
        "milan",
    ):
        assert zone(zone_meant(city).split("`")[1]) is not None
