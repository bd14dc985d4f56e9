"""Twilio as the carrier of text messages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ivr.channels.twilio.admin.messages import TwilioCarrier
from ivr.storage.base import Message
from tests.support.rest_stub import HERS, OURS, twilio_stub

MESSAGE = Message("CA1", HERS, "您好", "zh-CN", datetime(2026, 11, 22, tzinfo=UTC), number=7)


@pytest.mark.parametrize("public_url", ["https://ivr.example.com", ""])
def test_a_message_says_where_to_report(monkeypatch: pytest.MonkeyPatch, public_url: str) -> None:
    """To a URL with the message's number in it; without a public URL nobody could be reached, and none is asked for."""
    monkeypatch.setenv("NO_PROXY", "*")
    with twilio_stub() as stub:
        assert TwilioCarrier(stub.rest(), public_url).send(MESSAGE) == "SM" + "4" * 32
    reports = {"StatusCallback": "https://ivr.example.com/messages/7/status"} if public_url else {}
    assert stub.last().form == {"To": HERS, "From": OURS, "Body": "您好", **reports}
