"""Where the library that ranks boxes has no wheel, what needs it reports itself as skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

DRAWN = {"test_layout.py", "test_page.py", "test_ranking.py", "test_svg.py"}
"""Files all of which is about drawings."""
NAMED = {
    "test_calls_of_the_store_are_counted",
    "test_every_format_is_printed_or_written[svg-<svg ]",
    "test_every_format_is_printed_or_written[html-<!doctype html>]",
    "test_every_format_shows_the_figures",
    "test_an_empty_store_says_so",
    "test_the_legend_tells_the_days_of_the_hotline",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, by name, what cannot be drawn here."""
    try:
        import fast_sugiyama  # noqa: F401
    except ImportError:
        skip = pytest.mark.skip(reason="fast-sugiyama is not installed (no wheel for this machine)")
        for item in items:
            here = Path(item.path).parent == Path(__file__).parent
            if here and (Path(item.path).name in DRAWN or item.name in NAMED):
                item.add_marker(skip)
