"""Whether a password is locked, and for how long."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ivr.actions.base import ActionResult
from tests.support.action_caller import Caller

LOCKED = ActionResult("locked", {"minutes_left": 120, "wrong_tries": 5})
PAYMENT_LOCKED = ActionResult("payment_locked", {"minutes_left": 174, "wrong_tries": 5})


@pytest.mark.parametrize(
    ("phone", "finished"),
    [
        ("8001", LOCKED),
        ("8002", PAYMENT_LOCKED),
        *(
            (phone, ActionResult("ok"))
            for phone in ("8000", "8003", "8004", "8005", "8006", "8007", "8008", "8009")
        ),
        ("+12025550142", ActionResult("ok")),
    ],
)
def test_the_passwords_of_each_customer(caller: Caller, phone: str, finished: ActionResult) -> None:
    """A locked one is told with the minutes until it opens by itself."""
    assert caller.ask("login_status", phone) == finished


def test_the_login_is_told_before_the_payment_password(caller_where: Callable[[str, str], Caller]) -> None:
    """Who has both locked cannot get in, and asks about that."""
    lock = "payment_password: {status: locked, wrong_tries: 5, unlocks_in_minutes: 174}"
    both = caller_where(
        f"login: {{status: ok}}\n    {lock}",
        f"login: {{status: locked, wrong_tries: 5, unlocks_in_minutes: 120}}\n    {lock}",
    )
    assert both.ask("login_status", "8002") == LOCKED
