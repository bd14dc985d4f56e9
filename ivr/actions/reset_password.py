"""Resets a password by a link to the number on file. No password is ever spoken, or typed on the telephone."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from ivr.actions.accounts import PasswordKind
from ivr.actions.base import ActionRequest, ActionResult, FunctionAction, NoAccountService, Services
from ivr.actions.message_limits import RATIONED, may_text
from ivr.menu.language.contract import Contract, Level, Outcome

LINK_LIVES = timedelta(minutes=30)


def _reset(password: PasswordKind, services: Services, request: ActionRequest) -> ActionResult:
    """Begin a reset. A repeated run is the same reset: the link is derived from the run's key and our secret."""
    resets, account = services.resets, services.account(request.account)
    if resets is None:
        raise NoAccountService
    if account.status == "frozen":
        return ActionResult("frozen")
    if not may_text(services, request, account.phone):
        return ActionResult("rationed")
    ticket = services.seal.sign("ticket", services.seal.digest("reset", request.key)[:32])
    digest = services.seal.digest("ticket", ticket)
    case = resets.open_reset(account.phone, password, digest, key=request.key, at=request.at)
    return ActionResult(
        "ok",
        {"case_number": case},
        text_to=account.phone,
        secrets={"link": f"{services.public_url}/reset/{ticket}"},
        expires=request.at + LINK_LIVES,
    )


def _contract(password: PasswordKind) -> Contract:
    return Contract(
        name=f"reset_{password}_password",
        does=f"Sends a link to the number on file, behind which a new {password} password is set, and signs the "
        "customer out everywhere.",
        needs=Level.confirmed,
        changes=True,
        outcomes={
            "ok": Outcome(
                means="The link is on its way; it is good for 30 minutes, and once.",
                tells={"case_number": "eight digits that name the case for the customer and for a human"},
                texts={"link": "the address of the page where the new password is set"},
            ),
            "rationed": RATIONED,
            "frozen": Outcome(means="The account is frozen: only a human may help."),
        },
    )


reset_login_password = FunctionAction(_contract("login"), partial(_reset, "login"))
reset_payment_password = FunctionAction(_contract("payment"), partial(_reset, "payment"))
