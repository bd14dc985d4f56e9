"""The two paths that a load balancer asks."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response


def install_health(app: Flask, check: Callable[[], str]) -> None:
    """Add ``/healthz``, for whether the process lives, and ``/readyz``, for whether it can answer calls.

    ``check`` returns the version of the menu, or raises if a call could not be answered and kept.
    """

    @app.get("/healthz")
    def healthz() -> Response:
        return _answer("ok")

    @app.get("/readyz")
    def readyz() -> Response:
        try:
            version = check()
        except Exception as error:  # noqa: BLE001 - whatever it is, this worker should get no calls
            return _answer(f"not ready: {type(error).__name__}", 503)
        return _answer(f"ready: menu {version}")


def _answer(text: str, status: int = 200) -> Response:
    return Response(f"{text}\n", status, content_type="text/plain; charset=utf-8")
