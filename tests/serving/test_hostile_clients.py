"""Clients that want to hold the server up. None of them has a signature, and none keeps a caller waiting."""

from __future__ import annotations

import resource
import select
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from ivr.serving.connections import (
    LARGEST_REQUEST,
    LONGEST_HEAD,
    MOST_CONNECTIONS,
    MOST_HEADERS,
    MOST_PIPELINED,
    REQUEST_SECONDS,
)
from tests.support.phone import CUSTOMER, HOTLINE
from tests.support.served import Server, serving, wait_until

HEAD = b"POST /voice HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
WITH_BODY = HEAD + b"Content-Length: 1000\r\n\r\n"
NOTICED = REQUEST_SECONDS + 3.0
"""Seconds within which a slow client is certainly cut."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server of two workers."""
    with serving(tmp_path_factory.mktemp("server")) as running:
        yield running


@contextmanager
def connections(server: Server, count: int, said: bytes) -> Iterator[list[socket.socket]]:
    """Open many connections and say the same on each of them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    with ExitStack() as stack:
        opened = [stack.enter_context(server.connect()) for _ in range(count)]
        for each in opened:
            if said:
                each.sendall(said)
        yield opened
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def a_caller_is_answered(server: Server, number: int) -> None:
    """A call of its own gets its greeting, in less than any slow client is given."""
    form = {"CallSid": f"CA{number:032x}", "From": CUSTOMER, "To": HOTLINE, "CallStatus": "ringing"}
    begun = time.monotonic()
    server.call("/voice", form)
    assert time.monotonic() - begun < REQUEST_SECONDS / 2


def cut_after(connection: socket.socket, begun: float) -> float:
    """Return the seconds until the server ended a connection."""
    connection.settimeout(max(begun + NOTICED - time.monotonic(), 0.1))
    try:
        while connection.recv(4096):
            pass
    except ConnectionError:
        pass
    return time.monotonic() - begun


def refused(server: Server, request: bytes) -> bytes:
    """Send a request and return the first line of the answer; the connection must end by itself."""
    with server.connect() as connection:
        begun, said = time.monotonic(), b""
        try:
            connection.sendall(request)
            while piece := connection.recv(4096):
                said += piece
        except ConnectionError:
            pass
        assert time.monotonic() - begun < NOTICED
        return said.partition(b"\r\n")[0]


def http2_without_bodies() -> bytes:
    """Return an HTTP/2 connection with sixty requests whose bodies never come."""
    literal = b"".join(
        b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value
        for name, value in (
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"content-length", b"500"),
        )
    )
    block = b"\x83\x86\x04\x06/voice\x01\x01x" + literal  # POST, http, /voice, authority x
    frames = [
        len(block).to_bytes(3, "big") + b"\x01\x04" + struct.pack(">I", 2 * number + 1) + block
        for number in range(60)
    ]
    return b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00" + b"".join(frames)


def test_http2_connections_whose_bodies_never_come_have_no_effect(server: Server) -> None:
    """Four of them once killed every worker for good. HTTP/2 is not spoken at all: a proxy speaks it."""
    workers = server.workers()
    for _ in range(4):
        with server.connect() as connection:
            connection.sendall(http2_without_bodies())
    assert refused(server, http2_without_bodies()) == b"HTTP/1.1 400 Bad Request"
    a_caller_is_answered(server, 1)
    assert server.workers() == workers


def test_slow_clients_hold_up_nobody_and_are_cut(server: Server) -> None:
    """More of them than the workers have threads: bodies and heads that drip, and silence. A byte buys no time."""
    begun = time.monotonic()
    with (
        connections(server, 100, WITH_BODY + b"CallSid=") as bodies,
        connections(server, 100, HEAD) as heads,
        connections(server, 100, b"") as silent,
    ):
        a_caller_is_answered(server, 10)
        for connection in bodies + heads:
            connection.sendall(b"x")
        a_caller_is_answered(server, 11)
        assert cut_after(bodies[0], begun) >= REQUEST_SECONDS - 0.5
        assert max(cut_after(connection, begun) for connection in bodies + heads + silent) < NOTICED


def test_more_connections_than_there_may_be(server: Server) -> None:
    """Those that say nothing make room for one that speaks, whichever worker has them."""
    with connections(server, 2 * MOST_CONNECTIONS + 100, b"") as silent:
        for number in range(20, 30):
            a_caller_is_answered(server, number)
        poll = select.poll()
        for each in silent:
            poll.register(each, select.POLLIN)
        wait_until(lambda: len(poll.poll(0)) >= 100, 3)


def test_a_body_of_unknown_or_enormous_length_is_not_read(server: Server) -> None:
    """The first costs a thread until its end, the second memory. Neither is what a carrier sends."""
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
    assert refused(server, chunked) == b"HTTP/1.1 411 Length Required"
    said = refused(server, HEAD + b"Content-Length: %d\r\n\r\nCallSid=" % (LARGEST_REQUEST + 1))
    assert said.startswith(b"HTTP/1.1 413 ")
    assert refused(server, HEAD + b"Content-Length: %d\r\n\r\n" % 10**30).startswith(b"HTTP/1.1 400 ")
    both = HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"
    assert refused(server, both).startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize(
    "head",
    [
        b"GET /" + b"x" * (LONGEST_HEAD + 1),
        HEAD + b"X: " + b"x" * (LONGEST_HEAD + 1),
        HEAD + b"x:\r\n" * (MOST_HEADERS + 1),
        HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nHost: x\r\n bad\x00\r\n\r\n",
    ],
    ids=["target", "one header", "many headers", "two lengths", "TLS", "NUL"],
)
def test_a_head_that_no_client_sends_is_refused(server: Server, head: bytes) -> None:
    """At once or when its time is over; the memory that it takes is bounded."""
    assert refused(server, head) in {b"HTTP/1.1 400 Bad Request", b""}
    assert server.answers()


def test_a_flood_of_pipelined_requests_is_refused(server: Server) -> None:
    """A few in a row are answered in order; thousands in one packet are not kept."""
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    with server.connect() as connection:
        connection.sendall(one * MOST_PIPELINED)
        said = b""
        while said.count(b"\r\n\r\nok\n") < MOST_PIPELINED:
            said += connection.recv(4096)
    assert refused(server, one * 5000) in {b"HTTP/1.1 400 Bad Request", b"HTTP/1.1 200 OK", b""}
    assert server.answers()


def test_a_header_with_an_underscore_passes_for_no_other(server: Server) -> None:
    """`X_Twilio_Signature` and `X-Twilio-Signature` would be one name in WSGI."""
    assert server.send("/voice", {}, {"X_Twilio_Signature": "x"})[0] == 403
    assert "signed=False" in server.log.read_text() or '"signed": false' in server.log.read_text()
