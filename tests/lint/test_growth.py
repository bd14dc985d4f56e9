"""Checking a hotline takes a time that grows with its size, and not with its square.

Calls of functions are counted, so that nothing depends on the machine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from ivr.lint import judged
from ivr.menu.loader import load
from tests.support.menus import CONTRACTS, small

Shape = Callable[[int], str]
"""The nodes of a hotline by their number."""


def chain(number: int, node: str, last: str = "bye") -> str:
    """Return so many nodes in a row, each with its number for a `%`."""
    nodes = "".join(f"n{i}: {{{node}, then: n{i + 1}}}\n".replace("%", str(i)) for i in range(number))
    return f"main: {{say: x, then: n0}}\n{nodes}n{number}: {{say: x, then: {last}}}\n"


SHAPES: dict[str, Shape] = {
    "sentences": lambda number: chain(number, "say: x"),
    "a loop": lambda number: chain(number, "say: x", "n0"),
    "variables": lambda number: chain(number, "set: {v%: x}"),
    "entries": lambda number: chain(number, "say: x, ask: digits, length: 4"),
    "recordings": lambda number: chain(number, "record: x, nothing: n%"),
    "menus to one chain": lambda number: (
        "".join(
            f'm{i}: {{say: x, menu: {{"1": {{for: x, go: m{i + 1}}}}}, after_tries: n0}}\n'
            for i in range(number)
        )
        + f"m{number}: {{set: {{a: x}}, then: bye}}\n"
        + chain(number, "set: {a: x}").replace("main: {say: x, then: n0}", "main: {say: x, then: m0}")
    ),
    "ways back": lambda number: (
        "main: {choose: ["
        + "".join(f"{{if: known, go: b{i}}}, " for i in range(number))
        + "], else: bye}\n"
        + "".join(f"b{i}: {{say: x, then: back}}\n" for i in range(number))
    ),
    "ways back in a row": lambda number: (
        "main: {say: x, then: b0}\n"
        + "".join(
            f'b{i}: {{menu: {{"1": {{for: x, go: b{i + 1}}}, "2": {{for: x, go: back}}}}}}\n'
            for i in range(number)
        )
        + f"b{number}: {{say: x, then: bye}}\n"
    ),
}


def calls_of(nodes: str) -> int:
    """Return how many calls of functions a check makes."""
    count = 0

    def counting(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(counting)
    try:
        judged(load({"menu.yaml": small(nodes)}, CONTRACTS))
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_as_many_nodes_take_twice_as_many_steps(shape: str) -> None:
    """A path of thousands of nodes is no more work for each of them than one of a dozen."""
    make = SHAPES[shape]
    calls_of(make(50))  # what is compiled once is there
    half, whole = (calls_of(make(number)) for number in (150, 300))
    assert whole < 2.15 * half
