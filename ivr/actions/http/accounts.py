"""The company's account service over HTTP: the paths that ``accounts:`` of an actions.yaml stands for.

``docs/actions.md`` has the table of the requests and their answers. Any other answer is a broken service, and ends the
action as ``unavailable``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import TypeAdapter, ValidationError

from ivr.actions.accounts import Account, IdentityRules, OpenReset, PasswordKind
from ivr.actions.http.connections import (
    Connections,
    Endpoint,
    ServiceAnswer,
    ServiceDown,
    UnexpectedAnswer,
    endpoint_of,
)
from ivr.actions.passwords import BadPassword, Reason
from ivr.menu.http_actions import AccountsOverHttp

_ACCOUNT = TypeAdapter(Account)
_RESET = TypeAdapter(OpenReset)


@dataclass(frozen=True, slots=True)
class HttpAccounts:
    """An account service that answers over HTTP. Safe from any thread."""

    declared: AccountsOverHttp
    endpoint: Endpoint

    def find(self, phone: str) -> Account | None:
        answer = self._ask("get", f"/customers/{_quoted(phone)}", {200, 404})
        return None if answer.status == 404 else _read(_ACCOUNT, {"phone": phone}, answer.data)

    def is_at_least(self, years: int, phone: str, on: date) -> bool:
        path = f"/customers/{_quoted(phone)}/age?at_least={years}&on={on.isoformat()}"
        return _is_true(self._ask("get", path, {200, 404}), "is_at_least")

    def tail_matches(self, phone: str, tail: str) -> bool:
        path = f"/customers/{_quoted(phone)}/id-tail"
        return _is_true(self._ask("post", path, {200, 404}, {"tail": tail}), "matches")

    def rules(self) -> IdentityRules:
        entry = self.declared.entry
        return IdentityRules(
            code_valid_minutes=entry.code_valid_minutes,
            identity_tries_before_lock=entry.tries,
            identity_lock_minutes=entry.lock_minutes,
        )

    def close(self) -> None:
        """Do nothing: the connections belong to the hotline."""

    def _ask(
        self, method: str, path: str, statuses: set[int], body: Mapping[str, str] | None = None, key: str = ""
    ) -> ServiceAnswer:
        seconds = self.declared.service.timeout
        with self.endpoint.client.guarded():
            answer = self.endpoint.ask(method, path, body, key=key, seconds=seconds)
            if answer.status not in statuses:
                raise (ServiceDown if answer.status >= 500 else UnexpectedAnswer)(f"status {answer.status}")
        return answer


@dataclass(frozen=True, slots=True)
class HttpAccountsWithResets(HttpAccounts):
    """An account service that resets passwords too."""

    def open_reset(
        self, phone: str, which: PasswordKind, ticket_digest: str, *, key: str, at: datetime
    ) -> str:
        body = {"phone": phone, "which": which, "ticket_digest": ticket_digest, "at": at.isoformat()}
        answer = self._ask("post", "/resets", {200, 201}, body, key=key)
        case = answer.data.get("case_number") if isinstance(answer.data, Mapping) else None
        if not isinstance(case, str) or not case:
            raise UnexpectedAnswer("a reset without a case number")
        return case

    def reset(self, ticket_digest: str, at: datetime) -> OpenReset | None:
        path = f"/resets/{_quoted(ticket_digest)}?at={_quoted(at.isoformat())}"
        answer = self._ask("get", path, {200, 404})
        return None if answer.status == 404 else _read(_RESET, {}, answer.data)

    def set_password(self, ticket_digest: str, password: str, at: datetime) -> bool:
        path = f"/resets/{_quoted(ticket_digest)}/password"
        body = {"password": password, "at": at.isoformat()}
        answer = self._ask("post", path, {200, 204, 404, 422}, body, key=f"{ticket_digest}/{at.isoformat()}")
        if answer.status == 422:
            raise BadPassword(_reasons(answer.data))
        return answer.status != 404


def accounts_over_http(
    declared: AccountsOverHttp, environ: Mapping[str, str], connections: Connections
) -> HttpAccounts:
    """Return the account service that an ``actions.yaml`` declares. Raises :class:`ivr.config.BadSetting`."""
    made = HttpAccountsWithResets if declared.entry.resets else HttpAccounts
    return made(declared, endpoint_of(declared.name, declared.service, environ, connections))


def _quoted(text: str) -> str:
    """Return a text as one segment of a path. Raises ``ValueError`` for one that would change the path."""
    if text in {"", ".", ".."}:
        raise ValueError("an empty value in a path")
    return quote(text, safe="")


T = TypeVar("T")


def _read(declared: TypeAdapter[T], known: Mapping[str, str], data: Any) -> T:
    """Return what an answer says. Unknown keys are ignored."""
    if not isinstance(data, Mapping):
        raise UnexpectedAnswer("no JSON object")
    try:
        return declared.validate_python({**data, **known})
    except ValidationError:
        raise UnexpectedAnswer("an answer of another form") from None  # the cause would print its values


def _is_true(answer: ServiceAnswer, name: str) -> bool:
    if answer.status == 404:
        return False
    found = answer.data.get(name) if isinstance(answer.data, Mapping) else None
    if not isinstance(found, bool):
        raise UnexpectedAnswer(f"`{name}` is neither true nor false")
    return found


def _reasons(data: Any) -> list[Reason]:
    """Return why a password was refused. A reason without words on the page is :attr:`Reason.refused`."""
    given = data.get("reasons") if isinstance(data, Mapping) else None
    words = given if isinstance(given, list) else []
    return [Reason(word) if word in Reason.__members__ else Reason.refused for word in words] or [
        Reason.refused
    ]
