"""Conditions that can be read, and do not mean what their editor believes."""

from __future__ import annotations

import pytest

from tests.support.menus import hotline, said, small

MENU = """
main: {{say: The ticket., ask: digits, length: 4, as: ticket, then: look}}
look: {{choose: [{{if: '{condition}', go: bye}}], else: main}}
"""


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ("ticket > 1042", "`ticket` holds digits as a text, and is no number; write `ticket | int > 1042`"),
        ("1042 <= ticket", "`ticket` holds digits as a text, and is no number; write `1042 <= ticket | int`"),
        ("ticket == 1042", '`ticket` holds digits as a text, and is no number; write `ticket == "1042"`'),
        ("ticket in [1, 2]", '`ticket` holds digits as a text, and is no number; write `ticket in ["1", "2"]`'),
        ('ticket == "1" or "2"', '`"2"` by itself is no condition; compare it too, as in `ticket == "2"`'),
        ('known and not (ticket != "1" and "2")', '`"2"` by itself is no condition; compare it too, as in `ticket != "2"`'),
        ('"1"', '`"1"` by itself is no condition; compare it too, as in `topic == "1"`'),
    ],
)  # fmt: skip
def test_a_condition_that_does_not_mean_what_it_says(condition: str, problem: str) -> None:
    """Digits are no number, and a text that is compared with nothing always holds: the message says what to write."""
    assert said(hotline(small(MENU.format(condition=condition)))) == [f"menu.yaml:11:20: look: {problem}"]


@pytest.mark.parametrize(
    "condition",
    [
        "ticket | int > 1042",
        'ticket == "1042"',
        'ticket in ["1", "2"] or ticket == "3"',
        '(ticket or "1") == "1"',
        "ticket | length == 4",
        "known or not withheld",
    ],
)
def test_a_condition_that_is_right(condition: str) -> None:
    """A text may stand for a missing one within a comparison, and `int` makes a number."""
    assert said(hotline(small(MENU.format(condition=condition)))) == []


def test_a_variable_that_something_else_sets_may_be_a_number() -> None:
    """Nothing is said against it: the check cannot know."""
    nodes = MENU.format(condition="ticket == 1042") + "count: {set: {ticket: '{{ 1 + 1 }}'}, then: look}"
    assert not any("no number" in each for each in said(hotline(small(nodes))))
