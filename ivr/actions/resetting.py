"""How a password is reset: a link to the number on file. No password is ever spoken or typed on the telephone."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.actions.rationing import RATIONED, may_text
from ivr.menu.language.contract import Contract, Level, Outcome

LINK_LIVES = timedelta(minutes=30)
PasswordKind = Literal["login", "payment"]


def reset_contract(name: str, which: str) -> Contract:
    """Return the contract of a reset: the two passwords differ in what is set behind the link, and in nothing here."""
    return Contract(
        name=name,
        does=f"Sends a link to the number on file, behind which a new {which} password is set, and signs the customer "
        "out everywhere.",
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


def begin_reset(services: Services, asked: ActionRequest, password: PasswordKind) -> ActionResult:
    """Begin a reset. The same run again is the same reset: its link follows from the run's key and our secret."""
    account = services.accounts.get(asked.account)
    if account.status == "frozen":
        return ActionResult("frozen")
    if not may_text(services, asked, account.phone):
        return ActionResult("rationed")
    ticket = services.seal.sign("ticket", services.seal.digest("reset", asked.key)[:32])
    digest = services.seal.digest("ticket", ticket)
    case = services.accounts.open_reset(account.phone, password, digest, key=asked.key, at=asked.at)
    return ActionResult(
        "ok",
        {"case_number": case},
        text_to=account.phone,
        secrets={"link": f"{services.public_url}/reset/{ticket}"},
        expires=asked.at + LINK_LIVES,
    )
