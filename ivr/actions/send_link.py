"""Sends the address of a help page, in the words of the node."""

from __future__ import annotations

from ivr.actions.addressee import NO_NUMBER, addressee
from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.actions.rationing import RATIONED, may_text
from ivr.menu.language.contract import Contract, Outcome

CONTRACT = Contract(
    name="send_link",
    does="Sends the application's help page on a subject: to the number on file of a caller who has proved who he is, "
    "else to the calling number.",
    inputs={"page": "the page's address, which the node's `text` writes out"},
    outcomes={
        "sent": Outcome(means="The message will be sent.", texts={}),
        "no_number": NO_NUMBER,
        "rationed": RATIONED,
    },
)


def run(services: Services, asked: ActionRequest) -> ActionResult:
    """Send it, if there is a number and one of the rations left."""
    to = addressee(asked)
    if not to:
        return ActionResult("no_number")
    return ActionResult("sent", text_to=to) if may_text(services, asked, to) else ActionResult("rationed")
