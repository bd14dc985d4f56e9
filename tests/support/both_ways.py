"""Written calls over HTTP: the server's own Flask program, and a player that executes its TwiML as Twilio would.

The twin of :class:`ivr.harness.DirectHarnesses`: each call has a house of its own, a clock that the player moves, and the
same services that are down and desks that are busy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from twilio.request_validator import RequestValidator

from ivr.app import build_application, web_program
from ivr.calls.line import Line, VirtualClock
from ivr.calls.turns import Render, Switchboard
from ivr.channels.twilio.player.interpreter import Answer, Player
from ivr.channels.twilio.player.remote_line import PlayerLine
from ivr.channels.twilio.player.transport import Reply
from ivr.channels.twilio.signature import Signature
from ivr.config import Settings
from ivr.engine.events import CallStarted, Event
from ivr.explore.samples import Samples
from ivr.harness import CallMonitor, caller_of, faults_of, harness_of, numbers_of, slow_down
from ivr.menu.speech.durations import spoken_seconds
from ivr.menu.tree import Tree
from ivr.written.model import WrittenCall
from ivr.written.runner import CallHarness, moment

PICKED_UP = 3
"""Seconds that a desk takes to answer, or to be busy, as in :class:`ivr.calls.line.DirectLine`."""
PUBLIC = "https://ivr.example.com"
TOKEN = "12345"
SETTINGS = Settings(database_url="memory://", auth_tokens=(TOKEN,), public_url=PUBLIC)


@dataclass
class AppTransport:
    """Requests to a Flask program in this process, signed.

    The clock goes on by what the caller lived through, and by what he waited for the server.
    """

    app: Flask
    clock: VirtualClock
    began: datetime
    player: Player | None = None
    waited: timedelta = timedelta(0)
    """How long the server, and whom it rang, took beside that."""

    def __call__(self, method: str, url: str, form: Mapping[str, str], /) -> Reply:
        """Answer as a transport does."""
        if self.player:
            heard = sum(
                spoken_seconds(heard.text, heard.language, heard.voice) for heard in self.player.heard
            )
            self.clock.now = self.began + self.waited + timedelta(seconds=self.player.seconds + heard)
        asked = self.clock.now
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + url, dict(form))
        answer = self.app.test_client().open(
            url,
            method=method,
            data=dict(form),
            base_url=PUBLIC,
            headers={"X-Twilio-Signature": signature},
        )
        self.waited += self.clock.now - asked
        return Reply(
            answer.status_code,
            answer.headers.get("Content-Type", ""),
            answer.data,
            answer.headers.get("Location", ""),
        )


class Beginning(Switchboard):
    """A switchboard whose calls begin in a language of their own: a carrier's webhook has no word for that."""

    language = ""

    def take_turn(self, call: str, number: int, event: Event, start: CallStarted, render: Render) -> bytes:
        """Take a call one turn further."""
        start = replace(start, language=self.language)
        return Switchboard.take_turn(
            self, call, number, start if isinstance(event, CallStarted) else event, start, render
        )


def in_language(switchboard: Switchboard, language: str) -> Switchboard:
    """Return a switchboard whose calls begin in this language; empty: as usual."""
    if not language:
        return switchboard
    beginning = Beginning(**{each.name: getattr(switchboard, each.name) for each in fields(switchboard)})
    beginning.language = language
    return beginning


@dataclass
class HttpHarnesses:
    """Makes stages over HTTP; each call has a house of its own."""

    folder: Path
    tree: Tree

    def __call__(self, call: WrittenCall) -> CallHarness:
        """Set up one call."""
        faults = faults_of(call, Samples(self.tree) if call.outcomes else None)
        application = build_application(self.folder, SETTINGS, perform=faults.perform, tree=self.tree)
        began = moment(call, self.tree.timezone)
        clock = VirtualClock(began)
        slow_down(application, clock, faults)
        application.switchboard = in_language(application.switchboard, call.language or "")
        watch = CallMonitor()
        application.switchboard.observers.append(watch)
        app = web_program(application, SETTINGS, Signature(SETTINGS.auth_tokens, PUBLIC), clock)
        answers = numbers_of(self.tree, call.desks)
        patience = {desk.number: desk.ring for desk in self.tree.desks.values()}

        def ring(number: str | None) -> Line:
            send = AppTransport(app, clock, clock.now)

            def answer(desk: str) -> Answer:
                answer = answers.get(desk, "answered")
                send.waited += timedelta(seconds=patience[desk] if answer == "no_answer" else PICKED_UP)
                return answer

            line = PlayerLine(
                send,
                caller_of(number, application),
                languages=self.tree.languages,
                desk_answers=answer,
            )
            send.player = line.player
            return line

        return harness_of(application, ring, call, watch)
