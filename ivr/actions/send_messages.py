"""Sends messages in the words of the node: to a number, to the caller about a page, and the notes of the call.

:func:`ivr.actions.perform.perform` counts each of them against the hotline's limits.
"""

from __future__ import annotations

from datetime import timedelta

from ivr.actions.base import ActionRequest, ActionResult, Services, action
from ivr.actions.message_limits import RATIONED, may_text, recipient
from ivr.menu.language.contract import Outcome
from ivr.storage.attempts import RateLimit

_SENT = Outcome(means="The message will be sent.", texts={})
_NO_NUMBER = Outcome(means="The calling number is withheld, so that there is nowhere to send it.")


@action(
    "Sends the node's `text` to a number; a `text` node runs it by itself.",
    inputs={"to": "the number, in E.164"},
    outcomes={"sent": _SENT, "rationed": RATIONED},
)
def send_text(_services: Services, request: ActionRequest) -> ActionResult:
    return ActionResult("sent", text_to=str(request.inputs["to"]))


@action(
    "Sends the application's help page on a subject: to the number on file once callers have proved who they "
    "are, else to the calling number.",
    inputs={"page": "the page's address, which the node's `text` writes out"},
    outcomes={"sent": _SENT, "no_number": _NO_NUMBER, "rationed": RATIONED},
)
def send_link(_services: Services, request: ActionRequest) -> ActionResult:
    to = recipient(request)
    return ActionResult("sent", text_to=to) if to else ActionResult("no_number")


@action(
    "Sends the notes of the call, `{{ summary }}` in the node's `text`: to the number on file once callers have "
    "proved who they are, else to the calling number.",
    inputs={"summary": "the notes, which every node with a `note` has added to"},
    outcomes={
        "sent": _SENT,
        "nothing": Outcome(means="Nothing was told or done so far that would be worth a message."),
        "no_number": _NO_NUMBER,
        "rationed": RATIONED,
    },
)
def send_summary(services: Services, request: ActionRequest) -> ActionResult:
    """Send the summary. The same summary is sent once in a call: to ask again costs nothing and says ``sent``."""
    to, summary = recipient(request), str(request.inputs["summary"])
    if not summary:
        return ActionResult("nothing")
    if not to:
        return ActionResult("no_number")
    once = RateLimit(
        f"summary:{request.call}:{services.seal.digest('summary', summary)}", 1, timedelta(days=1)
    )
    if may_text(services, request, to, once=once):
        return ActionResult("sent", text_to=to)
    return ActionResult("sent" if services.attempts.used_up(once, at=request.at) else "rationed")
