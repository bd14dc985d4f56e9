"""Sets up the simulator, for a hotline in this process or on a running server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from ivr import harness
from ivr.actions.base import ActionRequest, ActionResult, Services
from ivr.app import build_application, utc_now
from ivr.calls.action_results import Actions
from ivr.calls.hotline_loader import load_hotline
from ivr.calls.line import DeskAnswer, DirectLine, Line, VirtualClock
from ivr.channels.terminal.simulator import Controls, Simulator
from ivr.channels.terminal.trace import request_line, step_lines
from ivr.channels.terminal.transcript import Transcript
from ivr.channels.twilio.player.remote_line import PlayerLine
from ivr.channels.twilio.player.transport import Reply, http_transport
from ivr.config import Settings
from ivr.engine.events import Event
from ivr.engine.session import Session
from ivr.engine.turn import Turn
from ivr.menu.language.suggestions import did_you_mean
from ivr.menu.reading.problems import BadFile, Problem
from ivr.menu.tree import Tree
from ivr.written.model import WrittenCall
from ivr.written.recorder import HotlineView, RecordingLine, announcements, said_to_everybody
from ivr.written.runner import play
from ivr.written.yaml_writer import append, calls_file, check_calls_file

SAVED = "saved"
"""The file of `/save` if no name is given."""


def local_simulator(
    saver: CallSaver, caller: str | None, when: str | None, language: str | None
) -> Simulator:
    """Return a simulator whose calls run in this process, with a store in memory.

    Without a ``caller`` the first demonstration customer rings, or the first whose country speaks the ``language``;
    ``withheld`` hides the number. Raises ``ValueError`` if
    the moment or the language is wrong, and what :func:`ivr.app.build_application` raises.
    """
    folder, transcript, controls = saver.folder, saver.transcript, saver.controls
    faults = harness.Faults(controls.down, controls.slow)

    def perform(name: str, services: Services, request: ActionRequest, actions: Actions) -> ActionResult:
        saver.note_run(name)
        return faults.perform(name, services, request, actions)

    application = build_application(folder, Settings(database_url="memory://"), perform=perform)
    application.hotline.look_every = 0.0
    tree = application.hotline.current()
    controls.actions = tuple(tree.contracts)
    begins_in = _language(language, tree) if language else ""
    clock = VirtualClock(_moment(when, tree) if when else utc_now().astimezone(tree.timezone))
    harness.slow_down(application, clock, faults, real=True)
    usual = harness.first_caller(application)
    number = "" if caller == "withheld" else caller or harness.first_caller(application, begins_in)
    phones = harness.sample_callers(folder, tree)

    def trace(before: Session, event: Event, turn: Turn) -> None:
        if controls.trace:
            tree = application.hotline.version(turn.session.version)
            for line in step_lines(tree, before, event, turn.session, turn.commands):
                transcript.note(line)

    watch = harness.CallMonitor(seen=trace)
    application.switchboard.observers.append(watch)

    application.hotline.report = partial(_report, transcript)

    def messages(call: str) -> list[str]:
        history = harness.history_of(application, call)
        return [message.body for message in history.messages] if history else []

    def new_line() -> Line:
        tree = application.hotline.current()
        now = clock.now.astimezone(tree.timezone)
        transcript.note(f"({number or 'number withheld'} rings {tree.name}, {now:%Y-%m-%d %H:%M %A})")
        line = DirectLine(
            application.switchboard, clock, number, "", harness.call_sid(tree), saver.desk_answer, begins_in
        )
        begun = {
            "from": None if caller is None and number == usual else number or "withheld",
            "at": f"{now:%Y-%m-%d %H:%M}",
            "language": begins_in or None,
        }
        if tree.asks_services:  # a real customer's data may be typed and heard, as on a running server
            begun["from"] = _kept_number(number, phones)
            return saver.record(line, begun, tree)
        return saver.record(line, begun, tree, HotlineView(lambda: watch.node, messages))

    return saver.simulator(new_line, lambda: _place(watch.session, clock.now))


def _report(transcript: Transcript, problems: tuple[Problem, ...]) -> None:
    transcript.note("the changed menu has problems; the last good one goes on:", "red")
    for problem in problems:
        transcript.note(f"  {problem}", "red")


def _place(session: Session | None, now: datetime) -> str:
    """Return the node where a call waits, and how long it has lasted."""
    if session is None:
        return ""
    minutes, seconds = divmod(int((now - session.started).total_seconds()), 60)
    return f"{session.node} · {minutes}:{seconds:02}{' · slow' * (session.rate == 'slow')}"


def _moment(text: str, tree: Tree) -> datetime:
    try:
        return harness.at_moment(text, tree)
    except ValueError:
        raise ValueError(f"--at: `{text}` is no moment; write it like 2026-11-22T10:00") from None


def _language(text: str, tree: Tree) -> str:
    """Return the hotline's language for a tag, which may lack the country: ``en`` means ``en-US``."""
    for tag in tree.languages:
        if text.casefold() in {tag.casefold(), tag.partition("-")[0].casefold()}:
            return tag
    raise ValueError(f"--language: the hotline does not speak `{text}`; {did_you_mean(text, tree.languages)}")


def remote_simulator(saver: CallSaver, url: str, caller: str | None, settings: Settings) -> Simulator:
    """Return a simulator whose calls go over HTTP to a running server.

    The folder is optional. It supplies a default caller, the languages, and a place for saved calls. These leave out
    everything that may be secret. Raises ``ValueError`` if the URL is wrong.
    """
    base, tree = _base(url), load_hotline(saver.folder).tree
    phones = harness.sample_callers(saver.folder, tree)
    languages = tree.languages if tree else ("zh-CN", "en-US")
    number = "" if caller == "withheld" else caller or next(iter(phones), harness.NOBODY)
    saver.controls.remote = True
    transport = http_transport(base, settings.auth_tokens, public_url=settings.public_url)

    def send(method: str, url: str, form: Mapping[str, str], /) -> Reply:
        reply = transport(method, url, form)
        if saver.controls.trace:
            saver.transcript.note(request_line(method, url, form, reply.status, reply.body))
        return reply

    def new_line() -> Line:
        saver.transcript.note(f"({number or 'number withheld'} rings {base})")
        line = PlayerLine(send, number, settings.number or "+8657100000000", languages, saver.desk_answer)
        begun = {"from": _kept_number(number, phones)}
        if tree:
            begun["at"] = f"{utc_now().astimezone(tree.timezone):%Y-%m-%d %H:%M}"
        return saver.record(line, begun, tree)

    return saver.simulator(new_line)


def _kept_number(number: str, phones: Sequence[str]) -> str | None:
    """Return the caller's number for a saved call. Real numbers, and the first sample caller's, are left out."""
    return "withheld" if not number else number if number in phones[1:] else None


def _base(url: str) -> str:
    """Return the address of a server. The URL of its first webhook is accepted too."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError(f"--url: `{url}` is no web address; write it like http://127.0.0.1:8080")
    return url.rstrip("/").removesuffix("/voice")


@dataclass(slots=True)
class CallSaver:
    """Saves simulated calls as written calls."""

    folder: Path
    transcript: Transcript
    trace: InitVar[bool] = False
    interactive: bool = False
    """Whether somebody is at the keyboard and can choose another file. Otherwise a call that cannot be saved ends the
    program."""
    file: InitVar[str | None] = None
    path: Path | None = None
    """Where finished calls are saved; None: nowhere."""
    controls: Controls = field(default_factory=Controls)
    line: RecordingLine | None = None
    tree: Tree | None = None
    """The menu of the current call; None if it is unknown."""
    saved: tuple[Path, WrittenCall] | None = None
    """The call that was saved last, and its file."""

    def __post_init__(self, trace: bool, file: str | None) -> None:
        """Raise ``ValueError`` if the file cannot hold calls."""
        self.controls.trace = trace
        if file is not None:
            self.path = calls_file(self.folder, file)
            check_calls_file(self.path)

    def simulator(self, new_line: Callable[[], Line], place: Callable[[], str] = lambda: "") -> Simulator:
        return Simulator(
            new_line, self.transcript, self.controls, place, self.interactive, save=self.save, over=self.over
        )

    def record(
        self,
        line: Line,
        begun: Mapping[str, str | None],
        tree: Tree | None,
        inside: HotlineView | None = None,
    ) -> RecordingLine:
        """Start recording a call. Only one that is seen from ``inside`` has no secrets of a real customer."""
        desks = harness.numbers(tree) if tree else {}
        common = said_to_everybody(tree) if tree and inside is None else None
        options = announcements(tree) if tree else ()
        self.line, self.tree = RecordingLine(line, begun, desks, inside, common, options), tree
        return self.line

    def desk_answer(self, number: str) -> DeskAnswer:
        """Answer for a desk, and record the answer in the current call."""
        if self.line:
            self.line.rung.setdefault(number, []).append(self.controls.desk_answer)
        return self.controls.desk_answer

    def note_run(self, action: str) -> None:
        """Record in the current call whether an action that runs now is down or slow."""
        if self.line:
            befell = (action in self.controls.down, self.controls.slow.get(action, 0.0))
            self.line.ran.setdefault(action, []).append(befell)

    def over(self) -> None:
        """Save the finished call if calls are saved."""
        if self.path is None:
            return
        try:
            self._save(self.path)
        except (BadFile, OSError) as error:
            if not self.interactive:
                raise
            self.transcript.note(f"not saved: {error}", "red")

    def save(self, name: str) -> None:
        """Save the current call. Raises ``ValueError`` or ``OSError`` if that fails."""
        try:
            self._save(calls_file(self.folder, name) if name else self.path or calls_file(self.folder, SAVED))
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
        """Play a saved call, and say where it differs."""
        if self.tree is None:
            return []
        if self.tree.asks_services:
            return ["it is not played again here: services do the actions, and would do them once more"]
        failures = play("", call, harness.DirectHarnesses(self.folder, self.tree)).failures
        return [f"played by itself it goes another way: {failures[0]}"] if failures else []
