"""The bridge between the HTTP server and the WSGI program."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from ivr.serving import wsgi
from ivr.serving.wsgi import THREADS, WHOLE, WsgiBridge, WsgiProgram

SCOPE = {
    "type": "http",
    "method": "POST",
    "http_version": "1.1",
    "raw_path": b"/voice/%E8%8F%9C",
    "path": "/voice/菜",
    "query_string": b"a=%2B",
    "headers": [
        (b"host", b"x"),
        (b"x-a", b"1"),
        (b"x-a", b"2"),
        (b"x_b", b"3"),
        (b"content-type", b"text/x"),
    ],
    "server": ("127.0.0.1", 80),
    "client": ("127.0.0.9", 1234),
}


async def ask(bridge: WsgiBridge, *pieces: bytes) -> list[dict[str, Any]]:
    """Send one request in these pieces and return the ASGI messages of the answer."""
    sent: list[dict[str, Any]] = []
    waiting = list(pieces or (b"",))

    async def receive() -> Any:
        piece = waiting.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(waiting)}

    async def send(message: Any) -> None:
        sent.append(message)

    await bridge(SCOPE, receive, send)  # type: ignore[arg-type]
    return sent


def answer(program: WsgiProgram, *pieces: bytes) -> tuple[int, bytes, dict[str, Any]]:
    """Return the status, the body and the first message of an answer."""
    bridge = WsgiBridge(program)
    try:
        first, *rest = asyncio.run(ask(bridge, *pieces))
    finally:
        bridge.close()
    return first["status"], b"".join(message["body"] for message in rest), first


def says(
    *pieces: bytes, headers: list[tuple[str, str]] | None = None
) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """Return a program that answers with this."""

    def program(_environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        start("200 OK", headers or [])
        return pieces

    return program


def test_the_program_is_told_of_the_request_and_of_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the process's environment nor a header with an underscore is in it. Repeated headers are joined."""
    monkeypatch.setenv("HTTP_X_A_SECRET", "zebra")
    seen: dict[str, Any] = {}

    def program(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        seen.update(environ, body=environ["wsgi.input"].read())
        return says(b"ok")(environ, start)

    assert answer(program, b"a=1", b"&b=2")[:2] == (200, b"ok")
    assert seen["body"] == b"a=1&b=2"
    assert seen["CONTENT_LENGTH"] == "7"
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/voice/菜"
    assert (seen["QUERY_STRING"], seen["ivr.raw_target"]) == ("a=%2B", "/voice/%E8%8F%9C?a=%2B")
    assert (seen["HTTP_X_A"], seen["REMOTE_ADDR"], seen["CONTENT_TYPE"]) == ("1,2", "127.0.0.9", "text/x")
    assert {name for name in seen if name.startswith("HTTP_")} == {"HTTP_HOST", "HTTP_X_A"}


def test_a_long_answer_is_sent_in_pieces_and_closed() -> None:
    """It is not kept whole in memory. A short one is one piece."""
    closed = threading.Event()

    class Pieces:
        def __iter__(self) -> Iterator[bytes]:
            yield from [b"x" * WHOLE, b"y"]

        def close(self) -> None:
            closed.set()

    def program(_environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        start("200 OK", [("Content-Length", str(WHOLE + 1))])
        return Pieces()

    bridge = WsgiBridge(program)
    messages = asyncio.run(ask(bridge))
    assert [len(message.get("body", b"")) for message in messages] == [0, WHOLE, 1, 0]
    assert closed.is_set()
    assert len(asyncio.run(ask(WsgiBridge(says(b"a", b"b"))))) == 2


def test_a_program_that_breaks_is_answered_for() -> None:
    """Before it has begun an answer or after."""

    def breaks(_environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        start("200 OK", [])
        raise RuntimeError

    assert answer(breaks)[0] == 500


def test_a_client_that_goes_away_costs_no_thread() -> None:
    """Its request is never complete."""
    ran = []

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        raise AssertionError(message)

    def program(_environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
        ran.append(1)
        return []

    asyncio.run(WsgiBridge(program)(SCOPE, receive, send))  # type: ignore[arg-type]
    assert ran == []


def test_requests_beyond_what_can_wait_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller's next stop is the fallback, which is better than an answer after the caller has gone."""
    monkeypatch.setattr(wsgi, "MOST_WAITING", 2)
    monkeypatch.setattr(wsgi, "STUCK_SECONDS", -1.0)
    free, busy = threading.Event(), threading.Semaphore(0)

    def program(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        busy.release()
        free.wait(20)
        return says(b"ok")(environ, start)

    async def storm() -> list[int]:
        bridge = WsgiBridge(program)
        asked = [asyncio.create_task(ask(bridge)) for _ in range(THREADS + 2)]
        for _ in range(THREADS):
            await asyncio.to_thread(busy.acquire)
        stuck = [bridge.stuck]
        refused = await ask(bridge)
        free.set()
        done = await asyncio.gather(*asked)
        stuck.append(bridge.stuck)
        assert stuck == [True, False]
        bridge.close()
        return [refused[0]["status"], *{answer[0]["status"] for answer in done}]

    assert asyncio.run(storm()) == [503, 200]
