"""Stops everything that leaves an account. This is urgent, so little is asked; a human can undo it."""

from __future__ import annotations

from ivr.actions.base import ActionRequest, ActionResult, Services, action
from ivr.actions.identity import has_proved_tail
from ivr.demo.accounts import bank
from ivr.menu.language.contract import Outcome


@action(
    "Freezes the account of the calling number, or of a typed number whose ID tail was right in this call, and "
    "signs the customer out everywhere. Only a human can undo it.",
    changes=True,
    inputs={"number": "the number on file: the calling one, or the one that was typed, in E.164"},
    outcomes={
        "done": Outcome(
            means="If there was such an account, it is frozen now. The caller is not told whether there was one; say it so.",
            tells={"is_frozen": "true or false: whether there is such an account; for the human alone"},
        ),
        "not_proved": Outcome(
            means="It is neither the calling number, nor was the tail of its ID card right in this call."
        ),
    },
)
def freeze_account(services: Services, request: ActionRequest) -> ActionResult:
    """Freeze the account. From another telephone the tail must be right first, or anybody could freeze any account."""
    number = str(request.inputs["number"])
    if number != request.caller and not (number == request.account and has_proved_tail(services, request)):
        return ActionResult("not_proved")
    bank(services).freeze(number, key=request.key, at=request.at)
    return ActionResult("done", {"is_frozen": bank(services).has(number)})
