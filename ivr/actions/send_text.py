"""Sends a message, if the limits allow one more. A `text` node runs it."""

from __future__ import annotations

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.actions.message_limits import RATIONED, may_text
from ivr.menu.language.contract import Contract, Outcome

CONTRACT = Contract(
    name="send_text",
    does="Sends the node's `text` to a number; a `text` node runs it by itself.",
    inputs={"to": "the number, in E.164"},
    outcomes={
        "sent": Outcome(means="The message will be sent.", texts={}),
        "rationed": RATIONED,
    },
)


def run(services: Services, request: ActionRequest) -> ActionResult:
    to = str(request.inputs["to"])
    return ActionResult("sent", text_to=to) if may_text(services, request, to) else ActionResult("rationed")
