"""The figures of a run: what was tried, how often, and what came of it. `make attack` prints them as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

Amount = Callable[[int, int], int]
"""How much of something a test tries: ``amount(in every run, with --long)``."""
PROPERTY = "figure"
"""The name under which a test's report has its figures, so that they reach the process that prints them."""

_figures: list[str] = []


def figure(tried: str, times: int, came: str) -> None:
    """State a figure of the test that is running."""
    _figures.append(f"{tried:<66} {times:>8,}   {came}")


def take_figures() -> list[tuple[str, object]]:
    """Return the figures that were stated since the last time, as properties of a test's report."""
    taken: list[tuple[str, object]] = [(PROPERTY, line) for line in _figures]
    _figures.clear()
    return taken


def table(properties: Iterable[tuple[str, object]]) -> Iterator[str]:
    """Return the lines of the table from the properties of reports."""
    return (str(line) for name, line in properties if name == PROPERTY)
