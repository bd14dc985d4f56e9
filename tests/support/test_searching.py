"""A short secret is found however its digits are written, but not inside a longer number that is another secret."""

from __future__ import annotations

import pytest

from tests.support.searching import Evidence, Secret


def leaks(found: str) -> list[str]:
    """Look for a tail in a log that has this."""
    evidence = Evidence()
    evidence.add("log", found)
    return evidence.leaks([Secret("the tail", "8264")])


@pytest.mark.parametrize(
    "found",
    [
        "tail=8264.",
        "8 2 6 4",
        "1, 2 and 8, 2, 6, 4",
        "8-2-6-4",
        "1 3 8 2 6 4",
        "try 2 8 2 6 4",
        "八二六四",
        "2026 8264 12",
        "ODI2NA",
    ],
)
def test_it_is_found(found: str) -> None:
    """With words, and other numbers, around it."""
    assert leaks(found)


@pytest.mark.parametrize("found", ["41826470", "4, 1, 8, 2, 6, 4, 7, 0", "1-4-8-2-6-4-7-0", "四幺八二六四七"])
def test_a_longer_number_is_another(found: str) -> None:
    """A case number may have the same four digits in its middle."""
    assert leaks(found) == []
