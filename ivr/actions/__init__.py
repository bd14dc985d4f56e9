"""Self-service: what a menu's ``run`` nodes can do.

A hotline's own actions need nothing but the names in :data:`__all__`; see ``docs/actions.md``. One for every hotline is
a module here with a ``CONTRACT`` and a ``run`` (``send_link`` is a good one to copy) and its line in :data:`ACTIONS`.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from ivr.actions import (
    bulletins,
    check_code,
    find_account,
    find_account_by_number,
    send_code,
    send_link,
    send_summary,
    send_text,
    verify_identity,
)
from ivr.actions.accounts import (
    Account,
    AccountContext,
    AccountService,
    IdentityRules,
    NoSuchAccount,
    OpenReset,
    PasswordKind,
    PasswordResets,
)
from ivr.actions.base import Action, ActionRequest, ActionResult, Services, action
from ivr.actions.passwords import BadPassword, Reason
from ivr.actions.reset_password import reset_login_password, reset_payment_password
from ivr.logs import origin_of
from ivr.menu.language.contract import Contract, Level, Outcome

__all__ = [
    "Account",
    "AccountContext",
    "AccountService",
    "Action",
    "ActionRequest",
    "ActionResult",
    "BadPassword",
    "Contract",
    "IdentityRules",
    "Level",
    "NoSuchAccount",
    "OpenReset",
    "Outcome",
    "PasswordKind",
    "PasswordResets",
    "Reason",
    "Services",
    "action",
]

_log = structlog.get_logger()

ACTIONS: Mapping[str, Action] = {
    "find_account": find_account,
    "find_account_by_number": find_account_by_number,
    "verify_identity": verify_identity,
    "send_code": send_code,
    "check_code": check_code,
    "reset_login_password": reset_login_password,
    "reset_payment_password": reset_payment_password,
    "bulletins": bulletins,
    "send_text": send_text,
    "send_link": send_link,
    "send_summary": send_summary,
}
"""Those that any hotline can use. Which of them one has, and its own, says :mod:`ivr.actions.registry`."""

RESET_ACTIONS = frozenset({"reset_login_password", "reset_payment_password"})
"""Those that need an account service which resets passwords."""
ACCOUNT_ACTIONS = RESET_ACTIONS | {
    "find_account",
    "find_account_by_number",
    "verify_identity",
    "send_code",
    "check_code",
}
"""Those that need an account service."""

CONTRACTS: Mapping[str, Contract] = {name: each.CONTRACT for name, each in ACTIONS.items()}


class NotProved(PermissionError):
    """A call asked for an action that needs a higher level of identity than it has reached."""


class ContractBroken(Exception):
    """An action ended in a way that its contract does not declare."""


def perform(
    name: str, services: Services, request: ActionRequest, actions: Mapping[str, Action] = ACTIONS
) -> ActionResult:
    """Run the action of this name; when it breaks, it ends as ``unavailable``.

    Raises :class:`NotProved` when the call has not reached the level that the action needs: menus are checked for
    that, so it is a mistake of the program and never an answer to the caller. Raises KeyError for an unknown name.
    """
    performed = actions[name]
    contract = performed.CONTRACT
    if request.level < contract.needs:
        raise NotProved(f"{name} needs a call that is {contract.needs.name}, not {request.level.name}")
    try:
        result = performed.run(services, request)
        _keep_promise(contract, result)
    except Exception as error:  # noqa: BLE001 - whatever breaks, the caller is owed an answer
        _log.error("action failed", action=name, **origin_of(error))
        return ActionResult("unavailable")
    return result


def _keep_promise(contract: Contract, result: ActionResult) -> None:
    outcome = contract.all_outcomes().get(result.outcome)
    if outcome is None:
        raise ContractBroken(f"{contract.name} does not declare the outcome {result.outcome}")
    if result.results.keys() != outcome.tells.keys():
        raise ContractBroken(f"{contract.name} does not tell what it declares for {result.outcome}")
    declared = outcome.texts if result.text_to else {}
    if declared is None or result.secrets.keys() != declared.keys():
        raise ContractBroken(f"{contract.name} sends another message than it declares for {result.outcome}")
