"""`ivr serve`: takes the address, starts the supervisor, and says when the server is ready."""

from __future__ import annotations

import errno
import os
import secrets
import socket
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic, sleep

from ivr.app import build_application
from ivr.calls.hotline_loader import digest_of_code
from ivr.config import (
    ADDRESS_VARIABLE,
    CODE_VARIABLE,
    HOTLINE_VARIABLE,
    INSECURE_VARIABLE,
    MESSAGES_VARIABLE,
    MODULE_VARIABLE,
    BadSetting,
    Settings,
)
from ivr.menu.reading.problems import BadFile
from ivr.serving import CannotServe, publisher
from ivr.serving.limits import LimitExceeded, ProcessLimits, run_limited
from ivr.serving.supervisor import Supervisor
from ivr.serving.worker import BACKLOG

TAKE_WITHIN = 3.0
"""Seconds to wait for the address. Workers of a server that was killed let it go in less."""

START = ProcessLimits(seconds=60.0, memory=1 << 30)
"""For loading a hotline as a worker does."""


def started_code(folder: Path, settings: Settings, module: str | None) -> str:
    """Return the digest of the hotline's Python code, once the hotline could be loaded as each worker will load it.

    What is wrong is raised here once, and not in every worker: :class:`CannotServe`, or an error that says what to do.
    A process of its own tries it, so that nothing which that code opens is shared by workers that are forked from this
    one.
    """
    try:
        return run_limited(
            _load,
            folder,
            settings,
            module,
            limits=START,
            log_style=(settings.log, settings.log_level),
            raises=(BadFile, BadSetting, OSError, sqlite3.Error),
        )
    except LimitExceeded as error:
        raise CannotServe(f"the hotline cannot be loaded: it {error}") from None


def _load(folder: Path, settings: Settings, module: str | None) -> str:
    application = build_application(folder, settings, module=module)
    try:
        return digest_of_code(folder, application.hotline.current().python)
    finally:
        application.close()


def serve(
    folder: Path,
    host: str,
    port: int,
    *,
    workers: int,
    insecure: bool,
    messages: bool = True,
    module: str | None = None,
    code: str = "",
    ready: Callable[[str], None],
) -> None:
    """Serve a hotline until the process is told to end. ``ready`` is called with the URL once all workers answer.

    Each worker also sends text messages. If ``messages`` is false, `ivr worker` does. ``module`` is the Python module of
    the published menu, which a publisher keeps up to date; if it is None, the worker reads the folder itself. ``code`` is
    the digest of the hotline's Python code.

    Raises :class:`CannotServe` if the address is not available or the workers do not come up.
    """
    listener = listen(host, port)
    address = local_url(host, port)
    os.environ.update(worker_environment(folder, address, insecure=insecure, messages=messages))
    os.environ[CODE_VARIABLE] = code
    if module is not None:
        os.environ[MODULE_VARIABLE] = module
    beside = publisher.main if module is not None else None
    Supervisor(listener, workers, lambda: ready(address), publisher=beside).run()


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


def local_url(host: str, port: int) -> str:
    """Return the URL for a browser on this machine, also if the server listens on every address."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def listen(host: str, port: int) -> socket.socket:
    """Return the socket on which all workers listen. Raises :class:`CannotServe` if the address is taken or not ours."""
    deadline = monotonic() + TAKE_WITHIN
    while True:
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            listener = socket.socket(family, kind, protocol)
            try:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind(address)
                listener.listen(BACKLOG)
            except OSError:
                listener.close()
                raise
            return listener
        except OSError as error:
            if error.errno != errno.EADDRINUSE or monotonic() > deadline:
                what = (error.strerror or str(error)).lower()
                raise CannotServe(
                    f"cannot listen on {host} port {port}: {what}; name another --host or --port"
                ) from error
            sleep(0.1)
