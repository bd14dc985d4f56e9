"""Looking for an account by the calling number."""

from __future__ import annotations

import pytest

from ivr.actions.base import ActionResult
from ivr.menu.language.contract import Level
from tests.support.action_caller import Caller
from tests.support.bank import CONTRACTS


@pytest.mark.parametrize(
    ("phone", "elder", "language"),
    [
        *((f"+861380013800{n}", n == 6, "zh-CN") for n in range(10)),
        ("+12025550142", False, "en-US"),
    ],
)
def test_a_number_on_file_is_found(caller: Caller, phone: str, elder: bool, language: str) -> None:  # noqa: FBT001
    """Only age group and language are told: not even a frozen account shows before proof."""
    assert caller.ask("find_account", phone, level=Level.unknown) == ActionResult(
        "found", {"elder": elder, "preferred_language": language}, account=phone
    )


@pytest.mark.parametrize("phone", ["+8613900000000", ""])
def test_an_unknown_or_withheld_number_is_not_found(caller: Caller, phone: str) -> None:
    """Nobody in particular is calling."""
    assert caller.ask("find_account", phone, level=Level.unknown) == ActionResult("not_found")


@pytest.mark.parametrize(("day", "elder"), [("2020-08-19", False), ("2020-08-20", True)])
def test_an_elder_is_65_on_the_day_of_the_call(caller: Caller, day: str, elder: bool) -> None:  # noqa: FBT001
    """The birthday counts, not the year."""
    assert caller.ask("find_account", "8006", at=f"{day}T10:00").results["elder"] is elder


def test_a_number_is_a_hint_and_no_proof() -> None:
    """A found account raises the call to known, never to verified."""
    assert CONTRACTS["find_account"].outcomes["found"].raises is Level.known
