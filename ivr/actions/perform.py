"""Runs an action and checks that it keeps its contract."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from ivr.actions.base import Action, ActionRequest, ActionResult, Services
from ivr.actions.builtin import ACTIONS
from ivr.logs import origin_of
from ivr.menu.language.contract import Contract

_log = structlog.get_logger()


class NotProved(PermissionError):
    """A call asked for an action that needs a higher level of identity than it has reached."""


class ContractBroken(Exception):
    """An action ended in a way that its contract does not declare."""


def perform(
    name: str, services: Services, request: ActionRequest, actions: Mapping[str, Action] = ACTIONS
) -> ActionResult:
    """Run the action of this name. If it breaks, it ends as ``unavailable``.

    Raises :class:`NotProved` if the call has not reached the level that the action needs. Menus are checked for that,
    so it is a bug of the program and never an answer to the caller. Raises ``KeyError`` for an unknown name.
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
