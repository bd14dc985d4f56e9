"""The production server: granian with several workers. It says when it is ready, and ends cleanly."""

from __future__ import annotations

import atexit
import http.client
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from ivr.app import Application, create_app, open_outbox, utc_now
from ivr.calls.worker_pool import MOST_AT_ONCE
from ivr.config import (
    ADDRESS_VARIABLE,
    HOTLINE_VARIABLE,
    INSECURE_VARIABLE,
    MESSAGES_VARIABLE,
    Settings,
    settings_from,
)
from ivr.logs import configure
from ivr.storage import open_store
from ivr.storage.sealing import Seal

READY_WITHIN = 60.0
"""Seconds that the workers have to come up."""


THREADS = MOST_AT_ONCE + 8
"""Threads of each worker: so many that some are free while all the others wait for slow services."""

_STANDARD_ERROR = {
    name: {"class": "logging.StreamHandler", "formatter": formatter, "stream": "ext://sys.stderr"}
    for name, formatter in (("console", "generic"), ("access", "access"))
}
"""Sends the log of granian to where ours goes, so that standard output has nothing but the ready line."""


class CannotServe(Exception):
    """The server cannot do its work. The text says why and what to do."""


def serve(
    folder: Path,
    host: str,
    port: int,
    *,
    workers: int,
    insecure: bool,
    messages: bool = True,
    ready: Callable[[str], None],
) -> None:
    """Serve a hotline until the process is told to end. ``ready`` is called with the URL once a worker answers.

    Each worker also sends text messages. If ``messages`` is false, `ivr worker` does.

    Raises :class:`CannotServe` if the address is not available or no worker comes up.
    """
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    _try_address(host, port)
    waiting = _Ready(host, port, ready)
    os.environ.update(worker_environment(folder, waiting.address, insecure=insecure, messages=messages))
    server = Granian(
        "ivr.serving:worker",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        factory=True,
        log_level=LogLevels.error,  # its warnings are about our choice of threads, which are made to wait
        log_dictconfig={"handlers": _STANDARD_ERROR},
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,  # for a turn under way, or a worker that was just starting
    )
    threading.Thread(target=waiting.announce, daemon=True).start()
    try:
        server.serve()
    except SystemExit as stop:  # a worker that died at once, again and again
        raise CannotServe("the workers do not come up; the log above says why") from stop
    if waiting.in_vain:
        raise CannotServe(f"no worker was ready within {READY_WITHIN:.0f} s; the log above says why")


def worker_environment(
    folder: Path, address: str, *, insecure: bool, messages: bool = True
) -> Mapping[str, str]:
    """Return what the workers must know beside the settings.

    Without a secret key in the settings, all workers share one that ends with them.
    """
    own_key = {} if os.environ.get("IVR_SECRET_KEY") else {"IVR_SECRET_KEY": secrets.token_urlsafe(32)}
    return {
        HOTLINE_VARIABLE: str(folder.absolute()),  # a link stays a link: it may be pointed elsewhere
        INSECURE_VARIABLE: "1" if insecure else "",
        MESSAGES_VARIABLE: "" if messages else "elsewhere",
        ADDRESS_VARIABLE: address,
        **own_key,
    }


def send_messages(settings: Settings, every: float, ready: Callable[[], None]) -> None:
    """Send the messages of a store until the process is told to end. ``ready`` is called once sending has begun.

    Raises :class:`ivr.config.BadSetting` if there is no carrier.
    """
    store = open_store(settings.database_url)
    outbox = open_outbox(store, Seal(*settings.secret_keys), settings, utc_now)
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # before the thread, which inherits it: only we wait
    thread = threading.Thread(target=outbox.run, args=(every,), name="messages")
    thread.start()
    ready()
    signal.sigwait(ends)
    outbox.stop()
    thread.join()
    store.close()


def _try_address(host: str, port: int) -> None:
    """Bind the address once. The server itself would silently share the port with another one."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        raise CannotServe(
            f"cannot listen on {host} port {port}: {(error.strerror or str(error)).lower()}; "
            "name another --host or --port"
        ) from error


class _Ready:
    """Waits until a worker answers for its store and its menu."""

    def __init__(self, host: str, port: int, ready: Callable[[str], None]) -> None:
        # If the server listens on every address, ask it on this machine's own.
        self._host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
        self._port = port
        self._ready = ready
        self.in_vain = False

    @property
    def address(self) -> str:
        """The URL for a browser on this machine."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    def announce(self) -> None:
        """Report that the server is ready as soon as it is. If that takes too long, stop it."""
        deadline = monotonic() + READY_WITHIN
        while monotonic() < deadline:
            if self._answers():
                self._ready(self.address)
                return
            sleep(0.05)
        self.in_vain = True
        os.kill(os.getpid(), signal.SIGTERM)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


# --- one worker

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
"""What granian sets for every request, whatever the environment of the process has under these names."""


def without_environment(
    app: Callable[[Any, StartResponse], Iterable[bytes]],
) -> Callable[..., Iterable[bytes]]:
    """Remove the environment of the process, with its secrets: granian copies it into that of each request.

    An ``HTTP_*`` variable of the process would even become a header of every request. If a request itself has brought
    a value of the same name, it stays.
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
    """Send messages in a thread of this worker: those of its own turns at once, and those that others have left."""
    outbox = open_outbox(application.store, application.services.seal, settings, utc_now)
    application.switchboard.wake = outbox.wake
    thread = threading.Thread(target=outbox.run, name="messages", daemon=True)
    thread.start()

    def end() -> None:
        # Lets the current request end, so that its message is not left unknown.
        outbox.stop()
        thread.join(_LAST_REQUEST)

    atexit.register(end)


_LAST_REQUEST = 8.0
"""Seconds that a worker waits for its last request to a carrier before it ends."""
