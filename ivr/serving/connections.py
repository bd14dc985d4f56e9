"""The connections of the HTTP server, which bounds what each of them may cost.

uvicorn speaks HTTP/1.1. What it lacks is added here: a request must be complete within a few seconds, its head and body
have a greatest length, and there are only so many connections. When there are too many, the one that has waited
longest without a complete request is cut, because an honest client sends its request at once.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import Any, ClassVar

import structlog
from uvicorn._types import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

REQUEST_SECONDS = 5.0
"""Until a request is complete: from the connection to its last byte, or from its first byte on a connection that is kept."""
IDLE_SECONDS = 150
"""That a connection is kept without a new request: longer than proxies keep theirs (Caddy two minutes, nginx and AWS one), so
that none sends a request on a connection that we are just closing."""
ANSWER_SECONDS = 60.0
"""Until an answer has left. A webhook's is ready within 10 s and small; a recording may take a slow line some time."""
MOST_CONNECTIONS = 1000
"""Of one worker. Each costs some 10 KB while it is silent."""
LONGEST_HEAD = 16 * 1024
"""Bytes of the request line and the headers. Twilio's have less than two thousand."""
MOST_HEADERS = 100
LARGEST_REQUEST = 128 * 1024
"""Bytes of a body that are read, so that the program can say that it is too large. A larger one is not read at all."""
MOST_PIPELINED = 4
"""Requests that may wait on a connection for the answer to the one before."""
LOG_EVERY = 60.0
"""Seconds between two log lines about connections that were cut: however many, they do not fill the disk."""

log = structlog.get_logger(__name__)


class TooMuch(Exception):
    """A client sends more than a request may have. The connection is refused."""


def refusal(status: int, text: str) -> ASGI3Application:
    """Return a program that refuses a request without reading its body, and closes the connection."""
    body = f"{text}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]

    async def refuse(_scope: Scope, _receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return refuse


_TOO_LARGE = refusal(413, "the body is too large")
_NO_LENGTH = refusal(411, "a body needs a Content-Length")


class BoundedConnection(HttpToolsProtocol):
    """One connection. :attr:`due` is when it is cut unless something happens before."""

    cuts: ClassVar[Counter[str]] = Counter()
    """Connections that were cut since the last log line, by reason."""

    due: float
    waiting: bool = True
    """Whether the client owes us a request, or the rest of one."""
    _size = 0
    _head = 0
    _in_head = True
    _begun = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.due = self.loop.time() + REQUEST_SECONDS
        if len(self.connections) > MOST_CONNECTIONS:
            waiting = (
                each for each in self.connections if isinstance(each, BoundedConnection) and each.waiting
            )
            min(waiting, key=lambda each: each.due, default=self).cut("too many connections")

    def cut(self, why: str) -> None:
        """End the connection at once, whatever has not been read or written."""
        self.cuts[why] += 1
        self.waiting = False  # it stays among the connections for a moment, and must not be chosen again
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        if not self._begun:
            self._begun = True
            self._size = self._head = 0
            self._in_head = True
            if self.waiting:
                self.due = min(self.due, self.loop.time() + REQUEST_SECONDS)
        if self._in_head and self._size > LONGEST_HEAD:
            self.cut("head too long")
            return
        self._size += len(data)
        super().data_received(data)

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= MOST_PIPELINED:
            raise TooMuch
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._head += len(url)
        if self._head > LONGEST_HEAD:
            raise TooMuch
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head += len(name) + len(value)
        if self._head > LONGEST_HEAD or len(self.headers) >= MOST_HEADERS:
            raise TooMuch
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self.app = self._refusal() or self.config.loaded_app
        super().on_headers_complete()

    def _refusal(self) -> ASGI3Application | None:
        """Return the program that refuses this request for its head alone, if any.

        A body in chunks is refused: no carrier sends one, and its length would only be known at its end.
        """
        for name, value in self.headers:
            if name == b"transfer-encoding":
                return _NO_LENGTH
            if name == b"content-length" and (len(value) > 9 or int(value) > LARGEST_REQUEST):
                return _TOO_LARGE
        return None

    def on_message_complete(self) -> None:
        self.waiting = self._begun = False
        self.due = self.loop.time() + ANSWER_SECONDS
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete:  # otherwise the next request came together with this one
            self.waiting = True
            self.due = self.loop.time() + (REQUEST_SECONDS if self._begun else IDLE_SECONDS)


async def watch(connections: Iterable[Any]) -> None:
    """Cut the connections whose time is over, each second, for as long as the server runs."""
    loop = asyncio.get_running_loop()
    logged = loop.time()
    while True:
        await asyncio.sleep(1)
        now = loop.time()
        for connection in list(connections):
            if connection.due < now:
                connection.cut("too slow" if connection.waiting else "answer not read")
        if BoundedConnection.cuts and now - logged >= LOG_EVERY:
            log.warning(
                "connections cut", **{why.replace(" ", "_"): n for why, n in BoundedConnection.cuts.items()}
            )
            BoundedConnection.cuts.clear()
            logged = now
