"""The bridge from the HTTP server to the WSGI program: a thread is spent on a request once it is complete."""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from time import monotonic
from typing import Any
from urllib.parse import unquote_to_bytes

import structlog
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope

from ivr.calls.worker_pool import MOST_AT_ONCE
from ivr.channels.twilio.forms import LARGEST_FORM
from ivr.channels.twilio.signature import RAW_TARGET
from ivr.logs import origin_of
from ivr.serving.connections import refusal
from ivr.storage.deadline import ARRIVED

THREADS = MOST_AT_ONCE + 8
"""Threads of each worker: so many that some are free while all the others wait for slow services."""
MOST_WAITING = 4 * THREADS
"""Requests that may wait for a thread. A further one is refused at once, so that Twilio asks its fallback."""
STUCK_SECONDS = 15.0
"""Twilio waits no longer for a webhook. If every thread has worked on its request for longer, the worker is useless."""
WHOLE = 256 * 1024
"""Bytes of an answer that are read at once. A longer one is sent in pieces, as the client takes them."""

Environ = dict[str, Any]
WsgiProgram = Callable[[Any, Callable[..., Any]], Iterable[bytes]]

log = structlog.get_logger(__name__)
_busy = refusal(503, "too many requests are waiting")
_broken = refusal(500, "something went wrong")


@dataclass(slots=True)
class Answer:
    """What a WSGI program answers. ``body`` is the first piece; ``rest`` has the others, if there are any."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    rest: Iterator[bytes] | None = None
    close: Callable[[], None] = lambda: None


class WsgiBridge:
    """An ASGI program that runs a WSGI program in threads of its own."""

    def __init__(self, program: WsgiProgram) -> None:
        self._program = program
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")
        self._numbers = itertools.count()
        self._waiting = 0
        self._running: dict[int, float] = {}
        """When each request that has a thread got it."""

    @property
    def stuck(self) -> bool:
        """Whether no thread will be free soon: each has worked on one request for longer than any caller waits."""
        started = list(self._running.values())
        return len(started) >= THREADS and max(started) < monotonic() - STUCK_SECONDS

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        assert scope["type"] == "http"
        body = await _whole_body(receive)
        if body is None:  # the client has gone
            return
        if self._waiting >= THREADS + MOST_WAITING:
            await _busy(scope, receive, send)
            return
        self._waiting += 1
        try:
            answer = await self._in_thread(self._run, environ_of(scope, *body))
        except Exception as error:  # noqa: BLE001 - the program itself answers for its errors; this is a net
            log.error("request failed", **origin_of(error))  # noqa: TRY400 - its text may hold a secret
            await _broken(scope, receive, send)
            return
        finally:
            self._waiting -= 1
        await self._send(answer, send)

    async def _in_thread(self, job: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, job, *arguments)

    def _run(self, environ: Environ) -> Answer:
        number = next(self._numbers)
        self._running[number] = monotonic()
        try:
            return answer_of(self._program, environ)
        finally:
            del self._running[number]

    async def _send(self, answer: Answer, send: ASGISendCallable) -> None:
        try:
            await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
            piece: bytes | None = answer.body
            while answer.rest is not None and piece is not None:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                piece = await self._in_thread(next, answer.rest, None)
            await send({"type": "http.response.body", "body": piece or b"", "more_body": False})
        finally:
            if answer.rest is not None:
                await self._in_thread(answer.close)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


async def _whole_body(receive: ASGIReceiveCallable) -> tuple[bytes, int] | None:
    """Return a body and its length, or None if the client went away. Of a body that is too large, the end is dropped."""
    kept, length = bytearray(), 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        piece = message["body"]
        length += len(piece)
        if len(kept) <= LARGEST_FORM:
            kept += piece
        if not message["more_body"]:
            return bytes(kept), length


def environ_of(scope: HTTPScope, body: bytes, length: int) -> Environ:
    """Return what the WSGI program is told of a request (PEP 3333). Nothing of the process is in it."""
    host, port = scope["server"] or ("", 0)
    query = scope["query_string"].decode("latin-1")
    target = scope["raw_path"].decode("latin-1")
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": query,
        RAW_TARGET: f"{target}?{query}" if query else target,
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": scope["client"][0] if scope["client"] else "",
        ARRIVED: monotonic(),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    _add_headers(environ, scope["headers"])
    environ["CONTENT_LENGTH"] = str(length)
    return environ


def _add_headers(environ: MutableMapping[str, Any], headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Add the headers of a request. One with an underscore is left out: it would pass for one with a hyphen."""
    for raw_name, raw_value in headers:
        if b"_" in raw_name:
            continue
        name, value = raw_name.decode("latin-1").upper().replace("-", "_"), raw_value.decode("latin-1")
        key = name if name in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{name}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value


def answer_of(program: WsgiProgram, environ: Environ) -> Answer:
    """Run a WSGI program and return its answer, whole if it is small. Raises what the program raises."""
    begun: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], _error: Any = None
    ) -> Callable[[bytes], None]:
        begun[:] = [(status, headers)]
        return _no_write

    pieces = program(environ, start_response)
    close: Callable[[], None] = getattr(pieces, "close", lambda: None)
    try:
        iterator = iter(pieces)
        first = next(iterator, b"")  # start_response may wait until here
        status, headers = begun[0]
        sent = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        length = dict(sent).get(b"content-length", b"")
        if length.isdigit() and int(length) > WHOLE:
            return Answer(int(status[:3]), sent, first, iterator, close)
        body = b"".join([first, *iterator])
    except BaseException:
        close()
        raise
    close()
    return Answer(int(status[:3]), sent, body)


def _no_write(_data: bytes) -> None:
    raise NotImplementedError("the write callable of WSGI is for old programs")
