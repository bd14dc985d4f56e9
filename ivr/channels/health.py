"""The two paths that a load balancer asks."""

from __future__ import annotations

from flask import Flask, Response

from ivr.calls.served_hotline import ServedHotline


def install_health(app: Flask, hotline: ServedHotline) -> None:
    """Add ``/healthz``, which answers while the process lives, and ``/readyz``, while a call could be answered and kept."""

    @app.get("/healthz")
    def healthz() -> Response:
        return _answer("ok")

    @app.get("/readyz")
    def readyz() -> Response:
        try:
            hotline.store.ping()
            version = hotline.current().version
        except Exception as error:  # noqa: BLE001 - whatever it is, this worker should get no calls
            return _answer(f"not ready: {type(error).__name__}", 503)
        return _answer(f"ready: menu {version}")


def _answer(text: str, status: int = 200) -> Response:
    return Response(f"{text}\n", status, content_type="text/plain; charset=utf-8")
