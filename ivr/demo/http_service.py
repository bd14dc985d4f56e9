"""The demonstration account service as an HTTP service of its own, for `ivr demo-service`.

It shows what a company's account system has to offer to a hotline, and how outcomes become statuses. Each route runs
the same action that the program has, so that a hotline passes the same written calls against it. Every request needs
the bearer token. Codes, ID digits and links are only in bodies, and the log has neither them nor a path.
"""

from __future__ import annotations

import hmac
import signal
import socket
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, abort, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server

from ivr.actions.base import Action, ActionRequest, ActionResult, Services
from ivr.actions.builtin import ACTIONS
from ivr.actions.bulletins import Bulletins
from ivr.actions.perform import NotProved, perform
from ivr.app import open_services, utc_now
from ivr.calls.hotline_loader import load_tree
from ivr.config import BadSetting, Settings
from ivr.demo.account_routes import install as install_accounts
from ivr.demo.account_routes import json_answer, moment
from ivr.demo.accounts import Accounts, bank
from ivr.demo.actions import earnings, freeze_account, last_withdrawal, login_status, withdrawal_limits
from ivr.menu.language.contract import Level
from ivr.menu.language.hotline import MessageLimits
from ivr.storage import file_beside

TOKEN_VARIABLE = "ACCOUNT_SERVICE_TOKEN"  # noqa: S105 - the name of the setting, not its value
LARGEST_REQUEST = 16 * 1024  # bytes

_OUTCOMES = {
    403: ("not_proved",),
    404: ("not_found", "none", "no_holding"),
    409: ("elsewhere", "frozen", "sim_changed", "unreachable"),
    410: ("expired",),
    422: ("mismatch",),
    423: ("locked", "payment_locked"),
    429: ("rationed",),
    503: ("unavailable",),
}
HTTP_STATUSES = {outcome: status for status, outcomes in _OUTCOMES.items() for outcome in outcomes}
"""The status of each outcome; others have 200. The body names the outcome, because some share a status."""

log = structlog.get_logger(__name__)


_BANK = (earnings, freeze_account, last_withdrawal, login_status, withdrawal_limits)
SERVED: Mapping[str, Action] = {**ACTIONS, **{each.CONTRACT.name: each for each in _BANK}}


@dataclass(frozen=True, slots=True)
class HttpRoute:
    """Where an action is found. The names in its path, query or body are the account, the caller, or an input."""

    action: str
    method: str
    rule: str


ROUTES = (
    HttpRoute("find_account", "GET", "/accounts"),
    HttpRoute("find_account_by_number", "GET", "/accounts/<number>"),
    HttpRoute("withdrawal_limits", "GET", "/accounts/<account>/limits"),
    HttpRoute("last_withdrawal", "GET", "/accounts/<account>/last-withdrawal"),
    HttpRoute("earnings", "GET", "/accounts/<account>/earnings"),
    HttpRoute("login_status", "GET", "/accounts/<account>/login-status"),
    HttpRoute("reset_login_password", "POST", "/accounts/<account>/resets/login-password"),
    HttpRoute("reset_payment_password", "POST", "/accounts/<account>/resets/payment-password"),
    HttpRoute("freeze_account", "POST", "/freezes"),
    HttpRoute("verify_identity", "POST", "/identity/tail"),
    HttpRoute("send_code", "POST", "/identity/codes"),
    HttpRoute("check_code", "POST", "/identity/codes/check"),
)


def create_service(
    services: Services,
    token: str,
    *,
    clock: Callable[[], datetime] = utc_now,
    rate_limits: MessageLimits | None = None,
) -> Flask:
    """Return the account service as a web program.

    ``rate_limits`` say how many messages may be sent; the default is the usual limits. A request may name its own
    time (``at``), as demonstrations do. Raises :class:`ivr.config.BadSetting` without a token.
    """
    if not token:
        raise BadSetting(f"{TOKEN_VARIABLE} is missing; without it anybody could ask for anybody's account")
    app = Flask("ivr-demo-service", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.before_request(lambda: _let_in(token))
    app.register_error_handler(HTTPException, _refusal)
    for route in ROUTES:
        view = _RouteView(route, services, clock, rate_limits or MessageLimits())
        app.add_url_rule(route.rule, route.action, view, methods=[route.method])
    install_accounts(app, bank(services), clock)
    return app


def _let_in(token: str) -> None:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.encode()):
        abort(401)


def _refusal(error: HTTPException) -> Response:
    """Return what is wrong with a request, without anything of its content."""
    answer = json_answer({"error": error.name}, error.code or 500)
    if error.code == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


@dataclass(frozen=True, slots=True)
class _RouteView:
    """Answers the requests of one route."""

    route: HttpRoute
    services: Services
    clock: Callable[[], datetime]
    rate_limits: MessageLimits

    def __call__(self, **path: str) -> Response:
        action = self.route.action
        try:
            result = perform(action, self.services, self._request(path), SERVED)
        except NotProved:
            abort(403)
        status = HTTP_STATUSES.get(result.outcome, 200)
        log.info("answered", action=action, outcome=result.outcome, status=status)
        return json_answer(body_of(result), status)

    def _request(self, path: Mapping[str, str]) -> ActionRequest:
        given = {**_named_in(request.args if self.route.method == "GET" else request.get_json()), **path}
        key = request.headers.get("Idempotency-Key", "")
        level = given.get("level", "unknown")
        wanted = SERVED[self.route.action].CONTRACT.inputs.keys()
        if not key or level not in Level.__members__ or not wanted <= given.keys():
            abort(400)
        return ActionRequest(
            key=key,
            at=moment(given.get("at"), self.clock),
            language=given.get("language", "en-US"),
            caller=given.get("caller", ""),
            account=given.get("account", ""),
            level=Level[level],
            inputs={name: given[name] for name in wanted},
            message_limits=self.rate_limits,
        )


def _named_in(data: Any) -> dict[str, str]:
    """Return the texts by name that a query or a body has. Anything else is refused."""
    if not isinstance(data, Mapping) or not all(isinstance(each, str) for each in data.values()):
        abort(400)
    return dict(data.items())


def body_of(result: ActionResult) -> dict[str, Any]:
    """Return what is told of a run: its outcome with results, the account, and the message to send."""
    body: dict[str, Any] = {"outcome": result.outcome, **result.results}
    if result.account is not None:
        body["account"] = result.account
    if result.text_to:
        body["message"] = {
            "to": result.text_to,
            "language": result.text_language,
            **result.secrets,
            "expires": result.expires,
        }
    return body


class QuietHandler(WSGIRequestHandler):
    """Handles a request without logging its path, which names an account."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing: the service does."""


def serve_demo(
    folder: Path, settings: Settings, token: str, host: str, port: int, ready: Callable[[str], None]
) -> None:
    """Serve the customers of a hotline until the process is told to end. ``ready`` is called with the URL.

    With the same ``IVR_DATABASE_URL`` and ``IVR_SECRET_KEY`` as `ivr serve`, that server has the pages behind its
    links. Raises ``BadSetting``, ``BadFile``, ``MenuBroken``, and ``OSError`` if the address cannot be listened on.
    """
    rate_limits = load_tree(folder).declared.texts
    accounts = Accounts(file_beside(settings.database_url, "accounts"), folder / "accounts.yaml")
    services = open_services(Bulletins.open(folder / "bulletins.yaml"), settings, accounts)
    with closing(accounts), closing(services.attempts):
        app = create_service(services, token, rate_limits=rate_limits)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.create_server((host, port), family=family) as listening:
            server = make_server(
                host, port, app, threaded=True, request_handler=QuietHandler, fd=listening.fileno()
            )
            signal.signal(signal.SIGTERM, _end)  # not by way of SIGINT, which a job in the background ignores
            ready(f"http://{f'[{host}]' if ':' in host else host}:{listening.getsockname()[1]}")
            server.serve_forever()


def _end(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
