"""What can go wrong with a request to Twilio's REST interface, told in sentences that say what to do.

The difference that matters to whoever sends a message is whether the request may have been carried out: Twilio has no
idempotency key for messages and calls, so that what may have been done must not be asked for again.

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
"""What the codes that a hotline meets mean, and what mends it. The codes are Twilio's."""

_CREDENTIALS = 20003
_DIGITS = re.compile(r"\+?[0-9]{4,}")
"""A telephone number or a code, which Twilio may repeat."""
_LONGEST = 300
"""Characters of Twilio's own words that are worth showing."""


class RestFailed(Exception):
    """Twilio did not do what it was asked; the text says why and what to do. It holds no secret and no whole number."""


class TwilioUnreachable(RestFailed):
    """No connection came about: nothing was sent, and the same request may be tried again."""


class NoAnswer(RestFailed):
    """The request was sent and no answer came that can be read: it may have been carried out, or not."""


class RequestRejected(RestFailed):
    """Twilio answered with an error. At a ``status`` from 500 on, it may yet have done what it was asked."""

    def __init__(self, status: int, code: int = 0, message: str = "", after: int | None = None) -> None:
        self.status = status
        """The status of HTTP."""
        self.code = code
        """Twilio's own number of the error; 0: it gave none."""
        self.after = after
        """Seconds after which it may be tried again, where the answer says so."""
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
