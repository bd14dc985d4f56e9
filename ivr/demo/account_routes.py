"""The demonstration customers for a hotline that names an HTTP service under ``accounts:``.

``docs/actions.md`` has the table of the requests and their answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from flask import Flask, Response, abort, request

from ivr.actions.accounts import NoSuchAccount, PasswordKind
from ivr.actions.http.connections import plain_json
from ivr.actions.passwords import BadPassword
from ivr.demo.accounts import Accounts

_KINDS: Mapping[str, PasswordKind] = {"login": "login", "payment": "payment"}


@dataclass(frozen=True, slots=True)
class AccountRoutes:
    """Answers for accounts."""

    accounts: Accounts
    clock: Callable[[], datetime]

    def account(self, phone: str) -> Response:
        account = self.accounts.find(phone)
        return json_answer(asdict(account)) if account else json_answer({"error": "no such account"}, 404)

    def age(self, phone: str) -> Response:
        try:
            years, on = int(request.args["at_least"]), date.fromisoformat(request.args["on"])
        except (KeyError, ValueError):
            abort(400)
        return json_answer({"is_at_least": self.accounts.is_at_least(years, phone, on)})

    def id_tail(self, phone: str) -> Response:
        return json_answer({"matches": self.accounts.tail_matches(phone, _text("tail"))})

    def begin_reset(self) -> Response:
        """Begin a reset. The idempotency key makes a repeated request the same reset."""
        key, which = request.headers.get("Idempotency-Key", ""), _KINDS.get(_text("which"))
        if not key or which is None:
            abort(400)
        try:
            case = self.accounts.open_reset(
                _text("phone"),
                which,
                _text("ticket_digest"),
                key=key,
                at=moment(_text("at") or None, self.clock),
            )
        except NoSuchAccount:
            return json_answer({"error": "no such account"}, 404)
        return json_answer({"case_number": case}, 201)

    def reset(self, digest: str) -> Response:
        found = self.accounts.reset(digest, moment(request.args.get("at") or None, self.clock))
        return json_answer(asdict(found)) if found else json_answer({"error": "no such reset"}, 404)

    def set_password(self, digest: str) -> Response:
        """Set the password, or answer with every rule that it breaks."""
        try:
            done = self.accounts.set_password(
                digest, _text("password"), moment(_text("at") or None, self.clock)
            )
        except BadPassword as bad:
            return json_answer({"reasons": bad.reasons}, 422)
        return Response(status=204) if done else json_answer({"error": "no such reset"}, 404)


def install(app: Flask, accounts: Accounts, clock: Callable[[], datetime]) -> None:
    """Add the paths to a web program."""
    routes = AccountRoutes(accounts, clock)
    app.add_url_rule("/customers/<phone>", view_func=routes.account)
    app.add_url_rule("/customers/<phone>/age", view_func=routes.age)
    app.add_url_rule("/customers/<phone>/id-tail", view_func=routes.id_tail, methods=["POST"])
    app.add_url_rule("/resets", view_func=routes.begin_reset, methods=["POST"])
    app.add_url_rule("/resets/<digest>", view_func=routes.reset)
    app.add_url_rule("/resets/<digest>/password", view_func=routes.set_password, methods=["POST"])


def moment(text: str | None, clock: Callable[[], datetime]) -> datetime:
    """Return the time that a request names, or that of the clock. A time without a zone is refused."""
    try:
        at = clock() if text is None else datetime.fromisoformat(text)
    except ValueError:
        abort(400)
    return at if at.tzinfo else abort(400)


def _text(name: str) -> str:
    data = request.get_json()
    given = data.get(name, "") if isinstance(data, Mapping) else None
    return given if isinstance(given, str) else abort(400)


def json_answer(body: Mapping[str, Any], status: int = 200) -> Response:
    text = json.dumps(body, default=plain_json, ensure_ascii=False)
    return Response(text, status, content_type="application/json", headers={"Cache-Control": "no-store"})
