"""JMESPath over an answer of a stranger's service: what it may call, and how much it may make."""

from __future__ import annotations

from typing import Any

import jmespath
import pytest

from ivr.menu.language import json_paths
from ivr.menu.language.json_paths import FUNCTIONS, MAX_LENGTH, ResultTooLarge, mistake_in, search

LARGE = {"s": "x" * 250_000, "n": [1] * 60_000}
"""An answer as large as one may be."""


@pytest.mark.parametrize(
    ("expression", "data"),
    [
        (" | ".join(["[@,@]"] * 22) + " | to_string(@)", 1),
        (" | ".join(["[@,@]"] * 22), 1),
        (" | ".join(["[@,@][]"] * 22), [1]),
        (" | ".join(["{a: @, b: @}"] * 22) + " | length(to_string(@))", 1),
        (" | ".join(["[@,@]"] * 14) + " == " + " | ".join(["[@,@]"] * 14), 1),
        ("[s, s, s, s, s]", LARGE),
        ("map(&[@, @, @, @, @, @, @, @], n)", LARGE),
        ("join(s, map(&to_string(@), n))", LARGE),
    ],
)
def test_a_search_ends_before_it_makes_something_huge(expression: str, data: Any) -> None:
    """Every value on the way counts, and once more for each place where it stands."""
    assert mistake_in(expression) == ""
    with pytest.raises(ResultTooLarge):
        search(expression, data)


def test_it_ends_after_the_same_number_of_steps_however_often_it_would_double() -> None:
    """The nineteenth doubling costs nothing more: the search has ended before."""
    steps = []
    for doublings in (17, 30):
        counted = json_paths._Interpreter()
        with pytest.raises(ResultTooLarge):
            counted.visit(json_paths._parsed(" | ".join(["[@,@]"] * doublings)), 1)
        steps.append(counted._left)
    assert steps[0] == steps[1] < 0


@pytest.mark.parametrize(
    ("expression", "mistake"),
    [
        ("a" * (MAX_LENGTH + 1), "has more than 500 characters"),
        ("(" * 200 + "a" + ")" * 200, "is more than 30 deep"),
        ("[" * 40 + "a" + "]" * 40, "is more than 30 deep"),
        ("a || " * 50 + "a", "is more than 30 deep"),
        ("!" * 499 + "a", "is more than 30 deep"),
        ("*" + ".*" * 240, "is more than 30 deep"),
        ("a" + "[]" * 240, "is more than 30 deep"),
        ("a" + " | b" * 120, "is more than 30 deep"),
        ("a b", "cannot be read"),
        ("lenght(a)", "calls `lenght`, which is not there"),
    ],
)
def test_an_expression_that_is_refused(expression: str, mistake: str) -> None:
    """Too long, too deep, or with a function that nobody has allowed."""
    assert mistake_in(expression) == mistake


@pytest.mark.parametrize(
    ("expression", "data"),
    [
        ("limits.left", {"limits": {"left": 5}}),
        ("cards[?tail == '6688'].bank | [0]", {"cards": [{"tail": "6688", "bank": "ICBC"}]}),
        ("join(' ', [first, last])", {"first": "Wang", "last": "Fang"}),
        ("length(items) > `0` && items[0].ok", {"items": [{"ok": True}]}),
        ("sort_by(a, &n)[-1].n", {"a": [{"n": 2}, {"n": 1}]}),
        ("nothing.at.all", {}),
        ("items[*].n | sum(@)", {"items": [{"n": each} for each in range(6000)]}),
    ],
)
def test_what_is_found_is_what_jmespath_finds(expression: str, data: Any) -> None:
    """The limits change nothing in a usual search, not even in an answer of six thousand entries."""
    assert mistake_in(expression) == ""
    assert search(expression, data) == jmespath.search(expression, data)


def test_the_functions_are_jmespath_s_own() -> None:
    """A new version of it may bring one that repeats a text: nobody may call it until it is allowed here."""
    assert set(jmespath.functions.Functions.FUNCTION_TABLE) == FUNCTIONS
