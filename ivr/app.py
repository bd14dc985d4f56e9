"""The one place that wires: settings and a hotline's folder go in, a running program comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import structlog
from flask import Flask, Response

from ivr.actions.accounts import AccountContext, AccountService
from ivr.actions.base import Services
from ivr.actions.bulletins import Bulletins
from ivr.actions.http.accounts import accounts_over_http
from ivr.actions.perform import perform
from ivr.actions.registry import ActionRegistry
from ivr.calls.hotline_loader import agent_number
from ivr.calls.menu_sources import FolderSource, StoreSource
from ivr.calls.new_calls import NewCallLimit
from ivr.calls.served_hotline import ServedHotline
from ivr.calls.turns import Perform, Switchboard
from ivr.channels.health import install_health
from ivr.channels.message_reports import install_message_reports
from ivr.channels.reset_page.pages import install_reset_page
from ivr.channels.twilio.admin.messages import TwilioCarrier
from ivr.channels.twilio.admin.rest import TwilioRest
from ivr.channels.twilio.admin.verify import Verify
from ivr.channels.twilio.audio import install_audio
from ivr.channels.twilio.forms import LARGEST_FORM, WebhookRequest
from ivr.channels.twilio.signature import Signature, signature_of
from ivr.channels.twilio.webhooks import (
    LastResort,
    Webhooks,
    apologies,
    install_webhooks,
    path_of,
)
from ivr.config import BadSetting, Settings
from ivr.logs import origin_of
from ivr.menu.tree import Tree
from ivr.messaging.carrier import Carrier
from ivr.messaging.delivery_reports import ReportReader
from ivr.messaging.http_gateway import REPORT_PATH, HttpGateway
from ivr.messaging.outbox import Outbox
from ivr.storage import open_attempts, open_store
from ivr.storage.deadline import ANSWER_WITHIN, ARRIVED, deadline
from ivr.storage.sealing import Seal
from ivr.storage.sqlite import SqliteStore

CHECKED_WITHIN = 0.8
"""Seconds in which the store must show that it works. With the second until the next look, less than the 2 s in which
whoever asks must hear of a fault."""

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Application:
    """A hotline with everything that it needs to answer calls."""

    hotline: ServedHotline
    store: SqliteStore
    services: Services
    switchboard: Switchboard

    def check(self) -> str:
        """Return the version of the menu, and what of the folder is not served.

        Raises an exception if a call could not be answered and kept.
        """
        with deadline(CHECKED_WITHIN):
            self.store.ping()
            self.services.attempts.ping()
        version, problem = self.hotline.current().version, self.hotline.problem
        return f"{version}; {problem}" if problem else version

    def close(self) -> None:
        """Let running actions end, and close files and connections."""
        self.switchboard.action_runner.close()
        self.hotline.close()
        if self.services.accounts is not None:
            self.services.accounts.close()
        self.services.attempts.close()
        self.services.alarms.close()
        self.store.close()


def build_application(
    folder: Path,
    settings: Settings,
    *,
    perform: Perform = perform,
    tree: Tree | None = None,
    registry: ActionRegistry | None = None,
    module: str | None = None,
) -> Application:
    """Open a hotline: its store, its account service and its menu. Raises ``MenuBroken`` and ``BadFile``.

    A ``tree`` that is loaded already saves time. A ``registry`` replaces the actions that the folder names. If a
    Python ``module`` is named, or none by an empty name, the menu is the published one, with the actions of the module.
    """
    store = open_store(settings.database_url)
    source = FolderSource(folder, store, tree) if module is None else StoreSource(folder, store, module)
    hotline = ServedHotline(folder, store, settings, source=source, registry=registry)
    services = open_services(source.bulletins, settings, open_accounts(hotline, settings))
    switchboard = Switchboard(
        hotline,
        store,
        services,
        settings.desk_numbers,
        perform,
        actions_of=hotline.actions,
        sends=settings.sends_messages,
    )
    return Application(hotline, store, services, switchboard)


def open_accounts(hotline: ServedHotline, settings: Settings) -> AccountService | None:
    """Open the account service that a hotline names, if any. Raises ``BadFile``, ``BadSetting``, and database errors."""
    over_http, module = hotline.current().accounts, hotline.actions_module
    if over_http is not None:
        return accounts_over_http(over_http, hotline.environ, hotline.connections)
    if module.open_accounts is None:
        return None
    return module.open_accounts(AccountContext(hotline.folder, settings.database_url, hotline.environ))


def open_services(bulletins: Bulletins, settings: Settings, accounts: AccountService | None) -> Services:
    """Open the systems that actions use. Raises the errors of a database."""
    return Services(
        accounts,
        bulletins,
        open_attempts(settings.database_url),
        Seal(*settings.secret_keys) if settings.secret_keys else Seal.random(),
        settings.link_base,
        Verify(TwilioRest.of(settings), settings.verify_service) if settings.verify_service else None,
        settings.hotline_limits,
    )


def open_carrier(settings: Settings) -> Carrier:
    """Return the carrier of our text messages: the gateway of `IVR_SMS_URL` if it is set, else Twilio.

    This cannot be in `messaging`, which may not import a channel: Twilio's carrier is part of one. Settings of Twilio
    beside a gateway are no mistake, because calls need them. Raises :class:`BadSetting` if neither can be used.
    """
    if settings.sms_url:
        reports = settings.public_url and settings.sms_report_secrets
        report_url = settings.public_url + REPORT_PATH if reports else ""
        return HttpGateway(settings.sms_url, settings.sms_token, settings.sms_sender, report_url)
    return TwilioCarrier(TwilioRest.of(settings), settings.public_url)


def open_outbox(store: SqliteStore, seal: Seal, settings: Settings, clock: Callable[[], datetime]) -> Outbox:
    """Return the sender of a store's messages. Raises :class:`BadSetting` without credentials."""
    return Outbox(store, open_carrier(settings), seal, clock)


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(
    folder: Path,
    settings: Settings,
    *,
    insecure: bool = False,
    clock: Callable[[], datetime] = utc_now,
    perform: Perform = perform,
    module: str | None = None,
) -> Flask:
    """Return the web program of a hotline, or of its published menu if a ``module`` is named.

    Raises :class:`BadSetting` if webhooks could not be checked, unless ``insecure`` accepts that.
    """
    signature = checked_signature(settings, insecure=insecure)
    application = build_application(folder, settings, perform=perform, module=module)
    return web_program(application, settings, signature, clock)


def checked_signature(settings: Settings, *, insecure: bool) -> Signature | None:
    """Return how webhooks are checked; None: not at all. Raises :class:`BadSetting` if a server needs more settings."""
    signature = signature_of(settings, insecure=insecure)
    if settings.sends_messages and not settings.secret_keys:
        raise BadSetting(
            "IVR_SECRET_KEY is missing; set it, for every server and worker alike: messages with codes and links wait "
            "sealed with it"
        )
    return signature


def _only_over_https(response: Response) -> Response:
    """Let browsers ask for nothing of this host without TLS any more, whatever page they got."""
    response.headers["Strict-Transport-Security"] = f"max-age={_YEAR}"
    return response


_YEAR = 31_536_000
"""Seconds."""


class _Program(Flask):
    """Gives each request one deadline from its arrival on, and logs where an exception came from.

    The text of an exception and the URL stay out of the log, because a link is a secret.
    """

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        arrived: float = environ.get(ARRIVED, monotonic())
        with deadline(max(ANSWER_WITHIN - (monotonic() - arrived), 0.0)):
            return super().wsgi_app(environ, start_response)

    def log_exception(self, exc_info: Any) -> None:
        log.error("request failed", **origin_of(exc_info[1]))


def web_program(
    application: Application,
    settings: Settings,
    signature: Signature | None,
    clock: Callable[[], datetime] = utc_now,
) -> Flask:
    """Return the web program of an application. Without a ``signature`` no request is checked."""
    app = _Program("ivr", static_folder=None)
    app.logger.disabled = True  # Flask itself would log the text of an exception and the URL
    app.request_class = WebhookRequest
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_FORM
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_FORM
    app.url_map.merge_slashes = False
    app.extensions["ivr"] = application
    if settings.public_url.startswith("https:"):
        app.after_request(_only_over_https)
    prefix = path_of(settings.public_url)
    last_resort = LastResort(
        application.hotline,
        lambda tree: apologies(
            tree, settings.fallback_number or agent_number(tree, settings), settings.number, prefix
        ),
    )
    services = application.services
    new_calls = NewCallLimit(services.attempts, services.alarms, services.limits.calls_per_minute)
    webhooks = Webhooks(
        application.switchboard, clock, last_resort, signature, new_calls, prefix, settings.number
    )
    install_webhooks(app, webhooks)
    if settings.sms_report_secrets:
        install_message_reports(app, ReportReader(settings.sms_report_secrets), application.store, clock)
    install_audio(app, application.hotline)
    services = application.services
    if services.resets is not None:
        install_reset_page(
            app,
            services.resets,
            services.attempts,
            services.seal,
            clock,
            lambda: application.hotline.current().languages,
            settings.public_url,
        )
    install_health(app, application.check)
    return app
