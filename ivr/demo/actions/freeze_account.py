"""Stops everything that leaves an account. This is urgent, so little is asked; a human can undo it."""

from __future__ import annotations

from ivr.actions.base import ActionRequest, ActionResult, Services, action
from ivr.actions.hotline_limits import require_room
from ivr.actions.identity import has_proved_tail
from ivr.demo.accounts import bank
from ivr.menu.language.contract import Outcome


@action(
    "Freezes the account of the calling number, or of a typed number whose ID tail was right in this call, and "
    "signs the customer out everywhere. The owner gets a text message that says how to undo it: only a human can.",
    changes=True,
    inputs={"number": "the number on file: the calling one, or the one that was typed, in E.164"},
    outcomes={
        "done": Outcome(
            means="If there was such an account, it is frozen now. The caller is not told whether there was one; say it so.",
            tells={"is_frozen": "true or false: whether there is such an account; for the human alone"},
            texts={},
            tells_owner=True,
        ),
        "not_proved": Outcome(
            means="It is neither the calling number, nor was the tail of its ID card right in this call."
        ),
    },
)
def freeze_account(services: Services, request: ActionRequest) -> ActionResult:
    """Freeze the account, and tell its owner once. From another telephone the tail must be right first.

    Otherwise anybody could freeze any account. A number can be forged, too, so that only a few accounts are frozen at a
    time for callers who have proved nothing. Beyond that the action is ``unavailable``, and a human takes the call.
    """
    number = str(request.inputs["number"])
    proved = number == request.account and has_proved_tail(services, request)
    if number != request.caller and not proved:
        return ActionResult("not_proved")
    limits, is_on_file = services.limits, bank(services).has(number)
    scope, hourly = (
        ("proved", limits.freezes_per_hour * limits.RESERVE)
        if proved
        else ("unproved", limits.freezes_per_hour)
    )
    require_room(services, request, f"freezes:{scope}", hourly, counts=is_on_file)
    is_new = bank(services).freeze(number, key=request.key, at=request.at)
    owner = bank(services).find(number)
    results = {"is_frozen": is_on_file}
    if owner is None or not is_new:
        return ActionResult("done", results)
    return ActionResult("done", results, text_to=owner.phone, text_language=owner.language)
