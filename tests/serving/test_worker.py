"""What a worker does: whom it answers first, and what it does beside answering."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ivr.calls.served_hotline import ServedHotline
from ivr.menu.reading.problems import Problem
from ivr.serving import connections
from ivr.serving.server import listen
from ivr.serving.worker import ACCEPTED_AT_ONCE, MenuFollower, answer
from ivr.serving.wsgi import WsgiBridge
from ivr.storage.base import IN_MEMORY
from ivr.storage.sqlite import SqliteStore
from tests.support.served import wait_until
from tests.support.switchboards import MENU, write_menu


def test_a_folder_is_looked_at_beside_the_calls(tmp_path: Path) -> None:
    """With `memory://` there is no publisher: the only worker reads the folder, but in no thread of a call."""
    folder = write_menu(tmp_path)
    looked: list[str] = []

    def report(_problems: tuple[Problem, ...]) -> None:
        looked.append(threading.current_thread().name)

    hotline = ServedHotline(folder, SqliteStore(IN_MEMORY), report=report, look_every=0.0)
    follower = MenuFollower(hotline, every=0.01)
    good = hotline.current().version
    (folder / "menu.yaml").write_text(MENU.replace("start: main", "start: mian"), encoding="utf-8")
    wait_until(lambda: looked or hotline.current().version != good, 20)
    assert looked == ["menu"]
    (folder / "menu.yaml").write_text(MENU.replace("Hello.", "Good day."), encoding="utf-8")
    wait_until(lambda: hotline.current().version != good, 20)
    follower.stop()
    (folder / "menu.yaml").write_text(MENU, encoding="utf-8")
    assert hotline.current().version != good


def test_clients_that_have_gone_again_push_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a worker may have at once wait to be accepted. The oldest is an honest one, and has sent its request."""
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 8 * ACCEPTED_AT_ONCE)
    listener = listen("127.0.0.1", 0)
    honest = socket.create_connection(listener.getsockname(), timeout=20)
    honest.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    for _ in range(15 * ACCEPTED_AT_ONCE):
        socket.create_connection(listener.getsockname()).close()
    supervisor, ours = socket.socketpair()

    def hear() -> bytes:
        try:
            return honest.recv(1000)
        finally:
            supervisor.close()  # which ends the worker

    with honest, ours, ThreadPoolExecutor(1) as client:
        heard = client.submit(hear)
        asyncio.run(answer(WsgiBridge(_program), listener, ours, lambda: None))
        assert heard.result().startswith(b"HTTP/1.1 200 ")


def _program(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
