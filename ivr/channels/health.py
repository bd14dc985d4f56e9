"""The two paths that a load balancer asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from flask import Flask, Response

from ivr.logs import origin_of
from ivr.storage.faults import fault_of

LOOKS_EVERY = 1.0
"""Seconds between two looks at the store. Nobody signs these requests, so a flood of them must not cost more."""

log = structlog.get_logger(__name__)


class Readiness:
    """Whether calls can be answered. It is looked at once a second at most, however often somebody asks.

    ``check`` returns the version of the menu, or raises if a call could not be answered and kept. While one thread
    looks, the others give the last answer: a store that hangs must not hold all threads of the server.
    """

    def __init__(self, check: Callable[[], str], seconds: Callable[[], float] = time.monotonic) -> None:
        self._check = check
        self._seconds = seconds
        self._looking = threading.Lock()
        self._looked = 0.0
        self._known: tuple[str, bool] | None = None

    def __call__(self) -> tuple[str, bool]:
        """Return what is so, in a line, and whether it is good."""
        if self._looking.acquire(blocking=self._known is None):
            try:
                if self._known is None or self._seconds() - self._looked >= LOOKS_EVERY:
                    self._known = self._look(self._known)
                    self._looked = self._seconds()
            finally:
                self._looking.release()
        assert self._known is not None
        return self._known

    def _look(self, before: tuple[str, bool] | None) -> tuple[str, bool]:
        """Look now, and log what is wrong, once."""
        try:
            now, origin = (f"ready: menu {self._check()}", True), {}
        except Exception as error:  # noqa: BLE001 - whatever it is, this worker should get no calls
            origin = origin_of(error)
            now = (f"not ready: {fault_of(error) or origin['error']}", False)
        if not now[1] and before != now:
            log.error("not ready", why=now[0].removeprefix("not ready: "), **origin)
        elif now[1] and before is not None and not before[1]:
            log.warning("ready again")
        return now


def install_health(app: Flask, check: Callable[[], str]) -> None:
    """Add ``/healthz``, for whether the process lives, and ``/readyz``, for whether it can answer calls."""
    readiness = Readiness(check)

    @app.get("/healthz")
    def healthz() -> Response:
        return _answer("ok")

    @app.get("/readyz")
    def readyz() -> Response:
        said, good = readiness()
        return _answer(said, 200 if good else 503)


def _answer(text: str, status: int = 200) -> Response:
    return Response(f"{text}\n", status, content_type="text/plain; charset=utf-8")
