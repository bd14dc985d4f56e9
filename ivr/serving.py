"""The production server: granian, several workers, a line when it is ready, a clean end."""

from __future__ import annotations

import http.client
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic, sleep

from ivr.app import open_outbox, utc_now
from ivr.calls.worker_pool import MOST_AT_ONCE
from ivr.config import ADDRESS_VARIABLE, HOTLINE_VARIABLE, INSECURE_VARIABLE, MESSAGES_VARIABLE, Settings
from ivr.storage import open_store
from ivr.storage.sealing import Seal

READY_WITHIN = 60.0
"""Seconds that the workers have to come up."""


THREADS = MOST_AT_ONCE + 8
"""Of each worker: so many that some are free when all the others wait for slow services. Waiting costs them nothing."""

_STANDARD_ERROR = {
    name: {"class": "logging.StreamHandler", "formatter": formatter, "stream": "ext://sys.stderr"}
    for name, formatter in (("console", "generic"), ("access", "access"))
}
"""Where granian's own log goes: beside ours, so that standard output holds the ready line alone."""


class CannotServe(Exception):
    """The server cannot do its work; the text says why and what to do."""


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
    """Serve a hotline until the process is told to end. ``ready`` is told the URL when a worker answers.

    Each worker sends text messages too, unless ``messages`` is false: then `ivr worker` does.

    Raises:
        CannotServe: the address cannot be listened on, or no worker came up.

    """
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    _try_address(host, port)
    waiting = _Ready(host, port, ready)
    os.environ.update(worker_environment(folder, waiting.address, insecure=insecure, messages=messages))
    server = Granian(
        "ivr.app:worker",
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

    Where nobody has set a secret key, all of them get the same one, which is gone when they are.
    """
    own_key = {} if os.environ.get("IVR_SECRET_KEY") else {"IVR_SECRET_KEY": secrets.token_urlsafe(32)}
    return {
        HOTLINE_VARIABLE: str(folder.absolute()),  # a link stays one: it may be turned to another folder
        INSECURE_VARIABLE: "1" if insecure else "",
        MESSAGES_VARIABLE: "" if messages else "elsewhere",
        ADDRESS_VARIABLE: address,
        **own_key,
    }


def send_messages(settings: Settings, every: float, ready: Callable[[], None]) -> None:
    """Send the messages of a store until the process is told to end. ``ready`` is called when it has begun.

    Raises :class:`ivr.config.BadSetting` when there is nothing to send them with.
    """
    store = open_store(settings.database_url)
    outbox = open_outbox(store, Seal(*settings.secret_keys), settings, utc_now)
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(
        signal.SIG_BLOCK, ends
    )  # before the thread, which inherits it: only we wait for them
    thread = threading.Thread(target=outbox.run, args=(every,), name="messages")
    thread.start()
    ready()
    signal.sigwait(ends)
    outbox.stop()
    thread.join()
    store.close()


def _try_address(host: str, port: int) -> None:
    """Bind the address once: the server itself would share the port with another one without a word."""
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
        # Where the server listens on every address, it is asked on this machine's own.
        self._host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
        self._port = port
        self._ready = ready
        self.in_vain = False

    @property
    def address(self) -> str:
        """Return where a browser of this machine finds the server."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    def announce(self) -> None:
        """Say that the server is ready as soon as it is; stop it when it does not become so."""
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
