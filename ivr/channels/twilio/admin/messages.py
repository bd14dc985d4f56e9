"""Twilio as the carrier of our text messages."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.channels.twilio.admin.rest import TwilioRest
from ivr.storage.base import Message


@dataclass(frozen=True, slots=True)
class TwilioCarrier:
    """A :class:`ivr.messaging.carrier.Carrier`. Twilio cuts a long text into parts itself, in any language."""

    rest: TwilioRest
    public_url: str = ""
    """Where Twilio reports what becomes of a message: to a signed webhook. Empty: it reports nothing."""

    def send(self, message: Message) -> str:
        report_url = f"{self.public_url}/messages/{message.number}/status" if self.public_url else ""
        return self.rest.send(message.to, message.body, report_url=report_url)
