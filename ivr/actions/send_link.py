"""Sends the address of a help page, in the words of the node."""

from __future__ import annotations

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.actions.message_limits import NO_NUMBER, RATIONED, may_text, recipient
from ivr.menu.language.contract import Contract, Outcome

CONTRACT = Contract(
    name="send_link",
    does="Sends the application's help page on a subject: to the number on file once callers have proved who they "
    "are, else to the calling number.",
    inputs={"page": "the page's address, which the node's `text` writes out"},
    outcomes={
        "sent": Outcome(means="The message will be sent.", texts={}),
        "no_number": NO_NUMBER,
        "rationed": RATIONED,
    },
)


def run(services: Services, request: ActionRequest) -> ActionResult:
    to = recipient(request)
    if not to:
        return ActionResult("no_number")
    return ActionResult("sent", text_to=to) if may_text(services, request, to) else ActionResult("rationed")
