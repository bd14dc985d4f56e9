"""What the player asks of a server: parameters, URLs, redirects, the fallback, and the end of the call."""

from __future__ import annotations

import pytest

from ivr.channels.twilio.player.interpreter import PlayedItem, PlayerError
from ivr.channels.twilio.player.leg import NumberSettings
from ivr.channels.twilio.player.transport import Reply
from tests.support.table_server import SID, XML, Server, ring, say


def test_a_call_begins_with_the_standard_parameters() -> None:
    """The first request says ringing, the later ones in-progress; both numbers stand under two names."""
    server = Server({"/voice": "<Redirect>/next</Redirect>", "/next": ""})
    ring(server)
    first = {
        "AccountSid": "AC" + "0" * 32,
        "ApiVersion": "2010-04-01",
        "CallSid": SID,
        "CallStatus": "ringing",
        "Called": "+14155550100",
        "Caller": "+8613800138000",
        "Direction": "inbound",
        "From": "+8613800138000",
        "To": "+14155550100",
    }
    assert server.asked == [
        ("POST", "/voice", first),
        ("POST", "/next", {**first, "CallStatus": "in-progress"}),
    ]


def test_where_the_hotline_rings_the_caller_is_to() -> None:
    """The numbers change places."""
    server = Server({"/voice": ""})
    ring(server, direction="outbound-api")
    assert server.last("From", "To") == {"From": "+14155550100", "To": "+8613800138000"}


@pytest.mark.parametrize(
    ("base", "target", "found"),
    [
        ("/voice", "/next", "/next"),
        ("/voice/zh/1", "2", "/voice/zh/2"),
        ("https://ivr.example.com/voice", "/next", "https://ivr.example.com/next"),
        ("https://ivr.example.com/voice", "https://other.example.com/x", "https://other.example.com/x"),
        ("/voice", "/next#rc=2", "/next"),
    ],
)
def test_urls_are_relative_to_the_document(base: str, target: str, found: str) -> None:
    """A fragment holds settings of the request, and is not sent."""
    server = Server({base: f"<Redirect> {target}\n</Redirect>", found: ""})
    ring(server, NumberSettings(base))
    assert server.urls() == [base, found]


def test_get_puts_the_parameters_after_the_query() -> None:
    """A verb may say GET; the old query stays in front."""
    server = Server({"/voice": '<Redirect method="GET">/next?a=1</Redirect>', "/next": ""})
    ring(server)
    method, url, form = server.asked[1]
    assert (method, form) == ("GET", {})
    assert url.startswith("/next?a=1&AccountSid=AC")
    assert "&From=%2B8613800138000" in url


BAD_ANSWERS = [
    (Reply(500, XML, b"<Response/>"), "11200", "answered 500"),
    (Reply(403, XML, b""), "11200", "answered 403"),
    (Reply(302, XML, b""), "11200", "answered 302"),
    (Reply(200, "text/plain", b"<Response/>"), "12300", "answered text/plain"),
    (Reply(200, "", b"<Response/>"), "12300", "without a Content-Type"),
    (Reply(200, XML, b"<Response>"), "12100", "not well-formed"),
    (Reply(200, XML, b" <?xml version='1.0'?><Response/>"), "12100", "not well-formed"),
    (Reply(200, XML, b"<Reply/>"), "12102", "a Reply where a Response belongs"),
    (Reply(200, XML, b"<Response>" + b" " * 65_536 + b"</Response>"), "11750", "65557 bytes"),
    (Reply(301, XML, b"", "/voice"), "11215", "more than 10 redirects"),
    (None, "11205", "connection refused"),
]


@pytest.mark.parametrize(("answer", "code", "sentence"), BAD_ANSWERS)
def test_what_is_no_twiml_goes_to_the_fallback(answer: Reply | None, code: str, sentence: str) -> None:
    """The fallback is told the error and the URL; without one the caller would hear an application error."""
    pages: dict[str, str | Reply] = {"/voice/fallback": say("抱歉")}
    if answer is not None:
        pages["/voice"] = answer
    server = Server(pages)
    player = ring(server, NumberSettings(fallback_url="/voice/fallback"))
    assert server.last("ErrorCode", "ErrorUrl") == {"ErrorCode": code, "ErrorUrl": "/voice"}
    assert player.heard == [PlayedItem("抱歉", "cmn-CN")]
    with pytest.raises(PlayerError, match=sentence):
        ring(Server(pages))


def test_a_fallback_that_fails_too_ends_the_call() -> None:
    """There is no third way; the end is reported all the same."""
    server = Server({"/voice": Reply(500, XML, b""), "/status": ""})
    with pytest.raises(PlayerError, match="/voice/fallback gave no answer"):
        ring(server, NumberSettings(fallback_url="/voice/fallback", status_url="/status"))
    assert server.urls() == ["/voice", "/voice/fallback", "/status"]


def test_pitfall_4_a_redirect_of_http_loses_the_keys() -> None:
    """A 3xx is followed by GET, with the standard parameters only; relative URLs start from where it led."""
    server = Server(
        {
            "/voice": '<Gather action="/got" numDigits="1"/>',
            "/got": Reply(308, XML, b"", "/got/it/"),
            "/got/it/": "<Redirect>next</Redirect>",
            "/got/it/next": "",
        }
    )
    ring(server).press("1")
    method, url, form = server.asked[2]
    assert (method, form) == ("GET", {})
    assert "CallSid" in url
    assert "Digits" not in url
    assert server.urls()[-1] == "/got/it/next"


@pytest.mark.parametrize(
    ("verbs", "status"),
    [
        ("", "completed"),
        ("<Hangup/><Say>没有人听到</Say>", "completed"),
        ("<Reject/><Say>没有人听到</Say>", "no-answer"),
        ('<Reject reason="busy"/>', "busy"),
    ],
)
def test_the_end_is_reported_once(verbs: str, status: str) -> None:
    """When no verb is left, or one ends the call; hanging up afterwards is nothing."""
    server = Server({"/voice": verbs, "/voice/status": ""})
    player = ring(server, NumberSettings(status_url="/voice/status"))
    player.hang_up()
    assert player.heard == []
    assert server.urls() == ["/voice", "/voice/status"]
    assert server.last("CallStatus", "CallDuration", "CallbackSource", "SequenceNumber") == {
        "CallStatus": status,
        "CallDuration": "0",
        "CallbackSource": "call-progress-events",
        "SequenceNumber": "0",
    }
