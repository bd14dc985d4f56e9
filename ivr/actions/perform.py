"""Runs an action and checks that it keeps its contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog

from ivr.actions.base import Action, ActionRequest, ActionResult, Services
from ivr.actions.builtin import ACTIONS
from ivr.actions.hotline_limits import LimitMet
from ivr.actions.message_limits import may_tell_owner, may_text, refused
from ivr.engine.plain import is_plain
from ivr.logs import origin_of
from ivr.menu.language.contract import Contract

_log = structlog.get_logger()


class NotProved(PermissionError):
    """A call asked for an action that needs a higher level of identity than it has reached."""


class ContractBroken(Exception):
    """An action ended in a way that its contract does not declare. The message has only names that the contract has."""


def perform(
    name: str, services: Services, request: ActionRequest, actions: Mapping[str, Action] = ACTIONS
) -> ActionResult:
    """Run the action of this name. If it breaks, or meets a limit of the whole hotline, it ends as ``unavailable``.

    Its message counts against the hotline's limits, once, even if the action has asked ``may_text`` itself.

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
        return _within_limits(contract, services, request, result)
    except LimitMet:
        return ActionResult("unavailable")  # the alarm was given where the limit was met
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever breaks, the caller is owed an answer
        why = {"why": str(error)} if isinstance(error, ContractBroken) else {}
        _log.error("action failed", action=name, **origin_of(error), **why)
        return ActionResult("unavailable", uncertain=contract.changes and isinstance(error, TimeoutError))


def _within_limits(
    contract: Contract, services: Services, request: ActionRequest, result: ActionResult
) -> ActionResult:
    """Return the result if its message may be sent. What an owner must be told happens whether or not it may."""
    if not result.text_to:
        return result
    if contract.all_outcomes()[result.outcome].tells_owner:
        allowed = may_tell_owner(services, request, result.text_to)
        return result if allowed else replace(result, text_to="", secrets={})
    return result if may_text(services, request, result.text_to) else refused(contract)


def _keep_promise(contract: Contract, result: object) -> None:
    if not isinstance(result, ActionResult):
        raise ContractBroken("it returned no ActionResult")
    outcome = contract.all_outcomes().get(result.outcome)
    if outcome is None:
        raise ContractBroken(f"its outcome is none of {', '.join(contract.all_outcomes())}")
    _compare(f"the results of `{result.outcome}`", result.results, outcome.tells)
    if wrong := [name for name, value in result.results.items() if not is_plain(value)]:
        raise ContractBroken(f"`{result.outcome}` tells what cannot be saved: {', '.join(wrong)}")
    if result.text_to and outcome.texts is None:
        raise ContractBroken(f"`{result.outcome}` declares no message, and it sent one")
    secrets = (outcome.texts or {}) if result.text_to else {}
    _compare(f"the secrets of `{result.outcome}`", result.secrets, secrets)


def _compare(what: str, given: Mapping[str, Any], declared: Mapping[str, str]) -> None:
    """Compare keys. One that is not declared is not named, since it may be what a caller typed."""
    if missing := declared.keys() - given.keys():
        raise ContractBroken(f"{what} lack {', '.join(sorted(missing))}")
    if given.keys() != declared.keys():
        known = ", ".join(declared) or "none"
        raise ContractBroken(f"{what} have a key that is not declared; declared: {known}")
