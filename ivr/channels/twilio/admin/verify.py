"""Twilio Verify in place of our own one-time codes: it makes, sends and checks them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ivr.channels.twilio.admin.errors import RequestRejected
from ivr.channels.twilio.admin.rest import TwilioRest

_CODE = re.compile("[0-9]{4,10}")
_NO_CODE = frozenset({20404, 60202})
"""The code has expired, was used, or was tried five times."""


@dataclass(frozen=True, slots=True)
class Verify:
    """A :class:`ivr.actions.base.CodeProvider`."""

    rest: TwilioRest
    service: str
    """Its SID, ``VA…``."""

    def send(self, to: str, language: str) -> None:
        """Send a code to a number (E.164), in this language.

        Raises ``RestFailed`` if Twilio did not take it, for example after five codes in ten minutes.
        """
        self.rest.start_verification(self.service, to, language.partition("-")[0])

    def right(self, to: str, code: str) -> bool:
        """Return whether this is the code that was sent last. To Twilio, a wrong one is not an error.

        Raises ``LookupError`` if there is no code any more: it has expired, was used, or was tried five times. Raises
        ``RestFailed`` if Twilio did not say.
        """
        if not _CODE.fullmatch(code):
            return False  # Twilio would call it an error
        try:
            return self.rest.check_verification(self.service, to, code) == "approved"
        except RequestRejected as error:
            if error.code in _NO_CODE or error.status == 404:
                raise LookupError("there is no code any more") from error
            raise
