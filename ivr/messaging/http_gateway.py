"""The carrier that is a company's own HTTP gateway. Each message is one POST of JSON.

::

    POST $IVR_SMS_URL
    Authorization: Bearer $IVR_SMS_TOKEN

    {"to": "+8613800138000", "text": "…", "language": "zh-CN", "reference": "17", "from": "…", "report_url": "…"}

``from`` is there if `IVR_SMS_SENDER` is set, and ``report_url`` if the gateway can report (see
:mod:`ivr.messaging.delivery_reports`). Any 2xx means that the gateway has the message. Its JSON may name it:
``{"id": "a1b2"}``. A 4xx may name the reason: ``{"code": "no_such_number"}``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from ivr.actions.http.client import HttpAnswer, HttpClient, HttpFailure, NothingSent
from ivr.messaging.carrier import (
    REQUEST_TIMEOUT,
    UNTIL_MENDED,
    UNTIL_REACHED,
    MessageNotTaken,
    MessageRefused,
)
from ivr.storage.base import Message

REPORT_PATH = "/sms/report"
"""The path for the reports of the gateway."""
LONGEST_MESSAGE = 1600
"""Characters of one message, as with Twilio. A gateway that takes fewer refuses the message itself."""
_LARGEST_ANSWER = 64 * 1024
_LONGEST_ID = 64
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}|[0-9]{1,5}")
"""The codes that may be kept of a refusal. Anything longer may repeat a number, or the words."""


class GatewayFailed(Exception):
    """The gateway answered with a 5xx. It may have taken the message, or not."""


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """A :class:`ivr.messaging.carrier.Carrier`. Safe from any thread: each request has its own connection."""

    url: str
    token: str = field(default="", repr=False)
    sender: str = ""
    report_url: str = ""
    timeout: float = REQUEST_TIMEOUT
    """Seconds for the whole request, with its answer."""

    def send(self, message: Message) -> str:
        """Hand over a message, and return the gateway's identifier, or nothing if it gave none."""
        if len(message.body) > LONGEST_MESSAGE:
            raise MessageRefused(f"the message is longer than {LONGEST_MESSAGE} characters")
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity", "User-Agent": "ivr"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            with HttpClient.of_environment() as client:
                answer = client.ask(
                    "POST",
                    self.url,
                    headers=headers,
                    data=json.dumps(self._request(message)).encode(),
                    seconds=self.timeout,
                    largest=_LARGEST_ANSWER,
                    proxies=True,
                )
        except NothingSent:
            raise MessageNotTaken(
                "the gateway cannot be reached; see IVR_SMS_URL, its certificate and this machine's network",
                UNTIL_REACHED,
            ) from None
        data = _json(answer)
        if 200 <= answer.status < 300:
            return _identifier(data)
        raise _verdict(answer, data)

    def _request(self, message: Message) -> dict[str, str]:
        optional = {"from": self.sender, "report_url": self.report_url}
        return {
            "to": message.to,
            "text": message.body,
            "language": message.language,
            "reference": str(message.number),
            **{name: value for name, value in optional.items() if value},
        }


def _verdict(answer: HttpAnswer, data: dict[str, Any]) -> Exception:
    """Return what an error means for a message: try it again, never try it again, or nobody knows."""
    status, code = answer.status, _code(data)
    if status >= 500:
        return GatewayFailed(f"HTTP {status}")
    if status == 429:
        wait = answer.headers.get("Retry-After", "")
        after = float(wait) if re.fullmatch("[0-9]{1,9}", wait) else None
        return MessageNotTaken("the gateway takes no more messages at this moment (429)", after)
    if status == 401:
        return MessageNotTaken("the gateway does not take our token (401); check IVR_SMS_TOKEN", UNTIL_MENDED)
    if status < 400 or status in {404, 405}:
        return MessageNotTaken(
            f"the gateway takes no message here ({status}); check IVR_SMS_URL", UNTIL_MENDED
        )
    if status in {403, 408, 425}:  # 403 may mean our token or this recipient: the others need not wait for it
        return MessageNotTaken(f"the gateway does not take the message ({code or status})")
    return MessageRefused("the gateway refuses it", code or str(status))


def _json(answer: HttpAnswer) -> dict[str, Any]:
    """Return the JSON of the answer, or nothing if it cannot be read: the status alone says enough."""
    try:
        data = json.loads(answer.body)
    except (HttpFailure, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _identifier(data: dict[str, Any]) -> str:
    found = data.get("id")
    return str(found)[:_LONGEST_ID] if isinstance(found, str | int) else ""


def _code(data: dict[str, Any]) -> str:
    code = str(data.get("code", ""))
    return code if _CODE.fullmatch(code) else ""
