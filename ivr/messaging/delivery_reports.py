"""What a gateway reports of a message, and the check that the report is the gateway's.

::

    POST /sms/report
    X-Report-Signature: t=1764374741,v1=5f2b…

    {"reference": "17", "id": "a1b2", "status": "delivered"}

The signature is the HMAC-SHA256, in hexadecimal, of the time (seconds since 1970), a full stop and the raw body. Its
key is `IVR_SMS_REPORT_SECRET`. ``status`` is one of :data:`STATUSES`; ``error`` may say why in a few words.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

HEADER = "X-Report-Signature"
LARGEST_REPORT = 8 * 1024
"""Bytes of a report; one has about a hundred."""
VALID_FOR = timedelta(minutes=5)
"""How far the time of a report may be from ours. After that, a captured report is worth nothing."""
STATUSES = ("sent", "delivered", "undelivered", "failed")

_SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")
_REFERENCE = re.compile(r"[1-9][0-9]{0,14}")
_DIGITS = re.compile(r"\+?[0-9]{4,}")
"""A telephone number or a code, which a gateway may repeat."""
_LONGEST = 64
"""Characters that are kept of an identifier or a reason."""


class ReportForged(Exception):
    """A report is not the gateway's, or too old. The text says why, for the log."""


class ReportUnreadable(Exception):
    """A report of the gateway cannot be read. The text says what to write instead."""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What became of a message."""

    number: int
    """The number of the message in the store, which is the ``reference`` that the gateway got."""
    status: str
    carrier_id: str
    error: str = ""


def sign(secret: str, body: bytes, at: datetime) -> str:
    """Return the value of the header for a report that is made at this time."""
    seconds = str(int(at.timestamp()))
    return f"t={seconds},v1={_digest(secret, seconds, body)}"


@dataclass(frozen=True, slots=True)
class ReportReader:
    """Reads the reports of a gateway that knows one of these secrets. There are several while one is replaced."""

    secrets: Sequence[str] = field(repr=False)

    def read(self, body: bytes, signature: str, now: datetime) -> DeliveryReport:
        """Return a report. Raises :class:`ReportForged` and :class:`ReportUnreadable`."""
        found = _SIGNATURE.fullmatch(signature)
        if found is None:
            raise ReportForged("it has no signature" if not signature else "its signature cannot be read")
        good = [hmac.compare_digest(_digest(secret, found[1], body), found[2]) for secret in self.secrets]
        if not any(good):
            raise ReportForged("its signature is wrong")
        if abs(now.timestamp() - int(found[1])) > VALID_FOR.total_seconds():
            raise ReportForged("it is too old, or one of the clocks is wrong")
        return _report(body)


def _digest(secret: str, seconds: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()


def _report(body: bytes) -> DeliveryReport:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise ReportUnreadable("the body is no JSON; write an object") from None
    if not isinstance(data, dict):
        raise ReportUnreadable('the body is no object; write {"reference": …, "id": …, "status": …}')
    reference, carrier_id, status = (_text(data, name) for name in ("reference", "id", "status"))
    if not _REFERENCE.fullmatch(reference):
        raise ReportUnreadable("reference: write the one that came with the message")
    if not carrier_id:
        raise ReportUnreadable("id: write the one that answered the message")
    if status not in STATUSES:
        raise ReportUnreadable(f"status: write one of {', '.join(STATUSES)}")
    error = _DIGITS.sub("…", _text(data, "error"))
    return DeliveryReport(int(reference), status, carrier_id[:_LONGEST], error[:_LONGEST])


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return str(value).strip() if isinstance(value, str | int) else ""
