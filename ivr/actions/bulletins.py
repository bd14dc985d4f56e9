"""Tells the policy bulletins of the day."""

from __future__ import annotations

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.menu.language.contract import Contract, Outcome

CONTRACT = Contract(
    name="bulletins",
    does="Tells the policy bulletins that hold on the day of the call, from the hotline's bulletins.yaml.",
    outcomes={
        "some": Outcome(
            means="There is something to tell in the language of the call.",
            tells={"bulletins": "the words of all of them, one after the other, ready to be spoken"},
        ),
        "none": Outcome(means="There is nothing to tell in the language of the call."),
    },
)


def run(services: Services, asked: ActionRequest) -> ActionResult:
    """Collect today's bulletins."""
    words = services.bulletins.current(asked.at.date(), asked.language)
    if not words:
        return ActionResult("none")
    # Chinese puts no space between sentences.
    return ActionResult("some", {"bulletins": ("" if asked.language.startswith("zh") else " ").join(words)})
