"""Sends what was told and done in the call, for callers who cannot write it down."""

from __future__ import annotations

from datetime import timedelta

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.actions.message_limits import NO_NUMBER, RATIONED, may_text, recipient
from ivr.menu.language.contract import Contract, Outcome
from ivr.storage.attempts import RateLimit

CONTRACT = Contract(
    name="send_summary",
    does="Sends the notes of the call, `{{ summary }}` in the node's `text`: to the number on file once callers have "
    "proved who they are, else to the calling number.",
    inputs={"summary": "the notes, which every node with a `note` has added to"},
    outcomes={
        "sent": Outcome(means="The message will be sent.", texts={}),
        "nothing": Outcome(means="Nothing was told or done so far that would be worth a message."),
        "no_number": NO_NUMBER,
        "rationed": RATIONED,
    },
)


def run(services: Services, request: ActionRequest) -> ActionResult:
    """Send the summary. The same summary is sent once in a call."""
    to, summary = recipient(request), str(request.inputs["summary"])
    if not summary:
        return ActionResult("nothing")
    if not to:
        return ActionResult("no_number")
    once = RateLimit(
        f"summary:{request.call}:{services.seal.digest('summary', summary)}", 1, timedelta(days=1)
    )
    if not services.attempts.consume([once], key=f"{request.key}/once", at=request.at):
        return ActionResult("sent")  # it has been sent already
    return ActionResult("sent", text_to=to) if may_text(services, request, to) else ActionResult("rationed")
