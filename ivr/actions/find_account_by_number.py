"""Looks for an account by a typed number. Until callers have proved who they are, both outcomes look the same."""

from __future__ import annotations

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.menu.language.contract import Contract, Level, Outcome

_NUMBER = {"number": "the number, as it was given: it outlives what was known of another account"}

CONTRACT = Contract(
    name="find_account_by_number",
    does="Takes a typed number for the account that the call is about: for callers from another telephone. Lead both "
    "outcomes to the same question, or anybody could find out who has an account.",
    inputs={"number": "the typed number, in E.164"},
    outcomes={
        "found": Outcome(
            means="The number is on file. Nothing is proved, and nothing may be told.",
            tells=_NUMBER,
            raises=Level.known,
            finds_account=True,
        ),
        "not_found": Outcome(
            means="No account has this number; the caller is asked the same questions all the same.",
            tells=_NUMBER,
            finds_account=True,
        ),
    },
)


def run(services: Services, request: ActionRequest) -> ActionResult:
    """Look for the account. Callers without one are asked, counted and locked like everybody else."""
    number = str(request.inputs["number"])
    found = services.identity.find(number) is not None
    return ActionResult("found" if found else "not_found", {"number": number}, account=number)
