"""What can go wrong with a request to Twilio's REST API, in sentences that say what to do.

What matters most is whether Twilio may have carried out the request. Messages and calls have no idempotency key, so a
request that may have been carried out must not be repeated.

Source: Twilio's dictionary of errors.
"""

from __future__ import annotations

import re

SENTENCES = {
    10001: "the account is not active; Twilio's console says why",
    20003: "Twilio does not take these credentials; check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN",
    20404: "Twilio knows nothing by that identifier; check TWILIO_ACCOUNT_SID and TWILIO_VERIFY_SERVICE",
    20429: "Twilio takes no more requests at this moment; try again later",
    21205: "Twilio cannot call this URL; IVR_PUBLIC_URL must be an address that it can reach",
    21210: "our number is not one of the account's; TWILIO_NUMBER must be one that it owns or has verified",
    21211: "this is no valid telephone number",
    21212: "our number is not valid; TWILIO_NUMBER must be one of the account's",
    21215: "the account may not call that country; allow it in Twilio's geographic permissions for voice",
    21219: "the account is on trial and may call only numbers that are verified with Twilio",
    21408: "the account may not text that country; allow it in Twilio's geographic permissions for messages",
    21602: "the message has no words",
    21606: "our number cannot send this message; TWILIO_NUMBER must be one of the account's that can send texts",
    21608: "the account is on trial and may text only numbers that are verified with Twilio",
    21609: "Twilio cannot report to this URL; IVR_PUBLIC_URL must be an address that it can reach",
    21610: "the recipient has answered STOP and gets no more messages from our number",
    21612: "there is no way for a message from our number to this one",
    21614: "the number is no mobile number and takes no messages",
    21617: "the message is longer than 1600 characters",
    60203: "too many codes were sent to this number; it must wait ten minutes",
    60212: "too many codes were asked for this number at once",
}
"""What Twilio's error codes mean and what to do, for those that a hotline meets."""

_CREDENTIALS = 20003
_DIGITS = re.compile(r"\+?[0-9]{4,}")
"""A telephone number or a one-time code: Twilio may repeat either."""
_LONGEST = 300
"""Characters of Twilio's own message that are shown."""


class RestFailed(Exception):
    """Twilio did not do what we asked. The text says why and what to do, without secrets and whole numbers."""


class TwilioUnreachable(RestFailed):
    """We could not connect. Nothing was sent, and the request may be repeated."""


class NoAnswer(RestFailed):
    """We sent the request and got no readable answer. Twilio may have carried it out, or not."""


class RequestRejected(RestFailed):
    """Twilio answered with an error. With a ``status`` of 500 or more, it may still have carried out the request.

    ``code`` is Twilio's error code, or 0. ``after`` is in how many seconds to try again, if the answer says so.
    """

    def __init__(self, status: int, code: int = 0, message: str = "", after: int | None = None) -> None:
        self.status = status
        self.code = code
        self.after = after
        super().__init__(_sentence(status, code, message))


def _sentence(status: int, code: int, message: str) -> str:
    if status >= 500:
        return f"Twilio failed with HTTP {status}; try again later"
    known = SENTENCES.get(code) or (SENTENCES[_CREDENTIALS] if status == 401 else "")
    if known:
        return f"{known} ({f'error {code}' if code else f'HTTP {status}'})"
    said = _DIGITS.sub("…", message[:_LONGEST]) or "it does not say why"
    more = f"error {code}, https://www.twilio.com/docs/errors/{code}" if code else f"HTTP {status}"
    return f"Twilio refused it: {said} ({more})"
