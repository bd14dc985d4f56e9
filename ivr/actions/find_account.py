"""Looks for an account by the calling number. That number is a hint about who calls, so hardly anything is told."""

from __future__ import annotations

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.menu.language.contract import Contract, Level, Outcome

_ELDER = 65
"""The age from which the carriers of mainland China offer a human at one key (since December 2020)."""

CONTRACT = Contract(
    name="find_account",
    does="Looks for an account by the number that the call comes from.",
    outcomes={
        "found": Outcome(
            means="The calling number is on file. Nothing is proved: numbers can be forged, and telephones lent.",
            tells={
                "elder": f"true or false: whether the customer is {_ELDER} or older on the day of the call",
                "preferred_language": "the language tag that the customer prefers, such as zh-CN",
            },
            raises=Level.known,
            finds_account=True,
        ),
        "not_found": Outcome(means="No account has this number, or the caller withholds it."),
    },
)


def run(services: Services, request: ActionRequest) -> ActionResult:
    """Look for the account. Everything else that is known of it waits until callers have proved that it is theirs."""
    account = services.identity.find(request.caller)
    elder = services.identity.is_at_least(_ELDER, request.caller, request.at.date())
    if account is None:
        return ActionResult("not_found")
    return ActionResult(
        "found", {"elder": elder, "preferred_language": account.language}, account=account.phone
    )
