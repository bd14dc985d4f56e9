"""The player's HTTP, against a real server of one page: what arrives, and whether its signature is good."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from werkzeug.wrappers import Request, Response

from ivr.channels.twilio.player.transport import http_transport
from ivr.channels.twilio.signature import Signature, raw_target

PUBLIC = "https://ivr.example.com"
signature = Signature(["12345"], PUBLIC)


@Request.application
def page(request: Request) -> Response:
    """Tell what arrived."""
    if request.path == "/moved":
        return Response(status=308, headers={"Location": "/moved/"})
    header = request.headers.get("X-Twilio-Signature")
    signed = signature.valid(raw_target(request.environ), request.form, header)
    body = f"{request.method} {request.full_path} {request.form.get('Body')} {signed}"
    return Response(body, content_type="text/xml")


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
        """Print nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Return the URL of a server that runs while these tests do."""
    with make_server("127.0.0.1", 0, page, handler_class=Quiet) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("method", "url", "arrives"),
    [
        ("POST", "/voice/zh-CN/3", "POST /voice/zh-CN/3? 您好 + &amp; True"),
        ("POST", f"{PUBLIC}/voice/zh-CN/3", "POST /voice/zh-CN/3? 您好 + &amp; True"),
        ("POST", "/voice?a=b+c&d=%2B%27", "POST /voice?a=b+c&d=%2B%27 您好 + &amp; True"),
        ("GET", "/voice?CallSid=CA1", "GET /voice?CallSid=CA1 None True"),
    ],
)
def test_requests_are_signed_for_the_public_url(server: str, method: str, url: str, arrives: str) -> None:
    """They go to the server under test, signed as if they had come the way of Twilio's."""
    send = http_transport(server, ["12345", "67890"], public_url=PUBLIC)
    reply = send(method, url, {"Body": "您好 + &amp;", "Empty": ""} if method == "POST" else {})
    assert (reply.status, reply.content_type) == (200, "text/xml")
    assert reply.body.decode() == arrives


@pytest.mark.parametrize("options", [{}, {"tokens": ["forged"], "public_url": PUBLIC}, {"tokens": ["12345"]}])
def test_a_signature_for_something_else_is_not_good(server: str, options: dict[str, Any]) -> None:
    """None, another token's, or the internal URL's."""
    assert http_transport(server, **options)("POST", "/voice", {}).body.endswith(b"False")


def test_a_redirect_is_handed_back(server: str) -> None:
    """Following it is the player's business: Twilio does it in a way of its own."""
    reply = http_transport(server)("POST", "/moved", {"Digits": "1"})
    assert (reply.status, reply.location) == (308, "/moved/")


def test_no_proxy_of_this_machine_stands_between(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested is the server, whatever the environment says about the way to others."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert http_transport(server)("POST", "/voice", {}).status == 200


def test_no_answer_is_an_oserror() -> None:
    """That is what the player takes for a server that is gone."""
    send = http_transport("http://127.0.0.1:9")  # the port of a service that discards, and that nobody runs
    with pytest.raises(OSError):
        send("POST", "/voice", {})
