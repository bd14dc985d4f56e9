"""For whom a try is counted."""

from __future__ import annotations

import pytest

from ivr.actions.base import ActionRequest
from ivr.actions.identity import claimed, holders
from tests.support.action_caller import NOW, STRANGER, moment, number


@pytest.mark.parametrize(
    ("calls_from", "account", "counted_for"),
    [
        (STRANGER, "8000", ["account:8000", f"caller:{STRANGER}"]),
        ("8001", "8000", ["account:8000", "caller:8001"]),
        ("", "8000", ["account:8000", "caller:CA1"]),
        ("8000", "8000", ["account:8000"]),
        (STRANGER, "", [f"account:{STRANGER}"]),  # a number without an account is counted like an account
        ("", "", ["account:CA1"]),
    ],
)
def test_for_whom_a_try_is_counted(calls_from: str, account: str, counted_for: list[str]) -> None:
    """The account first, since a right try forgives that one alone; then the caller, unless it is his own number's."""
    asked = ActionRequest("CA1/3/1", moment(NOW), "zh-CN", number(calls_from), number(account))
    expected = [f"{kind}:{number(who)}" for kind, who in (each.split(":") for each in counted_for)]
    assert holders(asked) == expected
    assert expected[0] == f"account:{claimed(asked)}"
