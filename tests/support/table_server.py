"""A server that is a table of documents, for the tests of the player."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.channels.twilio.player.interpreter import Player
from ivr.channels.twilio.player.leg import NumberSettings
from ivr.channels.twilio.player.transport import Reply

SID = "CA" + "1" * 32
XML = "text/xml; charset=utf-8"


@dataclass
class Server:
    """A server that answers from a table, and remembers what it was asked."""

    pages: Mapping[str, str | Reply]
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    def __call__(self, method: str, url: str, form: Mapping[str, str], /) -> Reply:
        """Answer as a transport does: verbs become a document; a page that is not there does not answer."""
        self.asked.append((method, url, dict(form)))
        page = self.pages.get(url.partition("?")[0])
        if page is None:
            raise ConnectionRefusedError("connection refused")
        if isinstance(page, str):
            return Reply(200, XML, f"<Response>{page}</Response>".encode())
        return page

    def last(self, *names: str) -> dict[str, str]:
        """Return these parameters of the last request, where it had them."""
        form = self.asked[-1][2]
        return {name: form[name] for name in names if name in form}

    def urls(self) -> list[str]:
        """Return what was asked for, in order."""
        return [url for _, url, _ in self.asked]


def ring(server: Server, settings: NumberSettings | None = None, direction: str = "inbound") -> Player:
    """Return a call that has begun."""
    player = Player(
        server,
        call_sid=SID,
        caller="+8613800138000",
        called="+14155550100",
        settings=settings,
        direction=direction,
    )
    player.start()
    return player


def say(text: str) -> str:
    """Return words."""
    return f'<Say language="cmn-CN">{text}</Say>'
