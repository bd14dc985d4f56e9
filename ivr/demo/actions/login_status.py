"""Tells whether the customer's passwords are locked, and for how long."""

from __future__ import annotations

from ivr.actions.base import ActionRequest, ActionResult, Services, action
from ivr.demo.accounts import Password, bank
from ivr.menu.language.contract import Level, Outcome

_LOCK = {
    "minutes_left": "whole minutes until it opens by itself",
    "wrong_tries": "how many wrong tries locked it",
}


@action(
    "Tells whether the login password, or else the payment password, is locked after wrong tries.",
    needs=Level.verified,
    outcomes={
        "ok": Outcome(
            means="Neither password is locked: look at the spelling, the network, the application."
        ),
        "locked": Outcome(
            means="The login password is locked; the payment password may be too.", tells=_LOCK
        ),
        "payment_locked": Outcome(
            means="The login password is open, but the payment password is locked.", tells=_LOCK
        ),
    },
)
def login_status(services: Services, request: ActionRequest) -> ActionResult:
    """Look at the login first: customers who cannot sign in cannot pay either."""
    account = bank(services).get(request.account)
    if account.login.locked:
        return ActionResult("locked", _lock(account.login))
    if account.payment_password.locked:
        return ActionResult("payment_locked", _lock(account.payment_password))
    return ActionResult("ok")


def _lock(password: Password) -> dict[str, int]:
    return {"minutes_left": password.unlocks_in_minutes, "wrong_tries": password.wrong_tries}
