"""Twilio Verify in place of our own codes: a wrong code is no error, and one that is gone is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.wrappers import Response

from ivr.actions.base import CodeProvider
from ivr.channels.twilio.admin.errors import RequestRejected
from ivr.channels.twilio.admin.verify import Verify
from tests.support.rest_stub import HERS, VERIFY, Stub, answer, refusal, twilio_stub


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    """Return Twilio's REST interface, on this machine."""
    monkeypatch.setenv("NO_PROXY", "*")
    with twilio_stub() as stub:
        yield stub


@pytest.fixture
def codes(stub: Stub) -> CodeProvider:
    """Return the codes as an action sees them."""
    return Verify(stub.rest(), VERIFY)


@pytest.mark.parametrize(("language", "locale"), [("zh-CN", "zh"), ("en-US", "en")])
def test_a_code_is_sent_in_the_callers_language(
    stub: Stub, codes: CodeProvider, language: str, locale: str
) -> None:
    """By SMS; Verify names languages without their country."""
    codes.send(HERS, language)
    assert stub.last().path.endswith(f"/v2/Services/{VERIFY}/Verifications")
    assert stub.last().form == {"To": HERS, "Channel": "sms", "Locale": locale}


@pytest.mark.parametrize(("code", "right"), [("246810", True), ("246811", False)])
def test_a_code_is_right_or_wrong(stub: Stub, codes: CodeProvider, code: str, *, right: bool) -> None:
    """A wrong one leaves the verification ``pending``, which is no error."""
    assert codes.right(HERS, code) is right
    assert stub.last().form == {"To": HERS, "Code": code}


@pytest.mark.parametrize("code", ["", "123", "12345678901", "12345a", "１２３４"])
def test_what_can_be_no_code_is_wrong_without_asking(stub: Stub, codes: CodeProvider, code: str) -> None:
    """Twilio would call it an error of ours."""
    assert not codes.right(HERS, code)
    assert stub.asked == []


@pytest.mark.parametrize(
    "told",
    [refusal(404, 20404), Response("not found", 404), refusal(429, 60202, "Max check attempts reached")],
    ids=["expired or used", "not in JSON", "tried five times"],
)
def test_a_code_that_is_gone_is_a_lookup_error(stub: Stub, codes: CodeProvider, told: Response) -> None:
    """The caller must get another one."""
    stub.answers["/VerificationCheck"] = told
    with pytest.raises(LookupError):
        codes.right(HERS, "246810")


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (refusal(429, 60203, "Max send attempts reached"), "too many codes were sent to this number"),
        (refusal(429, 20429), "Twilio takes no more requests at this moment"),
        (refusal(500, 20500), "Twilio failed with HTTP 500"),
        (refusal(404, 20404), "Twilio knows nothing by that identifier"),
    ],
)
def test_a_code_that_is_not_taken_is_an_error(
    stub: Stub, codes: CodeProvider, told: Response, text: str
) -> None:
    """The action that asked for it is then unavailable."""
    stub.answers["/Verifications"] = told
    with pytest.raises(RequestRejected, match=text):
        codes.send(HERS, "zh-CN")


def test_a_check_that_fails_otherwise_says_nothing_of_the_code(stub: Stub, codes: CodeProvider) -> None:
    """Neither right nor wrong."""
    stub.answers["/VerificationCheck"] = refusal(503, 20503)
    with pytest.raises(RequestRejected, match="HTTP 503"):
        codes.right(HERS, "246810")


@pytest.mark.parametrize("status", ["pending", "canceled", "expired", "max_attempts_reached"])
def test_only_approved_is_right(stub: Stub, codes: CodeProvider, status: str) -> None:
    """Whatever else Twilio may say of a verification."""
    stub.answers["/VerificationCheck"] = answer({"status": status, "valid": False}, 201)
    assert not codes.right(HERS, "246810")
