"""The HTTP under Twilio's generated client: with a timeout, our own errors, and no log.

The HTTP client of the twilio package waits for ever, logs URLs and parameters (telephone numbers), and drops the
headers of an error, of which we need `Retry-After`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ssl import SSLCertVerificationError
from typing import Any

import requests
from requests.exceptions import ProxyError
from twilio.http import HttpClient
from twilio.http.response import Response
from urllib3.exceptions import NewConnectionError, SSLError

from ivr.channels.twilio.admin.errors import NoAnswer, RequestRejected, RestFailed, TwilioUnreachable


class TwilioHttpClient(HttpClient):  # type: ignore[misc]  # the package has no types
    """Opens a new connection for each request. That costs a handshake, and is safe from any thread.

    A kept connection may die unnoticed. Then nobody would know whether a message had arrived, and it could not be
    sent again.
    """

    def __init__(self, timeout: float) -> None:
        self.is_async = False
        self.timeout = timeout
        """Seconds to connect, and again to the first byte of the answer."""
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
        allow_redirects: bool = False,  # noqa: FBT001, FBT002 - the signature of the base class
    ) -> Response:
        """Send the request and return the answer, which is JSON. Raises a :class:`RestFailed`."""
        sent: dict[str, Any] = {"params": params, "data": data, "headers": headers, "auth": auth}
        try:
            answer = requests.request(
                method, uri, **sent, timeout=timeout or self.timeout, allow_redirects=allow_redirects
            )
        except requests.RequestException as error:
            raise _failure(error) from None  # its text has the URL, and a telephone number may be in that
        self.server_time = _date(answer)
        if answer.status_code >= 300:
            raise _rejected(answer)
        if not isinstance(_json(answer), dict):
            raise NoAnswer(
                "the answer is not Twilio's; IVR_TWILIO_API_URL must be the base of its REST interface"
            )
        return Response(answer.status_code, answer.text, answer.headers)


def _failure(error: requests.RequestException) -> RestFailed:
    """Return the error: we could not connect, or the connection broke after Twilio may have read the request."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, SSLError) and isinstance(reason.args[0], SSLCertVerificationError):
        return TwilioUnreachable(
            "Twilio's certificate is not trusted; see the clock of this machine and its proxies"
        )
    if isinstance(error, requests.ConnectTimeout | ProxyError) or isinstance(reason, NewConnectionError):
        return TwilioUnreachable(
            "Twilio cannot be reached; see this machine's network, and IVR_TWILIO_API_URL if it is set"
        )
    if isinstance(error, requests.Timeout):
        return NoAnswer("Twilio gave no answer in time; see its console before asking again")
    return NoAnswer("the connection to Twilio broke; see its console before asking again")


def _rejected(answer: requests.Response) -> RequestRejected:
    data = _json(answer)
    data = data if isinstance(data, dict) else {}
    code, message = data.get("code"), data.get("message") or data.get("detail") or data.get("title")
    wait = answer.headers.get("Retry-After", "")
    return RequestRejected(
        answer.status_code,
        code if isinstance(code, int) else 0,
        str(message or ""),
        int(wait) if wait.isdecimal() else None,
    )


def _json(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _date(answer: requests.Response) -> datetime | None:
    try:
        # RFC 9110: always GMT.
        return parsedate_to_datetime(answer.headers.get("Date", "")).replace(tzinfo=UTC)
    except ValueError:
        return None
