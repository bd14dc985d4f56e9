"""What a test states as its figures reaches the table once, whoever prints it."""

from __future__ import annotations

from tests.support.figures import figure, table, take_figures


def test_figures_are_taken_once_and_told_as_lines() -> None:
    """They go as properties of a report, among others that are no figures."""
    figure("doors tried", 1200, "none open")
    taken = take_figures()
    (line,) = table([("another property", 1), *taken])
    assert line.split() == ["doors", "tried", "1,200", "none", "open"]
    assert take_figures() == []
