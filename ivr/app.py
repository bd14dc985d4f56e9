"""The one place that wires: settings and a hotline's folder in, a running program out."""

from __future__ import annotations

import atexit
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import structlog
from flask import Flask, Response

from ivr.actions import perform
from ivr.actions.accounts import AccountContext, AccountService
from ivr.actions.base import Services
from ivr.actions.bulletins import Bulletins
from ivr.actions.http.accounts import accounts_over_http
from ivr.actions.registry import ActionRegistry
from ivr.calls.hotline import MenuBroken, ServedHotline
from ivr.calls.turns import Perform, Switchboard
from ivr.calls.worker_pool import WorkerPool
from ivr.channels.message_reports import install_message_reports as install_reports
from ivr.channels.reset_page.pages import install_reset_page as install_pages
from ivr.channels.twilio.admin.messages import TwilioCarrier
from ivr.channels.twilio.admin.rest import TwilioRest
from ivr.channels.twilio.admin.verify import Verify
from ivr.channels.twilio.forms import LARGEST_FORM, WebhookRequest
from ivr.channels.twilio.signature import Signature
from ivr.channels.twilio.webhooks import (
    LastResort,
    Webhooks,
    apologies,
    install_audio,
    install_webhooks,
    path_of,
)
from ivr.config import (
    HOTLINE_VARIABLE,
    INSECURE_VARIABLE,
    MESSAGES_VARIABLE,
    BadSetting,
    Settings,
    settings_from,
)
from ivr.logs import configure, origin_of
from ivr.menu.language.http_services import ACTIONS_FILE
from ivr.menu.reading.problems import BadFile, Problem
from ivr.menu.tree import Tree
from ivr.messaging.carrier import Carrier
from ivr.messaging.delivery_reports import ReportReader
from ivr.messaging.http_gateway import REPORT_PATH, HttpGateway
from ivr.messaging.outbox import Outbox
from ivr.storage import open_attempts, open_store
from ivr.storage.base import Store
from ivr.storage.sealing import Seal

log = structlog.get_logger(__name__)


class Closeable(Protocol):
    """What must be closed."""

    def close(self) -> None:
        """Close it."""


@dataclass(slots=True)
class Application:
    """A hotline with everything that answers for it."""

    hotline: ServedHotline
    store: Store
    services: Services
    switchboard: Switchboard
    action_runner: Closeable
    """Where actions run."""

    def close(self) -> None:
        """Let what is under way end, and let go of files and connections."""
        self.action_runner.close()
        self.hotline.close()
        if self.services.accounts is not None:
            self.services.accounts.close()
        self.services.attempts.close()
        self.store.close()


def build_application(
    folder: Path,
    settings: Settings,
    *,
    perform: Perform = perform,
    tree: Tree | None = None,
    registry: ActionRegistry | None = None,
) -> Application:
    """Open a hotline: its store, its account service and its menu. Raises ``MenuBroken`` and ``BadFile``.

    A ``tree`` that was loaded before saves loading it again. With a ``registry`` it has those actions, whatever the folder
    names.
    """
    store = open_store(settings.database_url)
    hotline = ServedHotline(folder, store, settings, present=tree, registry=registry)
    services = open_services(folder, settings, open_accounts(hotline, settings))
    runs = WorkerPool()
    switchboard = Switchboard(
        hotline,
        store,
        services,
        settings.desk_numbers,
        perform,
        actions_of=hotline.actions,
        action_runner=runs,
        sends=settings.sends_messages,
    )
    return Application(hotline, store, services, switchboard, runs)


def open_accounts(hotline: ServedHotline, settings: Settings) -> AccountService | None:
    """Open the account service that a hotline names, if it names one.

    Raises ``BadFile``, ``BadSetting``, and what a database raises; whatever else a module raises is :class:`MenuBroken`.
    """
    over_http, module = hotline.current().accounts, hotline.actions_module
    if over_http is not None:
        return accounts_over_http(over_http, hotline.environ, hotline.connections)
    if module.open_accounts is None:
        return None
    try:
        return module.open_accounts(AccountContext(hotline.folder, settings.database_url, hotline.environ))
    except (BadFile, BadSetting, OSError, sqlite3.Error):
        raise
    except Exception as error:
        origin = origin_of(error)  # not its text, which may hold an address with a password
        what = f"`open_accounts` failed: {origin['error']} at {origin['where'].partition(' < ')[0]}"
        problem = Problem(ACTIONS_FILE, 1, 1, "", what, "correct it, or set what it needs")
        raise MenuBroken.of(hotline.folder, [problem]) from error


def open_services(folder: Path, settings: Settings, accounts: AccountService | None) -> Services:
    """Open the systems that actions speak to. Raises ``BadFile``, and what a database raises."""
    return Services(
        accounts,
        Bulletins.open(folder / "bulletins.yaml"),
        open_attempts(settings.database_url),
        Seal(*settings.secret_keys) if settings.secret_keys else Seal.random(),
        settings.link_base,
        Verify(TwilioRest.of(settings), settings.verify_service) if settings.verify_service else None,
    )


def open_carrier(settings: Settings) -> Carrier:
    """Return who takes our text messages: the gateway of `IVR_SMS_URL` if it is set, else Twilio.

    `ivr serve` and `ivr worker` both open it here. It cannot lie in `messaging`, which may not import a channel, while
    Twilio's carrier is part of one. Twilio's settings beside a gateway's are no mistake: calls still need them.

    Raises :class:`BadSetting` when neither can be used.
    """
    if settings.sms_url:
        reports = settings.public_url and settings.sms_report_secrets
        report_url = settings.public_url + REPORT_PATH if reports else ""
        return HttpGateway(settings.sms_url, settings.sms_token, settings.sms_sender, report_url)
    return TwilioCarrier(TwilioRest.of(settings), settings.public_url)


def open_outbox(store: Store, seal: Seal, settings: Settings, clock: Callable[[], datetime]) -> Outbox:
    """Return what sends the messages of a store. Raises :class:`BadSetting` without credentials."""
    return Outbox(store, open_carrier(settings), seal, clock)


def utc_now() -> datetime:
    """Return the time, aware."""
    return datetime.now(UTC)


def create_app(
    folder: Path,
    settings: Settings,
    *,
    insecure: bool = False,
    clock: Callable[[], datetime] = utc_now,
    perform: Perform = perform,
) -> Flask:
    """Return the web program of a hotline.

    Raises :class:`BadSetting` when webhooks could not be checked and ``insecure`` does not ask for that.
    """
    signature = _signature(settings, insecure=insecure)
    if settings.sends_messages and not settings.secret_keys:
        raise BadSetting(
            "IVR_SECRET_KEY is missing; set it, for every server and worker alike: messages with codes and links wait "
            "sealed with it"
        )
    return web_program(build_application(folder, settings, perform=perform), settings, signature, clock)


class _Program(Flask):
    """A web program that logs where an exception came from, and not its text or the URL: a link is a secret."""

    def log_exception(self, exc_info: Any) -> None:
        """Log an exception that no handler has answered."""
        log.error("request failed", **origin_of(exc_info[1]))


def web_program(
    application: Application,
    settings: Settings,
    signature: Signature | None,
    clock: Callable[[], datetime] = utc_now,
) -> Flask:
    """Return the web program of an open house. Without a ``signature`` no request is checked."""
    app = _Program("ivr", static_folder=None)
    app.logger.disabled = True  # what Flask writes of an exception by itself has its text and the URL
    app.request_class = WebhookRequest
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_FORM
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_FORM
    app.url_map.merge_slashes = False
    app.extensions["ivr"] = application
    prefix = path_of(settings.public_url)
    last_resort = LastResort(
        application.hotline,
        lambda tree: apologies(
            tree, settings.fallback_number or agent_number(tree, settings), settings.number, prefix
        ),
    )
    webhooks = Webhooks(application.switchboard, clock, last_resort, signature, prefix, settings.number)
    install_webhooks(app, webhooks)
    if settings.sms_report_secrets:
        install_reports(app, ReportReader(settings.sms_report_secrets), application.store, clock)
    install_audio(app, application.hotline.folder)
    if application.services.resets is not None:
        install_pages(app, application.services.resets, application.services.seal, clock, settings.public_url)
    _install_health(app, application)
    return app


def agent_number(tree: Tree, settings: Settings) -> str:
    """Return the number of the desk behind the hotline's ``agent`` node, or nothing when that is no transfer."""
    node = tree.nodes[tree.declared.agent]
    if node.desk is None:
        return ""
    return settings.desk_numbers.get(node.desk) or tree.desks[node.desk].number


def _signature(settings: Settings, *, insecure: bool) -> Signature | None:
    if settings.auth_tokens:
        if not settings.public_url:
            raise BadSetting(
                "IVR_PUBLIC_URL is missing; set it to the URL that Twilio calls, to check signatures"
            )
        return Signature(settings.auth_tokens, settings.public_url)
    if insecure:
        return None
    raise BadSetting(
        "TWILIO_AUTH_TOKEN is missing, so that nobody could tell Twilio's webhooks from forged ones; "
        "set it, or say --insecure"
    )


def _install_health(app: Flask, application: Application) -> None:
    @app.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", content_type="text/plain; charset=utf-8")

    @app.get("/readyz")
    def readyz() -> Response:
        try:
            application.store.ping()
            version = application.hotline.current().version
        except Exception as error:  # noqa: BLE001 - whatever it is, this worker should get no calls
            text = f"not ready: {type(error).__name__}\n"
            return Response(text, status=503, content_type="text/plain; charset=utf-8")
        return Response(f"ready: menu {version}\n", content_type="text/plain; charset=utf-8")


StartResponse = Callable[..., Any]
_OF_EVERY_REQUEST = frozenset(
    {
        "GATEWAY_INTERFACE",
        "PATH_INFO",
        "QUERY_STRING",
        "REMOTE_ADDR",
        "REQUEST_METHOD",
        "SCRIPT_NAME",
        "SERVER_NAME",
        "SERVER_PORT",
        "SERVER_PROTOCOL",
        "SERVER_SOFTWARE",
    }
)
"""What granian sets for every request, whatever the process's environment has under these names."""


def without_environment(
    app: Callable[[Any, StartResponse], Iterable[bytes]],
) -> Callable[..., Iterable[bytes]]:
    """Take the process's environment out of each request's: granian copies it there, secrets included.

    An ``HTTP_*`` variable of the process would otherwise even become a header of every request. What a request
    brought under the same name stays.
    """
    own = {name: value for name, value in os.environ.items() if name not in _OF_EVERY_REQUEST}

    def cleaned(environ: MutableMapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        for name in own.keys() & environ.keys():
            if environ[name] == own[name]:
                del environ[name]
        return app(environ, start_response)

    return cleaned


def worker() -> Callable[..., Iterable[bytes]]:
    """Return the WSGI program of one worker of `ivr serve`, set up from the environment."""
    settings = settings_from(os.environ)
    configure(settings.log, settings.log_level)
    insecure = os.environ.get(INSECURE_VARIABLE) == "1"
    app = create_app(Path(os.environ[HOTLINE_VARIABLE]), settings, insecure=insecure)
    if settings.sends_messages and os.environ.get(MESSAGES_VARIABLE) != "elsewhere":
        _send_beside(app.extensions["ivr"], settings)
    return without_environment(app)


def _send_beside(application: Application, settings: Settings) -> None:
    """Send messages in a thread of this worker: right after a turn has kept one, and those that others have left."""
    outbox = open_outbox(application.store, application.services.seal, settings, utc_now)
    application.switchboard.wake = outbox.wake
    thread = threading.Thread(target=outbox.run, name="messages", daemon=True)
    thread.start()

    def end() -> None:
        """Let the request under way end, so that its message is not left unknown."""
        outbox.stop()
        thread.join(_LAST_REQUEST)

    atexit.register(end)


_LAST_REQUEST = 8.0
"""Seconds that the end of a worker waits for it."""
