"""Sets up a sitting at the simulator: a house in memory, or a running server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from ivr.app import House, open_house, utc_now
from ivr.channels.terminal.simulator import Controls, Simulator
from ivr.channels.terminal.trace import request_line, step_lines
from ivr.channels.terminal.transcript import Transcript
from ivr.channels.twilio.line import PlayerLine
from ivr.channels.twilio.player import Answer
from ivr.channels.twilio.transport import Reply, Transport, http_transport
from ivr.config import Settings
from ivr.engine.events import Event
from ivr.engine.session import Session
from ivr.engine.turn import Turn
from ivr.line import DirectLine, Line, VirtualClock
from ivr.menu.problems import Problem, did_you_mean
from ivr.menu.tree import Tree
from ivr.stages import NOBODY, Faults, at_moment, demonstration_phones, first_caller, slow_down


def direct_sitting(
    folder: Path,
    caller: str | None,
    when: str | None,
    language: str | None,
    *,
    transcript: Transcript,
    trace: bool = False,
    interactive: bool = False,
) -> Simulator:
    """Return a simulator whose calls run in this process, in a store that is gone afterwards.

    Without a ``caller`` the first demonstration customer rings; ``withheld`` hides the number. Raises ValueError for
    a moment or a language that is none, and what :func:`ivr.app.open_house` raises.
    """
    controls = Controls(trace=trace)
    faults = Faults(controls.down, controls.slow)
    house = open_house(folder, Settings(database_url="memory://"), perform=faults.perform)
    house.hotline.look_every = 0.0
    tree = house.hotline.current()
    controls.actions = tuple(tree.contracts)
    begins_in = _language(language, tree) if language else ""
    clock = VirtualClock(_moment(when, tree) if when else utc_now().astimezone(tree.timezone))
    slow_down(house, clock, faults)
    number = first_caller(house) if caller is None else "" if caller == "withheld" else caller
    house.hotline.report = _Reporter(transcript)
    house.board.watch = watch = _Watch(house, clock, transcript, controls)

    def new_line() -> Line:
        now = clock.now.astimezone(house.hotline.current().timezone)
        transcript.note(
            f"({number or 'number withheld'} rings {house.hotline.current().name}, {now:%Y-%m-%d %H:%M %A})"
        )
        return DirectLine(
            house.board, clock, number, desk_answers=lambda _number: controls.desk_answer, language=begins_in
        )

    return Simulator(new_line, transcript, controls, watch.place, interactive)


def _moment(text: str, tree: Tree) -> datetime:
    try:
        return at_moment(text, tree)
    except ValueError:
        raise ValueError(f"--at: `{text}` is no moment; write it like 2026-11-22T10:00") from None


def _language(text: str, tree: Tree) -> str:
    """Return the hotline's language that is meant, which may be named without its country: ``en`` for ``en-US``."""
    for tag in tree.languages:
        if text.casefold() in {tag.casefold(), tag.partition("-")[0].casefold()}:
            return tag
    raise ValueError(f"--language: the hotline does not speak `{text}`; {did_you_mean(text, tree.languages)}")


def url_sitting(
    folder: Path,
    url: str,
    caller: str | None,
    settings: Settings,
    *,
    transcript: Transcript,
    trace: bool = False,
    interactive: bool = False,
) -> Simulator:
    """Return a simulator whose calls go over HTTP to a running server.

    The folder, if there is one, only says who rings by default and how the languages are called. Raises ValueError
    for a URL that is none.
    """
    base, languages = _base(url), _languages(folder)
    number = "" if caller == "withheld" else caller or next(iter(demonstration_phones(folder)), NOBODY)
    controls = Controls(remote=True, trace=trace)
    transport = http_transport(base, settings.auth_tokens, public_url=settings.public_url)
    send = _Traced(transport, transcript, controls)

    def desk_answers(_number: str) -> Answer:
        return controls.desk_answer

    def new_line() -> Line:
        transcript.note(f"({number or 'number withheld'} rings {base})")
        return PlayerLine(send, number, settings.number or "+8657100000000", languages, desk_answers)

    return Simulator(new_line, transcript, controls, interactive=interactive)


def _base(url: str) -> str:
    """Return the address of a server, of which the first webhook may have been given."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError(f"--url: `{url}` is no web address; write it like http://127.0.0.1:8080")
    return url.rstrip("/").removesuffix("/voice")


def _languages(folder: Path) -> Sequence[str]:
    """Return the languages of the hotline that the server probably serves, to name them as it does."""
    from ivr.hotline import load_folder

    tree = load_folder(folder).tree
    return tree.languages if tree else ("zh-CN", "en-US")


@dataclass(slots=True)
class _Reporter:
    """Tells the editor that what he saved is not used yet."""

    transcript: Transcript

    def __call__(self, problems: tuple[Problem, ...]) -> None:
        self.transcript.note("the changed menu has problems; the last good one goes on:", "red")
        for problem in problems:
            self.transcript.note(f"  {problem}", "red")


@dataclass(slots=True)
class _Watch:
    """Knows where the present call stands, and shows each step where that is wanted."""

    house: House
    clock: VirtualClock
    transcript: Transcript
    controls: Controls
    session: Session | None = None

    def __call__(self, turn: Turn, event: Event) -> None:
        session = turn.session
        before = self.session if self.session and self.session.call == session.call else _unbegun(session)
        self.session = session
        if self.controls.trace:
            tree = self.house.hotline.version(session.version)
            for line in step_lines(tree, before, event, session, turn.commands):
                self.transcript.note(line)

    def place(self) -> str:
        """Return the node where the call waits, and how long it has lasted."""
        if self.session is None:
            return ""
        minutes, seconds = divmod(int((self.clock.now - self.session.started).total_seconds()), 60)
        return f"{self.session.node} · {minutes}:{seconds:02}"


def _unbegun(session: Session) -> Session:
    """Return the session before the call's first event."""
    return replace(session, node="", variables={})


@dataclass(frozen=True, slots=True)
class _Traced:
    """A transport that shows each request where that is wanted."""

    send: Transport
    transcript: Transcript
    controls: Controls

    def __call__(self, method: str, url: str, form: Mapping[str, str], /) -> Reply:
        reply = self.send(method, url, form)
        if self.controls.trace:
            self.transcript.note(request_line(method, url, form, reply.status, reply.body))
        return reply
