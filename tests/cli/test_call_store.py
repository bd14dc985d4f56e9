"""The calls in the store, as commands look them up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ivr.cli.call_store import call_filter


def test_a_filter_takes_moments_in_any_form() -> None:
    """With a zone, or in this machine's."""
    wanted = call_filter("2026-11-22T10:00+08:00", "2026-11-23", caller="8000", limit=3)
    assert wanted.since == datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
    assert wanted.until == datetime(2026, 11, 23).astimezone(UTC)  # a day of this machine
    assert (wanted.caller, wanted.limit) == ("8000", 3)
    with pytest.raises(ValueError, match="--until: `soon` is no moment; write it like 2026-11-22"):
        call_filter(None, "soon")
