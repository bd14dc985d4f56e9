"""Written calls over HTTP: the server's own Flask program, and a player that executes its TwiML as Twilio would.

The twin of :class:`ivr.stages.DirectStages`: each call has a house of its own, a clock that the player moves, and the
same services that are down and desks that are busy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from twilio.request_validator import RequestValidator

from ivr.app import open_house, web_program
from ivr.channels.twilio.line import PlayerLine
from ivr.channels.twilio.player import Player
from ivr.channels.twilio.signature import Signature
from ivr.channels.twilio.transport import Reply
from ivr.config import Settings
from ivr.line import VirtualClock
from ivr.menu.seconds import spoken_seconds
from ivr.menu.tree import Tree
from ivr.proof.calls import WrittenCall
from ivr.proof.runner import Stage, moment
from ivr.stages import Faults, Watch, caller_of, numbers_of, stage_of

PUBLIC = "https://ivr.example.com"
TOKEN = "12345"
SETTINGS = Settings(database_url="memory://", auth_tokens=(TOKEN,), public_url=PUBLIC)


@dataclass
class AppTransport:
    """Requests to a Flask program in this process, signed; the clock goes on by what the caller lived through."""

    app: Flask
    clock: VirtualClock
    began: datetime
    player: Player | None = None

    def __call__(self, method: str, url: str, form: Mapping[str, str], /) -> Reply:
        """Answer as a transport does."""
        if self.player:
            heard = sum(spoken_seconds(heard.text) for heard in self.player.heard)
            self.clock.now = self.began + timedelta(seconds=self.player.seconds + heard)
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + url, dict(form))
        answer = self.app.test_client().open(
            url,
            method=method,
            data=dict(form),
            base_url=PUBLIC,
            headers={"X-Twilio-Signature": signature},
        )
        return Reply(
            answer.status_code,
            answer.headers.get("Content-Type", ""),
            answer.data,
            answer.headers.get("Location", ""),
        )


@dataclass
class HttpStages:
    """Makes stages over HTTP; each call has a house of its own."""

    folder: Path
    tree: Tree

    def __call__(self, call: WrittenCall) -> Stage:
        """Set up one call."""
        house = open_house(self.folder, SETTINGS, perform=Faults(call.unavailable).perform, tree=self.tree)
        house.board.watch = watch = Watch()
        began = moment(call, self.tree.timezone)
        clock = VirtualClock(began)
        app = web_program(house, SETTINGS, Signature(SETTINGS.auth_tokens, PUBLIC), clock)
        send = AppTransport(app, clock, began)
        answers = numbers_of(self.tree, call.desks)
        line = PlayerLine(
            send,
            caller_of(call, house),
            languages=self.tree.languages,
            desk_answers=lambda number: answers.get(number, "answered"),
        )
        send.player = line.player
        return stage_of(house, line, line.call, watch)
