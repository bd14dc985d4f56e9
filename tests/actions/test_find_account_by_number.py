"""Taking a typed number for the account that the call is about."""

from __future__ import annotations

import pytest

from ivr.actions.base import ActionResult
from ivr.menu.language.contract import Level
from tests.support.action_caller import STRANGER, Caller, number
from tests.support.bank import CONTRACTS


def typed(caller: Caller, phone: str, calls_from: str) -> ActionResult:
    """Type a number in a call that has reached no account."""
    return caller.ask(
        "find_account_by_number", "", calls_from=calls_from, level=Level.unknown, number=number(phone)
    )


@pytest.mark.parametrize("calls_from", [STRANGER, "8000", "8001", ""])
@pytest.mark.parametrize(("phone", "outcome"), [("8000", "found"), ("8007", "found"), ("9999", "not_found")])
def test_the_call_is_about_the_typed_number(
    caller: Caller, phone: str, outcome: str, calls_from: str
) -> None:
    """Found or not, from whichever telephone; nothing but the number itself is told, frozen or not."""
    assert typed(caller, phone, calls_from) == ActionResult(
        outcome, {"number": number(phone)}, account=number(phone)
    )


def test_a_typed_number_proves_no_more_than_a_hint() -> None:
    """Both outcomes change the account, so that what was proved for another one is forgotten, and tell the same."""
    outcomes = CONTRACTS["find_account_by_number"].outcomes
    assert {word: (outcome.raises, outcome.finds_account) for word, outcome in outcomes.items()} == {
        "found": (Level.known, True),
        "not_found": (Level.unknown, True),
    }
    assert [list(outcome.tells) for outcome in outcomes.values()] == [["number"], ["number"]]
