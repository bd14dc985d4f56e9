"""A request ends at its deadline, and within its size, in whatever phase a service drips, floods or hangs."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from urllib3.util.connection import create_connection

from ivr.actions.http import client as http_client
from ivr.actions.http.client import (
    LARGEST_HEAD,
    AnswerTooLarge,
    AnswerTooSlow,
    HttpClient,
    HttpFailure,
    NothingSent,
    Untrusted,
)
from tests.support.certificates import own_certificate
from tests.support.dripping import GOOD, Peer, dripping
from tests.support.rest_stub import closed_port, self_signed
from tests.support.stub_service import answers, serving

DEADLINE = 0.3
LATEST = 1.5
"""Seconds after which a request has certainly not ended by its deadline, on a machine that is busy."""
LARGEST = 4096
OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def client() -> Iterator[HttpClient]:
    """Give a client that is closed after the test."""
    with HttpClient() as made:
        yield made


def ask(client: HttpClient, url: str, seconds: float = DEADLINE, **sent: Any) -> bytes:
    """Make one request, and return the body."""
    return client.ask("POST", url, seconds=seconds, largest=LARGEST, **sent).body


def good(client: HttpClient) -> bool:
    """Return whether a service that answers is understood."""
    with serving(answers(200, {})) as stub:
        return ask(client, stub.url, 5) == b"{}"


DRIPS = {
    "nothing": Peer(),
    "status line": Peer(b"HTTP/1.1 200 ", b"O"),
    "header": Peer(OK + b"X-Long: ", b"a"),
    "headers": Peer(OK, b"X: a\r\n"),
    "100 Continue": Peer(drip=b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a header of 100 Continue": Peer(b"HTTP/1.1 100 Continue\r\n", b"X: a\r\n"),
    "body": Peer(OK + b"Content-Length: 4000\r\n\r\n", b" "),
    "body until the end": Peer(OK + b"\r\n", b" "),
    "chunk size": Peer(CHUNKED, b"0"),
    "extension of a chunk": Peer(CHUNKED + b"5;", b"a"),
    "chunk": Peer(CHUNKED + b"ff0\r\n", b" "),
    "chunks": Peer(CHUNKED, b"1\r\n \r\n"),
    "trailer": Peer(CHUNKED + b"2\r\n{}\r\n0\r\nX: ", b"a"),
    "trailers": Peer(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: a\r\n"),
    "redirect": Peer(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 4000\r\n\r\n", b" "),
    "refusal": Peer(b"HTTP/1.1 404 Not Found\r\nContent-Length: 4000\r\n\r\n", b" "),
    "gzip": Peer(
        OK + b"Content-Encoding: gzip\r\nContent-Length: 4000\r\n\r\n" + gzip.compress(b"")[:8], b" "
    ),
}


@pytest.mark.parametrize("phase", DRIPS)
def test_a_service_that_drips_is_given_up_in_time(client: HttpClient, phase: str) -> None:
    """In every phase; its connection is closed, and the same client works at once."""
    with dripping(DRIPS[phase]) as peer:
        began = time.monotonic()
        with pytest.raises(AnswerTooSlow):
            ask(client, peer.url)
        took = time.monotonic() - began
        assert peer.hung_up.acquire(timeout=5), "the connection stays open"
    assert DEADLINE <= took < LATEST
    assert good(client)


FLOODS = {
    "status line": Peer(b"HTTP/1.1 200 ", b"O" * 1000, 0),
    "header": Peer(OK + b"X-Long: ", b"a" * 1000, 0),
    "headers": Peer(OK, b"X: a\r\n" * 1000, 0),
    "100 Continue": Peer(drip=b"HTTP/1.1 100 Continue\r\n\r\n" * 100, pause=0),
    "body": Peer(OK + b"Content-Length: 400000000\r\n\r\n", b" " * 1000, 0),
    "body until the end": Peer(OK + b"\r\n", b" " * 1000, 0),
    "chunk size": Peer(CHUNKED, b"0" * 1000, 0),
    "chunks": Peer(CHUNKED, b"1\r\n \r\n" * 1000, 0),
    "trailers": Peer(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: a\r\n" * 1000, 0),
    "redirect": Peer(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", b" " * 1000, 0),
}


@pytest.mark.parametrize("phase", FLOODS)
def test_a_service_that_floods_is_given_up_at_once(client: HttpClient, phase: str) -> None:
    """After so many bytes, or after too many headers, and long before the deadline."""
    with dripping(FLOODS[phase]) as peer:
        began = time.monotonic()
        with pytest.raises(HttpFailure) as raised:
            ask(client, peer.url, 30)
        assert time.monotonic() - began < 10
        assert not isinstance(raised.value, AnswerTooSlow)
        assert peer.hung_up.acquire(timeout=5), "the connection stays open"
    assert good(client)


@pytest.mark.parametrize(
    "start",
    [
        OK + b"".join(b"X-%d: %s\r\n" % (place, b"a" * 900) for place in range(90)) + b"\r\n",
        OK + b"Content-Length: %d\r\n\r\n" % (LARGEST + 1) + b" " * (LARGEST + 1),
        CHUNKED + (b"1\r\n \r\n" * LARGEST) + b"1\r\n \r\n0\r\n\r\n",
    ],
    ids=["headers", "body", "chunks"],
)
def test_an_answer_that_is_too_large(client: HttpClient, start: bytes) -> None:
    """Is refused for its headers and for its body alike."""
    assert LARGEST_HEAD < 90 * 900
    with dripping(Peer(start)) as peer, pytest.raises(AnswerTooLarge):
        ask(client, peer.url, 5)


def test_the_largest_answer(client: HttpClient) -> None:
    """It is taken, as it came: nothing is unpacked, so a small answer cannot become a large one."""
    bomb = gzip.compress(bytes(1_000_000))
    assert len(bomb) < LARGEST
    for body in (b" " * LARGEST, bomb):
        head = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
        with dripping(Peer(head + body)) as peer:
            assert ask(client, peer.url, 5) == body


def test_a_redirect_is_neither_followed_nor_unpacked(client: HttpClient) -> None:
    """The libraries below would read the body of a redirect behind our back, whatever its size."""
    bomb = gzip.compress(bytes(1_000_000))
    head = b"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: /\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    with dripping(Peer(head % len(bomb) + bomb)) as peer:
        answer = client.ask("GET", peer.url, seconds=5, largest=LARGEST)
    assert (answer.status, answer.body) == (302, bomb)


def test_a_service_that_does_not_read(client: HttpClient) -> None:
    """A body that the service leaves lying is given up in time; something of it has left."""
    with dripping(Peer(reads=False)) as peer:
        began = time.monotonic()
        with pytest.raises(AnswerTooSlow):
            ask(client, peer.url, data=bytes(30_000_000))
        assert DEADLINE <= time.monotonic() - began < LATEST
    assert good(client)


def test_a_handshake_that_does_not_end(client: HttpClient) -> None:
    """Nothing of the request has left, so that it may be repeated."""
    server_hello = b"\x16\x03\x03\x40\x00"  # a record of 16 KiB, of which a byte comes now and then
    for peer in (Peer(), Peer(server_hello, b"\x02")):
        with dripping(peer):
            began = time.monotonic()
            with pytest.raises(NothingSent):
                ask(client, peer.url.replace("http:", "https:"))
            assert DEADLINE <= time.monotonic() - began < LATEST
            assert peer.hung_up.acquire(timeout=5)


@pytest.mark.parametrize("phase", ["header", "chunks", "body"])
def test_the_deadline_holds_with_tls(tmp_path: Path, phase: str) -> None:
    """Byte by byte, as without."""
    plain, certificate = DRIPS[phase], own_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with (
        dripping(Peer(plain.start, plain.drip, tls=context)) as peer,
        HttpClient(str(certificate)) as client,
    ):
        began = time.monotonic()
        with pytest.raises(AnswerTooSlow):
            ask(client, peer.url)
        assert DEADLINE <= time.monotonic() - began < LATEST
        assert peer.hung_up.acquire(timeout=5)


def test_a_service_that_does_not_read_with_tls(tmp_path: Path) -> None:
    """There, each part of a body is sent on its own."""
    certificate = own_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with dripping(Peer(reads=False, tls=context)) as peer, HttpClient(str(certificate)) as client:
        began = time.monotonic()
        with pytest.raises(AnswerTooSlow):
            ask(client, peer.url, data=bytes(30_000_000))
        assert DEADLINE <= time.monotonic() - began < LATEST


def test_a_certificate_of_its_own(client: HttpClient, tmp_path: Path) -> None:
    """A peer that nobody vouches for gets nothing."""
    with dripping(Peer(GOOD, tls=self_signed(tmp_path))) as peer, pytest.raises(Untrusted):
        ask(client, peer.url, 5)


def test_a_name_that_is_looked_up_for_ever(client: HttpClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Callers are not held up, and however many there are, one thread waits; then all is as before."""
    found, real, asked = threading.Event(), socket.getaddrinfo, []

    def hangs(host: str, *args: Any, **kwargs: Any) -> Any:
        if host != "slow.example":
            return real(host, *args, **kwargs)
        asked.append(host)
        found.wait(10)
        return real("127.0.0.1", *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    with serving(answers(200, {})) as stub:
        url = stub.url.replace("127.0.0.1", "slow.example")
        for _ in range(3):
            began = time.monotonic()
            with pytest.raises(NothingSent):
                ask(client, url)
            assert DEADLINE <= time.monotonic() - began < LATEST
        assert asked == ["slow.example"]
        found.set()
        assert ask(client, url, 5) == b"{}"
        client.close()
        assert ask(client, url, 5) == b"{}"
        assert len(asked) >= 2, "the old answer is kept for ever"


def test_each_address_of_a_name_gets_its_share(client: HttpClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A host whose first address does not answer is reached at its second one, within the same deadline."""
    shares: list[float] = []

    def first_is_silent(address: tuple[str, int], timeout: float, **given: Any) -> socket.socket:
        shares.append(timeout)
        if address[0] == "127.0.0.2":
            raise TimeoutError
        return create_connection(address, timeout, **given)

    monkeypatch.setattr("ivr.actions.http.client.create_connection", first_is_silent)
    monkeypatch.setattr(http_client._NAMES, "addresses", lambda *_: ["127.0.0.2", "127.0.0.1"])
    with serving(answers(200, {})) as stub:
        port = stub.url.rpartition(":")[2]
        assert ask(client, f"http://two.example:{port}", 5) == b"{}"
    assert 2 < shares[0] <= 2.5 < shares[1] <= 5


@pytest.mark.parametrize(
    "peer",
    [Peer(b"HTTP/1.1 503 Busy\r\n\r\n"), Peer(b"HTTP/1.1 200 OK\r\n", b"X: a\r\n"), Peer()],
    ids=["refuses", "drips", "is silent"],
)
def test_a_proxy_that_lets_nobody_through(
    client: HttpClient, monkeypatch: pytest.MonkeyPatch, peer: Peer
) -> None:
    """It is given up in time too. One that refuses has passed nothing on, so that the request may be repeated."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    with dripping(peer):
        monkeypatch.setenv("https_proxy", peer.url)
        began = time.monotonic()
        with pytest.raises(NothingSent if b"503" in peer.start else HttpFailure):
            ask(client, "https://ivr.example", proxies=True)
        assert time.monotonic() - began < LATEST


def test_nobody_listens(client: HttpClient) -> None:
    """Nothing was sent."""
    with pytest.raises(NothingSent):
        ask(client, closed_port())
    with pytest.raises(NothingSent):
        ask(client, "http://no-such-host.invalid", 5)


def test_connections_are_kept_and_each_request_has_its_own_deadline(client: HttpClient) -> None:
    """A connection that is used again does not end with the deadline of the request before."""
    with serving(answers(200, {})) as stub:
        assert ask(client, stub.url, 0.2) == b"{}"
        threading.Event().wait(0.25)
        assert ask(client, stub.url, 5) == b"{}"
        client.close()
    assert len(stub.connections) == 1


def test_no_failure_has_the_url(client: HttpClient) -> None:
    """It names accounts."""
    for peer in (Peer(b"nonsense\r\n\r\n"), Peer(OK + b"Content-Length: 4000\r\n\r\n", b" ")):
        with dripping(peer), pytest.raises(HttpFailure) as raised:
            ask(client, f"{peer.url}/customers/+8613800138000")
        assert "8000" not in str(raised.value)
        assert raised.value.__cause__ is None
