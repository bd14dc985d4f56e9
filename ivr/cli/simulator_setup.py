"""Sets up the simulator: on a hotline in this process, or on a running server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.app import Application, build_application, utc_now
from ivr.calls.action_results import Actions
from ivr.calls.line import DeskAnswer, DirectLine, Line, VirtualClock
from ivr.calls.served_hotline import load_hotline
from ivr.calls.turns import Perform
from ivr.channels.terminal.simulator import Controls, Simulator
from ivr.channels.terminal.trace import request_line, step_lines
from ivr.channels.terminal.transcript import Transcript
from ivr.channels.twilio.player.remote_line import PlayerLine
from ivr.channels.twilio.player.transport import Reply, Transport, http_transport
from ivr.config import Settings
from ivr.engine.events import Event
from ivr.engine.session import Session
from ivr.engine.turn import Turn
from ivr.harness import (
    NOBODY,
    DirectHarnesses,
    Faults,
    at_moment,
    first_caller,
    history_of,
    sample_callers,
    slow_down,
)
from ivr.menu.language.suggestions import did_you_mean
from ivr.menu.reading.problems import BadFile, Problem
from ivr.menu.tree import Tree
from ivr.written.model import WrittenCall
from ivr.written.recorder import HotlineView, RecordingLine, said_to_everybody
from ivr.written.runner import play
from ivr.written.yaml_writer import append, calls_file, check_calls_file

SAVED = "saved"
"""Where `/save` keeps a call if it is not told."""


def local_simulator(
    folder: Path,
    caller: str | None,
    when: str | None,
    language: str | None,
    *,
    transcript: Transcript,
    trace: bool = False,
    interactive: bool = False,
    file: str | None = None,
) -> Simulator:
    """Return a simulator whose calls run in this process, in a store that is gone afterwards.

    Without a ``caller`` the first demonstration customer rings; ``withheld`` hides the number. Each call is kept in
    ``file`` when it is over, if one is named. Raises ValueError for a moment, a language or a file that is none, and
    what :func:`ivr.app.build_application` raises.
    """
    keeper = CallSaver(folder, transcript, strict=not interactive)
    if file is not None:
        keeper.keep_in(file)
    controls = Controls(trace=trace)
    faults = Faults(controls.down, controls.slow)
    perform = keeper.noting(faults.perform, controls)
    application = build_application(folder, Settings(database_url="memory://"), perform=perform)
    application.hotline.look_every = 0.0
    tree = application.hotline.current()
    controls.actions = tuple(tree.contracts)
    begins_in = _language(language, tree) if language else ""
    clock = VirtualClock(_moment(when, tree) if when else utc_now().astimezone(tree.timezone))
    slow_down(application, clock, faults)
    number = first_caller(application) if caller is None else "" if caller == "withheld" else caller
    application.hotline.report = _Reporter(transcript)
    watch = _Watch(application, clock, transcript, controls)
    application.switchboard.observers.append(watch)

    phones = sample_callers(folder, tree)

    def new_line() -> Line:
        now = clock.now.astimezone(application.hotline.current().timezone)
        transcript.note(
            f"({number or 'number withheld'} rings {application.hotline.current().name}, {now:%Y-%m-%d %H:%M %A})"
        )
        tree = application.hotline.current()
        line = DirectLine(
            application.switchboard, clock, number, desk_answers=keeper.noted(controls), language=begins_in
        )
        begun = {
            "from": None if caller is None else number or "withheld",
            "at": f"{now:%Y-%m-%d %H:%M}",
            "language": begins_in if begins_in not in {"", tree.languages[0]} else None,
        }
        if tree.asks_services:  # what is typed and told here is somebody's own, as on a running server
            begun["from"] = _kept_number(number, phones)
            return keeper.keep(
                RecordingLine(line, begun, desks_of(tree), None, said_to_everybody(tree)), tree
            )
        inside = HotlineView(
            lambda: watch.session.node if watch.session else "",
            lambda call: messages_so_far(application, call),
        )
        return keeper.keep(RecordingLine(line, begun, desks_of(tree), inside), tree)

    return Simulator(
        new_line, transcript, controls, watch.place, interactive, save=keeper.save, over=keeper.over
    )


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


def remote_simulator(
    folder: Path,
    url: str,
    caller: str | None,
    settings: Settings,
    *,
    transcript: Transcript,
    trace: bool = False,
    interactive: bool = False,
    file: str | None = None,
) -> Simulator:
    """Return a simulator whose calls go over HTTP to a running server.

    The folder, if there is one, only says who rings by default, how the languages are called, and where calls are
    kept: without anything that may be secret. Raises ValueError for a URL or a file that is none.
    """
    base, tree = _base(url), load_hotline(folder).tree
    phones = sample_callers(folder, tree)
    languages = tree.languages if tree else ("zh-CN", "en-US")
    number = "" if caller == "withheld" else caller or next(iter(phones), NOBODY)
    controls = Controls(remote=True, trace=trace)
    keeper = CallSaver(folder, transcript, strict=not interactive)
    if file is not None:
        keeper.keep_in(file)
    transport = http_transport(base, settings.auth_tokens, public_url=settings.public_url)
    send = _Traced(transport, transcript, controls)

    def new_line() -> Line:
        transcript.note(f"({number or 'number withheld'} rings {base})")
        called = settings.number or "+8657100000000"
        line = PlayerLine(send, number, called, languages, keeper.noted(controls))
        begun = {"from": _kept_number(number, phones)}
        if tree:
            begun["at"] = f"{utc_now().astimezone(tree.timezone):%Y-%m-%d %H:%M}"
        desks, common = (desks_of(tree), said_to_everybody(tree)) if tree else ({}, None)
        return keeper.keep(RecordingLine(line, begun, desks, None, common), tree)

    return Simulator(
        new_line, transcript, controls, interactive=interactive, save=keeper.save, over=keeper.over
    )


def _kept_number(number: str, phones: Sequence[str]) -> str | None:
    """Return a calling number as it may be kept: only a demonstration customer's, of whom the first rings anyway."""
    return "withheld" if not number else number if number in phones[1:] else None


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


def desks_of(tree: Tree) -> dict[str, str]:
    """Return the number of each desk."""
    return {name: desk.number for name, desk in tree.desks.items()}


def messages_so_far(application: Application, call: str) -> list[str]:
    """Return the text messages of a call so far, as their recipients read them."""
    history = history_of(application, call)
    return [message.body for message in history.messages] if history else []


@dataclass(slots=True)
class CallSaver:
    """Saves simulated calls as written calls."""

    folder: Path
    transcript: Transcript
    strict: bool
    """Whether a call that cannot be saved ends the program. It does where nobody is there to name another file."""
    file: Path | None = None
    """Where each call is kept when it is over; None: nowhere."""
    line: RecordingLine | None = None
    tree: Tree | None = None
    """The menu of the present call; None where it cannot be known."""
    saved: tuple[Path, WrittenCall] | None = None
    """What was kept last, and where."""

    def keep_in(self, name: str) -> None:
        """Keep each call that is over in this file. Raises ValueError where that is no place for calls."""
        self.file = calls_file(self.folder, name)
        check_calls_file(self.file)

    def keep(self, line: RecordingLine, tree: Tree | None) -> RecordingLine:
        """Begin with a call."""
        self.line, self.tree = line, tree
        return line

    def noted(self, controls: Controls) -> Callable[[str], DeskAnswer]:
        """Return what happens at the desks of the present call, which is noted."""

        def answer(number: str) -> DeskAnswer:
            if self.line:
                self.line.rung.setdefault(number, []).append(controls.desk_answer)
            return controls.desk_answer

        return answer

    def noting(self, perform: Perform, controls: Controls) -> Perform:
        """Return what runs actions, and notes on the present call what befalls them."""

        def noted(name: str, services: Services, asked: ActionRequest, actions: Actions) -> ActionResult:
            if self.line:
                befell = (name in controls.down, controls.slow.get(name, 0.0))
                self.line.ran.setdefault(name, []).append(befell)
            return perform(name, services, asked, actions)

        return noted

    def over(self) -> None:
        """Keep the call that is over, if calls are kept."""
        if self.file is None:
            return
        try:
            self._save(self.file)
        except (BadFile, OSError) as error:
            if self.strict:
                raise
            self.transcript.note(f"not saved: {error}", "red")

    def save(self, name: str) -> None:
        """Keep the present call. Raises ValueError, or an OSError, where that cannot be done."""
        try:
            self._save(calls_file(self.folder, name) if name else self.file or calls_file(self.folder, SAVED))
        except BadFile as error:
            raise ValueError(str(error)) from error

    def _save(self, path: Path) -> None:
        assert self.line is not None
        call = self.line.kept()
        if self.saved == (path, call):
            self.transcript.note(f"it is in {path} already", "")
            return
        append(path, [call])
        self.saved = path, call
        self.transcript.note(f"saved in {path}; {self._how_to_play(path)}", "")
        for note in [*self.line.notes(), *self._differences(call)]:
            self.transcript.note(f"  {note}", "yellow")

    def _how_to_play(self, path: Path) -> str:
        if not path.resolve().is_relative_to((self.folder / "calls").resolve()):
            return f"under {self.folder / 'calls'} `ivr test` plays it"
        return f"play it with: ivr test {self.folder} -k {path.name}"

    def _differences(self, call: WrittenCall) -> list[str]:
        """Play a call that was kept, and tell where it goes another way."""
        if self.tree is None:
            return []
        if self.tree.asks_services:
            return ["it is not played again here: services do the actions, and would do them once more"]
        failures = play("", call, DirectHarnesses(self.folder, self.tree)).failures
        return [f"played by itself it goes another way: {failures[0]}"] if failures else []


@dataclass(slots=True)
class _Reporter:
    """Tells editors that the menu they saved is not used yet."""

    transcript: Transcript

    def __call__(self, problems: tuple[Problem, ...]) -> None:
        self.transcript.note("the changed menu has problems; the last good one goes on:", "red")
        for problem in problems:
            self.transcript.note(f"  {problem}", "red")


@dataclass(slots=True)
class _Watch:
    """Knows where the present call stands, and shows each step where that is wanted."""

    application: Application
    clock: VirtualClock
    transcript: Transcript
    controls: Controls
    session: Session | None = None

    def __call__(self, turn: Turn, event: Event) -> None:
        session = turn.session
        before = self.session if self.session and self.session.call == session.call else _unbegun(session)
        self.session = session
        if self.controls.trace:
            tree = self.application.hotline.version(session.version)
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
