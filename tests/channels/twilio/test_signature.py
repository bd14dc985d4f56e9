"""The signature of a webhook: Twilio's own vectors, and everything that must not pass."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from ivr.channels.twilio.signature import Signature, raw_target

CALL = {"CallSid": "CA1234567890ABCDE", "Digits": "1234", "To": "+18005551212"}
CALLER = {"Caller": "+14158675309", "From": "+14158675309"}
OTHER = {"Caller": "+14158675310", "From": "+14158675310"}
HOTLINE = "https://ivr.example.com"


def signed(url: str, form: dict[str, str], token: str = "12345") -> str:
    """Return the signature of a request to this URL, byte for byte."""
    return str(RequestValidator(token).compute_signature(url, form))


@pytest.mark.parametrize(
    ("host", "fields", "header"),
    [
        ("https://mycompany.com", [*CALL.items(), *CALLER.items()], "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("https://mycompany.com", [*CALL.items(), *OTHER.items()], "GvWf1cFY/Q7PnoempGyD5oXAezc="),
        ("https://example.com", [*CALL.items(), *OTHER.items()], "L/OH5YylLD5NRKLltdqwSvS0BnU="),
        (
            "https://mycompany.com",
            [
                ("Sid", "CA123"),
                ("SidAccount", "AC123"),
                ("Digits", "5678"),
                ("Digits", "1234"),
                ("Digits", "1234"),
            ],
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
    ],
)
def test_published_vectors(host: str, fields: list[tuple[str, str]], header: str) -> None:
    """What Twilio publishes as signed with the token 12345 is valid, repeated fields and all."""
    signature = Signature(["12345"], host)
    assert signature.valid("/myapp.php?foo=1&bar=2", MultiDict(fields), header)
    assert not signature.valid("/myapp.php?foo=1&bar=3", MultiDict(fields), header)
    assert not signature.valid("/myapp.php?foo=1&bar=2", MultiDict([*fields, ("Extra", "")]), header)


@pytest.mark.parametrize(
    "header", [None, "", " ", "x", "ü" * 28, "\ud800", "RSOYDt4T1cUTdK1PDd93/VVr8B8", "=" * 9999]
)
def test_a_missing_or_malformed_header_is_invalid(header: str | None) -> None:
    """Nothing that a stranger sends as a signature is valid, or raises."""
    form = MultiDict([*CALL.items(), *CALLER.items()])
    assert not Signature(["12345"], "https://mycompany.com").valid("/myapp.php?foo=1&bar=2", form, header)


def test_pitfall_13_while_a_token_is_replaced_both_are_good() -> None:
    """Either of the tokens signs; a third one, such as an API key's secret, does not."""
    signature = Signature(["old", "new"], HOTLINE)
    for token, good in (("old", True), ("new", True), ("other", False)):
        assert signature.valid("/voice", MultiDict(CALL), signed(f"{HOTLINE}/voice", CALL, token)) is good


@pytest.mark.parametrize("tokens", [[], [""]])
def test_pitfall_14_without_a_token_nothing_is_valid(tokens: list[str]) -> None:
    """It fails closed: an empty token is none, though one can sign with it."""
    header = signed(f"{HOTLINE}/voice", CALL, "")
    assert not Signature(tokens, HOTLINE).valid("/voice", MultiDict(CALL), header)


@pytest.mark.parametrize(
    ("public_url", "signed_url"),
    [
        ("https://ivr.example.com", "https://ivr.example.com/voice"),
        ("https://ivr.example.com/", "https://ivr.example.com/voice"),
        (" https://ivr.example.com ", "https://ivr.example.com/voice"),
        ("https://ivr.example.com/hotline/", "https://ivr.example.com/hotline/voice"),
        ("https://user:p@ss@ivr.example.com", "https://ivr.example.com/voice"),
        ("https://ivr.example.com/#rc=2&rp=5xx", "https://ivr.example.com/voice"),
        ("https://ivr.example.com/?a=b", "https://ivr.example.com/voice"),
        ("https://ivr.example.com:8443", "https://ivr.example.com/voice"),
        ("https://ivr.example.com:8443", "https://ivr.example.com:8443/voice"),
        ("https://ivr.example.com", "https://ivr.example.com:443/voice"),
        ("http://localhost:5000", "http://localhost:5000/voice"),
        ("http://[::1]:5000", "http://[::1]:5000/voice"),
    ],
)
def test_pitfall_10_the_public_url_is_what_was_signed(public_url: str, signed_url: str) -> None:
    """Credentials, query, fragment and last slash are not signed; the port may be, or not."""
    header = signed(signed_url, CALL)
    assert Signature(["12345"], public_url).valid("/voice", MultiDict(CALL), header)


@pytest.mark.parametrize(
    "public_url", ["", "ivr.example.com", "ftp://ivr.example.com", "https://", "https://x:port"]
)
def test_a_public_url_that_is_none_is_refused_at_the_start(public_url: str) -> None:
    """A wrong setting is an error when the server starts, not 403 at every call."""
    with pytest.raises(ValueError):
        Signature(["12345"], public_url)


@pytest.mark.parametrize(
    ("path", "query", "target"),
    [
        ("/voice/zh-CN/3", "", "/voice/zh-CN/3"),
        ("/voice", "a=b+c&d=%2B%27&e=", "/voice?a=b+c&d=%2B%27&e="),
        ("/it's (a) path", "", "/it's%20(a)%20path"),
        ("/a%b?c#d", "", "/a%25b%3Fc%23d"),
        ("/菜单".encode().decode("latin-1"), "q=%E8%8F%9C", "/%E8%8F%9C%E5%8D%95?q=%E8%8F%9C"),
        ("", "", ""),
    ],
)
def test_pitfall_11_the_target_is_what_was_sent(path: str, query: str, target: str) -> None:
    """The path is escaped as it was; the query is not touched; an absent one leaves no question mark."""
    environ = {"PATH_INFO": path, "QUERY_STRING": query}
    assert raw_target(environ) == target
    if target:
        header = signed(HOTLINE + target, CALL)
        assert Signature(["12345"], HOTLINE).valid(raw_target(environ), MultiDict(CALL), header)


def test_a_raw_target_of_the_server_is_not_believed() -> None:
    """Only what every WSGI server sets is used, so that what is tested is what runs."""
    environ = {"PATH_INFO": "/voice", "QUERY_STRING": "a=1", "REQUEST_URI": "/x", "RAW_URI": "/y"}
    assert raw_target(environ) == "/voice?a=1"


def test_pitfall_46_a_field_of_the_query_is_no_field_of_the_form() -> None:
    """Digits slipped into the query are part of the URL, and not signed as a field."""
    header = signed(f"{HOTLINE}/voice", {**CALL, "Digits": "9"})
    signature = Signature(["12345"], HOTLINE)
    assert not signature.valid("/voice?Digits=9", MultiDict(CALL), header)
    assert not signature.valid("/voice", MultiDict(CALL), header)


def test_text_that_nobody_can_have_signed_is_invalid() -> None:
    """A lone surrogate has no bytes to sign."""
    form = MultiDict({"SpeechResult": "\ud800"})
    assert not Signature(["12345"], HOTLINE).valid("/voice", form, signed(f"{HOTLINE}/voice", CALL))


@given(target=st.text(), fields=st.dictionaries(st.text(), st.text()), header=st.none() | st.text())
def test_no_request_raises(target: str, fields: dict[str, str], header: str | None) -> None:
    """Whatever arrives, unsigned, is invalid."""
    form: MultiDict[str, Any] = MultiDict(fields)
    assert Signature(["12345"], HOTLINE).valid(target, form, header) is False
    assert Signature(["12345"], HOTLINE).valid("/" + target, form, header) is False
