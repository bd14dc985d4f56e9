"""What a carrier of text messages is."""

from __future__ import annotations

from typing import Protocol

from ivr.storage.base import Message

REQUEST_TIMEOUT = 7.0
"""Seconds that a carrier has for one request, from the connection to the last byte of the answer. A worker that ends
waits for 8 s, so a request that has just left still gets its answer, or is given up, in good order."""
UNTIL_REACHED = 5.0
"""Seconds until messages are tried again if the carrier cannot be reached."""
UNTIL_MENDED = 900.0
"""Seconds until messages are tried again if somebody must first correct something."""


class MessageNotTaken(Exception):
    """The carrier has certainly not taken a message: it said so (429), or there was no connection.

    With ``after``, the carrier takes none of our messages at present; ask again in so many seconds. For example, a
    carrier that refuses our credentials takes nothing until somebody corrects them.
    """

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class MessageRefused(Exception):
    """The carrier will never take this message: the number is wrong, or the text is too long.

    ``code`` is the carrier's own word for the reason.
    """

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class Carrier(Protocol):
    """Takes our text messages. :func:`ivr.app.open_carrier` opens the one that the settings name."""

    def send(self, message: Message) -> str:
        """Hand over a message, and return the carrier's identifier for it.

        The body is not sealed here. The carrier may cut a long text or refuse it. If it reports what becomes of a
        message, the request says where to. The answer must come, or be given up, well within
        :data:`ivr.storage.base.LEASE`. No reason may repeat the body.

        Raises :class:`MessageNotTaken` and :class:`MessageRefused`. Any other exception means that nobody knows
        whether the carrier has the message: there was no answer, or a 5xx. Then it is never sent again.
        """
