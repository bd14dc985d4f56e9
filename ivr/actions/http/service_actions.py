"""Actions of a company's own HTTP service, as ``actions.yaml`` declares them.

Every failure ends as ``unavailable``: the service is down, slow, redirects, does not answer with JSON, or answers in
a way that no outcome expects. The log has the name of the service and the kind of failure.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import structlog
import tenacity

from ivr.actions.base import Action, ActionRequest, ActionResult, Services
from ivr.actions.builtin import ACTIONS
from ivr.actions.http.connections import (
    BrokenAnswer,
    Connections,
    Endpoint,
    NoConnection,
    NoServiceAnswer,
    ServiceAnswer,
    ServiceDown,
    ServiceError,
    UnexpectedAnswer,
    endpoint_of,
    exact,
)
from ivr.menu.checks.http_actions import can_be_read_on_its_way
from ivr.menu.http_actions import HttpAction
from ivr.menu.language import json_paths
from ivr.menu.language.contract import Contract
from ivr.menu.language.http_services import AnswerValue, OutcomeCase
from ivr.menu.tree import Tree

FIRST_PAUSE = 0.1
LONGEST_BACKOFF = 1.0
"""Seconds between two tries. The pause is random, below a limit that doubles from the first value to the second."""
_LEAST = 0.01
"""Seconds that a try gets even if the time is nearly over: a timeout of 0 is not allowed."""

_log = structlog.get_logger()


@dataclass(slots=True)
class ServiceAction:
    """An action of a service."""

    CONTRACT: Contract
    declared: HttpAction
    endpoint: Endpoint

    def run(self, _services: Services, request: ActionRequest) -> ActionResult:
        try:
            return self._ask(request)
        except Exception as error:  # noqa: BLE001 - whatever breaks, the caller is owed an answer
            trouble = str(error) if isinstance(error, ServiceError) else type(error).__name__
            _log.error("service failed", service=self.declared.name, action=self.CONTRACT.name, error=trouble)
            may_be_done = isinstance(error, NoServiceAnswer | BrokenAnswer) and not self.declared.safe
            return ActionResult("unavailable", uncertain=may_be_done)

    def _ask(self, request: ActionRequest) -> ActionResult:
        """Make the request. If that may help and does no harm, repeat it for as long as the caller would wait."""
        declared, values = self.declared, {**request.inputs, **_facts(request)}
        path = declared.path_with(values)
        body = None if declared.body is None else declared.body_with(values)
        until = time.monotonic() + declared.entry.give_up

        def once() -> ActionResult:
            seconds = max(_LEAST, min(declared.service.timeout, until - time.monotonic()))
            with self.endpoint.client.guarded():
                answer = self.endpoint.ask(declared.method, path, body, key=request.key, seconds=seconds)
                return meaning(declared, answer)

        return tenacity.Retrying(
            stop=tenacity.stop_after_attempt(1 + declared.service.retries)
            | tenacity.stop_before_delay(declared.entry.give_up),
            wait=tenacity.wait_random_exponential(multiplier=FIRST_PAUSE, max=LONGEST_BACKOFF),
            retry=tenacity.retry_if_exception_type(ServiceDown if declared.safe else NoConnection),
            reraise=True,
        )(once)


def _facts(request: ActionRequest) -> dict[str, Any]:
    """Return what a path or body may use beside the inputs."""
    return {
        "account": request.account,
        "caller": request.caller,
        "call": request.call,
        "language": request.language,
        "at": request.at.isoformat(),
        "key": request.key,
        "level": request.level.name,
    }


# --- what the answer means


def meaning(action: HttpAction, answer: ServiceAnswer) -> ActionResult:
    """Return the first outcome that an answer fits. If none does, raise an error whose text is for the log."""
    for outcome, case in action.entry.outcomes.items():
        if case.accepts(answer.status) and _holds(case.when, answer.data):
            try:
                return _outcome(outcome, case, answer.data)
            except UnexpectedAnswer as error:
                broken = BrokenAnswer if answer.status < 300 else UnexpectedAnswer
                raise broken(f"`{outcome}`: {error}") from None
    trouble = ServiceDown if answer.status >= 500 or answer.status == 429 else UnexpectedAnswer
    raise trouble(f"status {answer.status}")


def _holds(when: str | None, data: Any) -> bool:
    """Return whether the condition of an outcome holds. As in JMESPath, null, false and everything empty are false."""
    if when is None:
        return True
    found = json_paths.search(when, data)
    return found is not None and found is not False and (isinstance(found, _NUMBERS) or bool(found))


_NUMBERS = (int, Decimal)


def _outcome(outcome: str, case: OutcomeCase, data: Any) -> ActionResult:
    sent = case.text if case.text and _holds(case.text.when, data) else None
    to = _taken(sent.to, data, "text") if sent else ""
    if sent and not _E164.fullmatch(to):
        raise UnexpectedAnswer("a message to no number")
    account = _taken(case.account, data, "text") if case.account else None
    if account == "":
        raise UnexpectedAnswer("an account without a name")
    return ActionResult(
        outcome,
        {name: _taken(each, data) for name, each in case.tells.items()},
        account=account,
        text_to=to,
        secrets={name: _taken(each, data) for name, each in sent.secrets.items()} if sent else {},
        expires=_taken(sent.expires, data, "moment") if sent and sent.expires else None,
        text_language=_taken(sent.language, data, "text") if sent and sent.language else "",
    )


_E164 = re.compile(r"\+[1-9][0-9]{4,14}")


def _taken(told: str | AnswerValue, data: Any, kind: str = "") -> Any:
    """Return one value of an answer. Raises :class:`UnexpectedAnswer` if it is not of the declared kind."""
    path, kind = (told.path, told.as_ or "") if isinstance(told, AnswerValue) else (told, kind)
    found = json_paths.search(path, data)
    try:
        match kind, found:
            case ("", bool() | int() | Decimal() | str()) | ("text", str()):
                return found
            case "number", str() | Decimal() | int() if not isinstance(found, bool):
                return exact(str(found))
            case "date", str():
                return date.fromisoformat(found)
            case "moment", str() if (moment := datetime.fromisoformat(found)).tzinfo:
                return moment
    except ValueError:
        pass
    raise UnexpectedAnswer(f"`{path}` is no {kind or 'single value'}")


# --- the actions of a hotline


def actions_of(
    tree: Tree,
    environ: Mapping[str, str],
    connections: Connections,
    others: Mapping[str, Action] = ACTIONS,
) -> Mapping[str, Action]:
    """Return every action that a hotline may run: the ``others``, and those of its services.

    Raises :class:`ivr.config.BadSetting` for a value of the environment that is missing or cannot be used.
    """
    made = {name: _action(each, environ, connections) for name, each in tree.services.items()}
    for service in sorted(
        {each.declared.name for each in made.values() if can_be_read_on_its_way(each.endpoint.url)}
    ):
        _log.warning("service without TLS", service=service)
    return {**others, **made}


def _action(declared: HttpAction, environ: Mapping[str, str], connections: Connections) -> ServiceAction:
    endpoint = endpoint_of(declared.name, declared.service, environ, connections)
    return ServiceAction(declared.contract, declared, endpoint)
