"""The production server: granian, several workers, a line when it is ready, a clean end."""

from __future__ import annotations

import os
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic, sleep

from ivr.app import HOTLINE_VARIABLE, INSECURE_VARIABLE

READY_WITHIN = 60.0
"""Seconds that the workers have to come up before the ready line is given up."""


def serve(
    folder: Path, host: str, port: int, *, workers: int, insecure: bool, ready: Callable[[str], None]
) -> None:
    """Serve a hotline until the process is told to end. ``ready`` is told the URL when a worker answers."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    os.environ.update(worker_environment(folder, insecure=insecure))
    server = Granian(
        "ivr.app:worker",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=8,
        factory=True,
        log_level=LogLevels.warning,
        log_access=False,
        respawn_failed_workers=True,
        workers_kill_timeout=20,
    )
    url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 - a comparison, no binding
    threading.Thread(target=_announce, args=(url, ready), daemon=True).start()
    server.serve()


def worker_environment(folder: Path, *, insecure: bool) -> Mapping[str, str]:
    """Return what the workers must know beside the settings."""
    return {HOTLINE_VARIABLE: str(folder.resolve()), INSECURE_VARIABLE: "1" if insecure else ""}


def _announce(url: str, ready: Callable[[str], None]) -> None:
    """Wait until a worker answers, then say so."""
    deadline = monotonic() + READY_WITHIN
    while monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    ready(url)
                    return
        except (urllib.error.URLError, OSError):
            pass
        sleep(0.05)
