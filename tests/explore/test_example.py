"""The worked example at the head of the package is true."""

from __future__ import annotations

import doctest

import ivr.explore


def test_the_example_is_true() -> None:
    """Each figure in it is what the walk gives."""
    result = doctest.testmod(ivr.explore)
    assert result.attempted > 0
    assert result.failed == 0
