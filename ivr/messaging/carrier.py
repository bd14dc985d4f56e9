"""What a carrier of text messages is."""

from __future__ import annotations

from typing import Protocol

from ivr.storage.base import Message

UNTIL_REACHED = 5.0
"""Seconds until messages are tried again when the carrier cannot be reached."""
UNTIL_MENDED = 900.0
"""Seconds until messages are tried again when somebody must first mend something."""


class MessageNotTaken(Exception):
    """The carrier has certainly not taken a message: it said so (429), or no connection came about.

    ``after`` means that it takes none of our messages at present, and says in how many seconds to ask again. A carrier
    that refuses our credentials takes nothing until somebody corrects them.
    """

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class MessageRefused(Exception):
    """The carrier will never take this message: a wrong number, a text that is too long.

    ``code`` is the carrier's own word for the reason.
    """

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class Carrier(Protocol):
    """Who takes our text messages. :func:`ivr.app.open_carrier` opens the one that the settings name."""

    def send(self, message: Message) -> str:
        """Hand over a message, and return the carrier's identifier of it.

        The body is open here, in the message's language and as long as the menu made it; how a long text is cut, or
        that it is refused, is up to the carrier. If the carrier reports what becomes of a message, the request says
        where to. The answer must come, or be given up, well within :data:`ivr.storage.LEASE`. No reason may repeat
        the body.

        Raises :class:`MessageNotTaken` and :class:`MessageRefused`. Any other exception says that nobody knows whether
        the message was taken: no answer came, the connection broke, the carrier failed with a 5xx. Then it is never
        sent again.
        """
