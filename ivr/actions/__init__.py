"""Self-service: what a menu's ``run`` nodes can do, one module each.

To add an action: write a module with a ``CONTRACT`` and a ``run`` (:class:`ivr.actions.base.Action`; ``login_status``
is a good one to copy), name it in :data:`ACTIONS`, and put a test beside the others. The checker, the schema and the
reference page learn of it from its contract.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from ivr.actions import (
    bulletins,
    check_code,
    earnings,
    find_account,
    find_account_by_number,
    freeze_account,
    last_withdrawal,
    login_status,
    send_code,
    send_link,
    send_summary,
    send_text,
    verify_identity,
    withdrawal_limits,
)
from ivr.actions.base import Action, ActionRequest, ActionResult, Services
from ivr.actions.reset_password import reset_login_password, reset_payment_password
from ivr.logs import place_of
from ivr.menu.language.contract import Contract

_log = structlog.get_logger()

ACTIONS: Mapping[str, Action] = {
    "find_account": find_account,
    "find_account_by_number": find_account_by_number,
    "verify_identity": verify_identity,
    "send_code": send_code,
    "check_code": check_code,
    "reset_login_password": reset_login_password,
    "reset_payment_password": reset_payment_password,
    "freeze_account": freeze_account,
    "withdrawal_limits": withdrawal_limits,
    "last_withdrawal": last_withdrawal,
    "earnings": earnings,
    "login_status": login_status,
    "bulletins": bulletins,
    "send_text": send_text,
    "send_link": send_link,
    "send_summary": send_summary,
}

CONTRACTS: Mapping[str, Contract] = {name: action.CONTRACT for name, action in ACTIONS.items()}


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
    action = actions[name]
    if request.level < action.CONTRACT.needs:
        raise NotProved(f"{name} needs a call that is {action.CONTRACT.needs.name}, not {request.level.name}")
    try:
        result = action.run(services, request)
        _keep_promise(action.CONTRACT, result)
    except Exception as error:  # noqa: BLE001 - whatever breaks, the caller is owed an answer
        _log.error("action failed", action=name, **place_of(error))
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
