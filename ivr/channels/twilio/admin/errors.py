"""What can go wrong with a request to Twilio's REST API, in sentences that say what to do.

What matters most is whether Twilio may have carried out the request. Messages and calls have no idempotency key, so a
request that may have been carried out must not be repeated.

Source: Twilio's dictionary of errors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ivr.menu.language.model import read_table

SENTENCES: Mapping[int, str] = read_table(dict[int, str], Path(__file__).with_suffix(".yaml"))
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
