"""Looks for an account, by the calling number or a typed one.

The calling number is a hint about who calls, so hardly anything is told. With a typed number both outcomes look the same
until callers have proved who they are.
"""

from __future__ import annotations

from ivr.actions.base import ActionRequest, ActionResult, Services, action
from ivr.menu.language.contract import Level, Outcome

_ELDER = 65
"""The age from which the carriers of mainland China offer a human at one key (since December 2020)."""
_NUMBER = {"number": "the number, as it was given: it outlives what was known of another account"}


@action(
    "Looks for an account by the number that the call comes from.",
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
def find_account(services: Services, request: ActionRequest) -> ActionResult:
    """Look for the account. Everything else that is known of it waits until callers have proved that it is theirs."""
    account = services.identity.find(request.caller)
    elder = services.identity.is_at_least(_ELDER, request.caller, request.at.date())
    if account is None:
        return ActionResult("not_found")
    return ActionResult(
        "found", {"elder": elder, "preferred_language": account.language}, account=account.phone
    )


@action(
    "Takes a typed number for the account that the call is about: for callers from another telephone. Lead both "
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
def find_account_by_number(services: Services, request: ActionRequest) -> ActionResult:
    """Look for the account. Callers without one are asked, counted and locked like everybody else."""
    number = str(request.inputs["number"])
    found = services.identity.find(number) is not None
    return ActionResult("found" if found else "not_found", {"number": number}, account=number)
