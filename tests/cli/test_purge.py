"""`ivr purge`, as it is typed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ivr.cli.purge import parse_age


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("90d", timedelta(days=90)),
        ("36h", timedelta(hours=36)),
        ("12w", timedelta(weeks=12)),
        ("0d", timedelta(0)),
    ],
)
def test_an_age(text: str, age: timedelta) -> None:
    """A number and the first letter of hours, days or weeks."""
    assert parse_age(text) == age


@pytest.mark.parametrize("text", ["", "90", "d", "3y", "-1d", "1.5d", "90 d", "１d", "999999d"])
def test_an_age_that_is_none(text: str) -> None:
    """How to write it is told."""
    with pytest.raises(ValueError, match="is no age; write it like 90d, 36h or 12w"):
        parse_age(text)
