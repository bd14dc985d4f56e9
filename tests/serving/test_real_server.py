"""The production server itself: `ivr serve` in processes of its own, and calls over real HTTP.

The WSGI server hands over less than a test client does (no raw target) and more (the process's environment); only here
does that show. Requests are sent by ``http.client``, byte for byte: better clients tidy a URL up before it leaves.
"""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ivr.channels.twilio.player.transport import http_transport
from ivr.storage import open_store
from tests.support.keys import keys_to
from tests.support.phone import CUSTOMER, HOTLINE, PUBLIC, SID, TOKEN, YUEBAO, demonstration, signed
from tests.support.served import Server, serving

SECRET = "zebra-in-the-environment"
RING = {"CallSid": SID, "From": CUSTOMER, "To": HOTLINE, "CallStatus": "ringing"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server whose process has an environment that would break it, if requests could see it."""
    hostile = {
        "A_SECRET": SECRET,
        "HTTP_X_TWILIO_SIGNATURE": signed(f"{PUBLIC}/voice", RING),
        "HTTP_HOST": "evil.example",
        "PATH_INFO": "/healthz",
        "QUERY_STRING": "from=the-environment",
        "REQUEST_METHOD": "GET",
        "CONTENT_LENGTH": "1",
        "CONTENT_TYPE": "application/json",
        "SERVER_NAME": "evil.example",
    }
    with serving(tmp_path_factory.mktemp("server"), environment=hostile) as running:
        yield running


def urls(document: ET.Element) -> set[str]:
    """Return where a document leads."""
    actions = {verb.attrib["action"] for verb in document.iter() if "action" in verb.attrib}
    return actions | {redirect.text or "" for redirect in document.iter("Redirect")}


@pytest.mark.parametrize(
    "target",
    [
        "/voice",
        "/voice/",
        "//voice",
        "/voice?a=b+c&d=%2B%27&e=",
        "/voice?x=%E8%8F%9C%E5%8D%95&y=%e8%8f%9c",
        "/voice?q='()*!~;,/?:@",
        "/voice?Digits=9&Digits=8&CallSid=CA1",
        "/voice/zh-CN/0?turn=5",
    ],
)
def test_the_signature_is_that_of_the_target_as_it_was_sent(server: Server, target: str) -> None:
    """Slashes, escapes, their case, and the order of a query all stay as they are."""
    form = {**RING, "CallSid": "CA" + hashlib.sha256(target.encode()).hexdigest()[:32]}
    assert urls(server.call(target, form)) == {"/voice/zh-CN/1"}


@pytest.mark.parametrize(
    "target",
    [
        "/voice?a=1",
        "/voice/zh-CN/1",
        "/voice/../healthz",
        "/voice/%2e%2e/healthz",
        "/%76oice",
        "/healthz/../voice",
    ],
)
def test_a_signature_of_another_target_is_refused(server: Server, target: str) -> None:
    """What was signed for one webhook opens no other one, whatever the path is written like."""
    header = {"X-Twilio-Signature": signed(f"{PUBLIC}/voice", RING)}
    assert server.send(target, RING, header)[0] in {403, 404}


def test_a_whole_target_is_no_way_around_the_signature(server: Server) -> None:
    """A proxy's absolute form is taken by its path, and has to be signed as that."""
    target = f"http://127.0.0.1:{server.port}/voice"
    assert server.send(target, RING)[0] == 403


def test_the_environment_becomes_no_header(server: Server) -> None:
    """`HTTP_X_TWILIO_SIGNATURE` of the process would sign every request to /voice; it signs none."""
    assert server.send("/voice", RING)[0] == 403
    assert server.send("/voice", RING, {"X-Twilio-Signature": "forged"})[0] == 403


def test_the_environment_s_secrets_are_in_no_answer_and_no_log(server: Server) -> None:
    """Whatever is asked, right or wrong, the process keeps its environment to itself."""
    said = b""
    for method in ("GET", "POST", "PUT", "OPTIONS"):
        for target in (
            "/",
            "/healthz",
            "/readyz",
            "/voice",
            "/voice/status",
            "/audio/x",
            "/%ff",
            "/voice?%zz",
        ):
            for header in (
                {},
                {"X-Twilio-Signature": signed(PUBLIC + target, RING if method == "POST" else {})},
            ):
                status, headers, body = server.send(target, RING, header, method)
                assert status < 500
                assert method == "GET" or headers.get_content_type() != "text/plain"
                said += body + str(headers).encode()
    log = server.log.read_text()
    assert "signature refused" in log
    for secret in (SECRET, TOKEN, signed(f"{PUBLIC}/voice", RING), "evil.example"):
        assert secret.encode() not in said
        assert secret not in log
    assert CUSTOMER not in log


def test_calls_go_from_worker_to_worker(server: Server) -> None:
    """Many calls at once, each turn over a new connection: every turn finds what the one before has left."""

    def calls(number: int) -> str:
        form = {**RING, "CallSid": f"CA{number:032x}"}
        document = server.call("/voice", form)
        for keys in ("8", *keys_to(demonstration(), "help", "best_hours", "main", "help", "ready")):
            (url,) = urls(document)
            document = server.call(url, {**form, "Digits": keys, "CallStatus": "in-progress"})
        return ET.tostring(document, encoding="unicode")

    with ThreadPoolExecutor(8) as pool:
        heard = set(pool.map(calls, range(1, 25)))
    assert len(heard) == 1
    assert "/voice/en-US/7" in heard.pop()


def test_the_same_request_to_several_workers_has_one_effect(server: Server) -> None:
    """Whoever gets it first does it; all the others answer with the same bytes."""
    form = {**RING, "CallSid": "CA" + "e" * 32}
    (url,) = urls(server.call("/voice", form))
    pressed = {**form, "Digits": "1"}
    header = {"X-Twilio-Signature": signed(PUBLIC + url, pressed)}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: server.send(url, pressed, header)[2], range(16)))
    assert len(set(answers)) == 1
    store = open_store(server.database)
    history = store.call(form["CallSid"])
    store.close()
    assert history is not None
    assert [entry.event for entry in history.path].count("DigitsPressed") == 1


def test_the_program_s_own_transport_is_understood(server: Server) -> None:
    """What `ivr simulate --url` sends is what the server takes."""
    send = http_transport(f"http://127.0.0.1:{server.port}", [TOKEN], public_url=PUBLIC)
    assert b"/voice/zh-CN/1" in send("POST", "/voice", {**RING, "CallSid": "CA" + "a" * 32}).body


def test_a_body_too_large_or_broken_off_hurts_nobody(server: Server) -> None:
    """The one is refused, the other never answered, and the next caller is."""
    assert server.send("/voice", {**RING, "x": "y" * 100_000})[0] == 403
    with socket.create_connection(("127.0.0.1", server.port)) as half:
        half.sendall(b"POST /voice HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nCallSid=")
    assert server.send("/healthz", {}, method="GET")[0] == 200


def test_with_a_path_in_the_public_url(tmp_path: Path) -> None:
    """The proxy takes the path off; the signature and the TwiML have it."""
    public = f"{PUBLIC}/hotline"
    with serving(tmp_path, public) as server:
        document = server.call("/voice?a=%27", RING)
        assert urls(document) == {"/hotline/voice/zh-CN/1"}
        next_one = server.call("/voice/zh-CN/1", {**RING, "Digits": "8"})
        assert urls(next_one) == {"/hotline/voice/en-US/2"}
        header = {"X-Twilio-Signature": signed(f"{PUBLIC}/voice", RING)}
        assert server.send("/voice", RING, header)[0] == 403


def test_it_ends_cleanly_and_a_call_outlives_it(tmp_path: Path) -> None:
    """SIGTERM ends it with status 0 and lets the port go; the call goes on with the processes that come after."""
    with serving(tmp_path) as server:
        server.call("/voice", RING)
        document = server.call("/voice/zh-CN/1", {**RING, "Digits": "8"})
        begun = time.monotonic()
        assert server.ends() == 0
        assert time.monotonic() - begun < 15
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", server.port), timeout=1)
    (url,) = urls(document)
    with serving(tmp_path) as server:
        assert urls(server.call(url, RING)) == {"/voice/en-US/3"}


def test_it_does_not_start_without_a_token(tmp_path: Path) -> None:
    """It says what is missing, and ends with an error."""
    environment = {name: value for name, value in os.environ.items() if name != "TWILIO_AUTH_TOKEN"}
    environment["IVR_DATABASE_URL"] = f"sqlite:///{tmp_path / 'calls.sqlite3'}"
    command = [sys.executable, "-m", "ivr.cli", "serve", str(YUEBAO)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "TWILIO_AUTH_TOKEN is missing" in ended.stderr
