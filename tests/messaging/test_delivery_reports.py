"""A gateway's report is read when the gateway made it, and not otherwise."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest

from ivr.messaging.delivery_reports import (
    DeliveryReport,
    ReportForged,
    ReportReader,
    ReportUnreadable,
    sign,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRET = "a secret of the gateway that is long enough"
READER = ReportReader([SECRET])
GOOD = {"reference": "17", "id": "g1", "status": "delivered"}


def read(data: object, reader: ReportReader = READER) -> DeliveryReport:
    """Read a report that the gateway has signed."""
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return reader.read(body, sign(SECRET, body, NOW), NOW)


def test_a_report_says_what_became_of_a_message() -> None:
    """By our number of it, which the gateway was given as its reference."""
    assert read(GOOD) == DeliveryReport(17, "delivered", "g1")


def test_the_signature_is_what_the_documentation_says() -> None:
    """Any language computes it in three lines: the time, a full stop and the body, with HMAC-SHA256."""
    body, seconds = b'{"reference": "17"}', str(int(NOW.timestamp()))
    digest = hmac.new(SECRET.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert sign(SECRET, body, NOW) == f"t={seconds},v1={digest}"


def test_each_of_several_secrets_is_good() -> None:
    """While one is replaced by another."""
    assert read(GOOD, ReportReader(["the new one, which is long enough too", SECRET])).number == 17


FIVE_MINUTES = timedelta(minutes=5)


@pytest.mark.parametrize("late", [FIVE_MINUTES, -FIVE_MINUTES, timedelta(0)])
def test_clocks_may_differ_a_little(late: timedelta) -> None:
    """By five minutes at most, either way."""
    body = json.dumps(GOOD).encode()
    header = sign(SECRET, body, NOW)
    assert READER.read(body, header, NOW + late).number == 17
    if late:
        with pytest.raises(ReportForged, match="too old"):
            READER.read(body, header, NOW + late * 1.01)


def test_without_a_secret_nothing_is_good() -> None:
    """Also not what an empty secret has signed."""
    body = json.dumps(GOOD).encode()
    with pytest.raises(ReportForged):
        ReportReader([]).read(body, sign("", body, NOW), NOW)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[" * 5000, "no JSON"),
        ([GOOD], "no object"),
        ({}, "reference: write the one that came"),
        ({**GOOD, "reference": "0"}, "reference"),
        ({**GOOD, "reference": "9" * 16}, "reference"),
        ({**GOOD, "reference": "17; --"}, "reference"),
        ({**GOOD, "reference": ["17"]}, "reference"),
        ({**GOOD, "id": ""}, "id: write the one that answered"),
        ({**GOOD, "id": None}, "id"),
        ({**GOOD, "status": "read"}, "status: write one of sent, delivered, undelivered, failed"),
        ({"reference": "17", "id": "g1"}, "status"),
    ],
)
def test_what_is_no_report_says_what_to_write(data: object, told: str) -> None:
    """To whoever programs the gateway."""
    with pytest.raises(ReportUnreadable, match=told):
        read(data)


def test_a_reason_is_kept_without_numbers_and_short() -> None:
    """A gateway may repeat the recipient's number, or the code of the message."""
    report = read({**GOOD, "status": "failed", "error": "+8613800138000: 739155 " + "x" * 100})
    assert report.error == "…: … " + "x" * 59
