"""Sets up a sitting at the simulator: a house in memory, or a running server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.actions import CONTRACTS
from ivr.app import open_house, utc_now
from ivr.channels.terminal.simulator import Controls, Simulator
from ivr.channels.terminal.transcript import Transcript
from ivr.config import BadSetting, Settings
from ivr.engine.commands import Command
from ivr.engine.events import Event
from ivr.engine.session import Session
from ivr.line import DirectLine, Line, VirtualClock
from ivr.logs import configure
from ivr.menu.problems import Problem, did_you_mean
from ivr.stages import Faults, at_moment, first_caller


def direct_sitting(
    folder: Path, caller: str | None, when: str | None, language: str | None, *, trace: bool
) -> Simulator:
    """Return a simulator whose calls run in this process, in a store that is gone afterwards."""
    configure(level="error")
    controls = Controls(actions=tuple(CONTRACTS), trace=trace)
    faults = Faults(controls.down)
    house = open_house(folder, Settings(database_url="memory://"), perform=faults.perform)
    house.hotline.look_every = 0.0
    tree = house.hotline.current()
    if language and language not in tree.languages:
        raise BadSetting(
            f"--language: `{language}` is none of the hotline's; {did_you_mean(language, tree.languages)}"
        )
    clock = VirtualClock(at_moment(when, tree) if when else utc_now().astimezone(tree.timezone))
    number = first_caller(house) if caller is None else "" if caller == "withheld" else caller
    transcript = Transcript()
    house.board.watch = _Trace(transcript, controls)
    house.hotline.report = _Reporter(transcript)

    def new_line() -> Line:
        now = clock.now.astimezone(house.hotline.current().timezone)
        transcript.note(
            f"({number or 'number withheld'} rings {house.hotline.current().name}, {now:%Y-%m-%d %H:%M %A})"
        )
        return DirectLine(
            house.board,
            clock,
            number,
            desk_answers=lambda _number: controls.desk_answer,
            language=language or "",
        )

    return Simulator(new_line, transcript, controls)


def url_sitting(folder: Path, url: str, caller: str | None, settings: Settings) -> Simulator:
    """Return a simulator whose calls go over HTTP to a running server."""
    from ivr.channels.twilio.line import PlayerLine
    from ivr.channels.twilio.transport import http_transport

    languages = _languages(folder)
    number = "" if caller == "withheld" else caller or _first_number(folder)
    send = http_transport(url, settings.auth_tokens, public_url=settings.public_url)
    transcript = Transcript()

    def new_line() -> Line:
        transcript.note(f"({number or 'number withheld'} rings {url})")
        return PlayerLine(send, number, settings.number or "+8657100000000", languages)

    return Simulator(new_line, transcript, Controls(can_trace=False))


def _languages(folder: Path) -> Sequence[str]:
    """Return the languages of the hotline that the server probably serves, to name them as it does."""
    from ivr.hotline import load_folder

    tree = load_folder(folder).tree
    return tree.languages if tree else ("zh-CN", "en-US")


def _first_number(folder: Path) -> str:
    house = open_house(folder, Settings(database_url="memory://"))
    try:
        return first_caller(house)
    finally:
        house.close()


@dataclass(slots=True)
class _Reporter:
    """Tells the editor that what he saved is not used yet."""

    transcript: Transcript

    def __call__(self, problems: tuple[Problem, ...]) -> None:
        self.transcript.note("the changed menu has problems; the last good one goes on:", "red")
        for problem in problems:
            self.transcript.note(f"  {problem}", "red")


@dataclass(slots=True)
class _Trace:
    """Shows each step: the event, the node where the call is now, and the commands. No entry is shown."""

    transcript: Transcript
    controls: Controls

    def __call__(self, session: Session, event: Event, commands: Sequence[Command]) -> None:
        if self.controls.trace:
            names = ", ".join(type(command).__name__ for command in commands)
            self.transcript.note(
                f"  · {type(event).__name__} → {session.node} ({session.level.name}): {names}"
            )
