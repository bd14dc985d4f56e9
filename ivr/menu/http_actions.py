"""Compiles the actions that an HTTP service does, as far as possible before a call.

The editor decides the host and the shape of a request. A value from a call only fills a place in the path, where it is
quoted, or in the JSON body. It never decides which host is asked.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from jinja2 import Environment, Template
from jinja2.utils import url_quote

from ivr.menu.language.contract import Contract, Level, Outcome
from ivr.menu.language.http_services import (
    SAFE_METHODS,
    AccountsEntry,
    ActionEntry,
    ActionsFile,
    AnswerValue,
    OutcomeCase,
    Service,
)
from ivr.menu.speech.sandbox import environment, evaluate, render
from ivr.menu.speech.templates import value
from ivr.menu.speech.values.speaker import Territory

LANGUAGE = "en-US"
"""The language of the template environment for paths and bodies. Any would do, because nothing in them is spoken."""


@dataclass(frozen=True, slots=True)
class HttpAction:
    """An action that an HTTP service does."""

    contract: Contract
    name: str
    service: Service
    entry: ActionEntry
    method: str
    path: Template
    ends_in_slash: bool
    """Whether the path, as it is written, ends in a slash."""
    body: Any
    """A JSON value whose texts are compiled, or None if there is no body."""

    @property
    def safe(self) -> bool:
        """Whether a request changes nothing and may be repeated."""
        return self.method in SAFE_METHODS

    def path_with(self, values: Mapping[str, Any]) -> str:
        """Return the path and query, filled in.

        Raise ValueError if a value is missing, is empty, or is a dot segment, since it would become the path of something else.
        """
        made = render(self.path, values)
        path = made.partition("?")[0]
        if "//" in path or path.endswith("/") != self.ends_in_slash:
            raise ValueError("an empty value in a path")
        return made

    def body_with(self, values: Mapping[str, Any]) -> Any:
        return _with_leaves(self.body, lambda leaf: None if leaf is None else evaluate(leaf, values))


@dataclass(frozen=True, slots=True)
class AccountsOverHttp:
    """The HTTP service that answers for accounts."""

    name: str
    service: Service
    entry: AccountsEntry


def http_actions(
    file: ActionsFile, contracts: Mapping[str, Contract], territory: Territory
) -> dict[str, HttpAction]:
    """Compile the actions that an HTTP service does, from a file that has been checked."""
    return {
        name: _compiled(contracts[name], entry, entry.service, file.services[entry.service], territory)
        for name, entry in file.actions.items()
        if entry.service
    }


def accounts_over_http(file: ActionsFile) -> AccountsOverHttp | None:
    entry = file.accounts
    return AccountsOverHttp(entry.service, file.services[entry.service], entry) if entry else None


def contracts_with(
    entries: Mapping[str, ActionEntry], built_in: Mapping[str, Contract]
) -> dict[str, Contract]:
    """Return the contracts of all actions. A built-in contract wins over a declared one."""
    return {name: _contract(name, entry) for name, entry in entries.items()} | dict(built_in)


def contract_as_typed(name: str, typed: Any) -> Contract:
    """Return what can be read of the contract of an action whose declaration is wrong."""
    outcomes = {
        str(word): Outcome("", dict.fromkeys(_section(case, "tells"), ""))
        for word, case in _section(typed, "outcomes").items()
    }
    return Contract(name, "", outcomes, dict.fromkeys(_section(typed, "inputs"), ""))


def _section(typed: Any, key: str) -> Mapping[str, Any]:
    found = typed.get(key) if isinstance(typed, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _contract(name: str, entry: ActionEntry) -> Contract:
    return Contract(
        name=name,
        does=entry.does or "",
        outcomes={word: _outcome(case) for word, case in entry.outcomes.items()},
        inputs=dict(entry.inputs),
        needs=Level[entry.needs or "unknown"],
        changes=entry.does_change,
    )


def _outcome(case: OutcomeCase) -> Outcome:
    return Outcome(
        means=case.means or "",
        tells=_meanings(case.tells),
        raises=Level[case.raises or "unknown"],
        finds_account=case.account is not None,
        texts=_meanings(case.text.secrets) if case.text else None,
    )


def _meanings(told: Mapping[str, str | AnswerValue]) -> dict[str, str]:
    return {name: (each.means or "") if isinstance(each, AnswerValue) else "" for name, each in told.items()}


def _compiled(
    contract: Contract, entry: ActionEntry, name: str, service: Service, territory: Territory
) -> HttpAction:
    (method,) = entry.methods
    typed: str = getattr(entry, method)
    return HttpAction(
        contract=contract,
        name=name,
        service=service,
        entry=entry,
        method=method,
        path=_path_environment(territory).from_string(typed),
        ends_in_slash=typed.partition("?")[0].endswith("/"),
        body=_with_leaves(entry.body, functools.partial(_body_value, territory)),
    )


# --- paths and bodies


def _path_environment(territory: Territory) -> Environment:
    """Return the template environment of paths, which quotes every value."""
    return environment(LANGUAGE, territory, written=True).overlay(finalize=_quoted)


def _body_value(territory: Territory, leaf: Any) -> Any:
    """Compile a text of a body. A service reads values as a text message has them."""
    return value(leaf, LANGUAGE, territory, written=True) if isinstance(leaf, str) else leaf


def _quoted(typed: Any) -> str:
    """Return a value as it may appear in a path or a query."""
    text = typed.isoformat() if isinstance(typed, date) else str(typed)
    if typed is None or text in {".", ".."}:
        raise ValueError("a value is missing, or would change the path")
    return url_quote(text, for_qs=True).replace("+", "%20")  # a plus in the text itself is already %2B


def _with_leaves(tree: Any, change: Callable[[Any], Any]) -> Any:
    """Return a JSON value in which ``change`` has been applied to everything but mappings and lists."""
    match tree:
        case Mapping():
            return {key: _with_leaves(each, change) for key, each in tree.items()}
        case list():
            return [_with_leaves(each, change) for each in tree]
    return change(tree)
