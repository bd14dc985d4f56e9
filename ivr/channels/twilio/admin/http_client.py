"""The HTTP under Twilio's generated client: with a timeout, our own errors, and no log.

The HTTP client of the twilio package waits for ever, logs URLs and parameters (telephone numbers), and drops the
headers of an error, of which we need `Retry-After`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from twilio.http import HttpClient as TwilioHttp
from twilio.http.response import Response

from ivr.actions.http.client import AnswerTooSlow, HttpAnswer, HttpClient, HttpFailure, NothingSent, Untrusted
from ivr.channels.twilio.admin.errors import NoAnswer, RequestRejected, RestFailed, TwilioUnreachable

LARGEST_ANSWER = 1024 * 1024
"""Bytes. A list of twenty numbers has about 40 KB."""
_OWN_HEADERS = {"Accept-Encoding": "identity"}
"""Nothing is compressed, so that the limit on an answer's size is a limit on our memory."""


class TwilioHttpClient(TwilioHttp):  # type: ignore[misc]  # the package has no types
    """Opens a new connection for each request. That costs a handshake, and is safe from any thread.

    A kept connection may die unnoticed. Then nobody would know whether a message had arrived, and it could not be
    sent again.
    """

    def __init__(self, timeout: float) -> None:
        self.is_async = False
        self.timeout = timeout
        """Seconds for a whole request, with its answer."""
        self.server_time: datetime | None = None
        """The time of the latest answer by Twilio's clock, or None if no answer had one."""

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,  # noqa: ARG002, FBT001, FBT002 - the signature of the base class
    ) -> Response:
        """Send the request and return the answer, which is JSON. Raises a :class:`RestFailed`."""
        try:
            with HttpClient.of_environment() as client:
                answer = client.ask(
                    method,
                    uri,
                    params=params,
                    data=data,
                    headers={**(headers or {}), **_OWN_HEADERS},
                    auth=auth,
                    seconds=timeout or self.timeout,
                    largest=LARGEST_ANSWER,
                    proxies=True,
                )
            body = answer.body
        except HttpFailure as failure:
            raise _failed(failure) from None
        self.server_time = _date(answer)
        if answer.status >= 300:
            raise _rejected(answer)
        if not isinstance(_json(body), dict):
            raise NoAnswer(
                "the answer is not Twilio's; IVR_TWILIO_API_URL must be the base of its REST interface"
            )
        return Response(answer.status, body.decode(), answer.headers)


def _failed(failure: HttpFailure) -> RestFailed:
    """Return the error: we could not connect, or the connection broke after Twilio may have read the request."""
    match failure:
        case Untrusted():
            return TwilioUnreachable(
                "Twilio's certificate is not trusted; see the clock of this machine and its proxies"
            )
        case NothingSent():
            return TwilioUnreachable(
                "Twilio cannot be reached; see this machine's network, and IVR_TWILIO_API_URL if it is set"
            )
        case AnswerTooSlow():
            return NoAnswer("Twilio gave no answer in time; see its console before asking again")
    return NoAnswer("the connection to Twilio broke; see its console before asking again")


def _rejected(answer: HttpAnswer) -> RequestRejected:
    data = _json(answer.body)
    data = data if isinstance(data, dict) else {}
    code, message = data.get("code"), data.get("message") or data.get("detail") or data.get("title")
    wait = answer.headers.get("Retry-After", "")
    return RequestRejected(
        answer.status,
        code if isinstance(code, int) else 0,
        str(message or ""),
        int(wait) if wait.isdecimal() else None,
    )


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _date(answer: HttpAnswer) -> datetime | None:
    try:
        # RFC 9110: always GMT.
        return parsedate_to_datetime(answer.headers.get("Date", "")).replace(tzinfo=UTC)
    except ValueError:
        return None
