"""The simulator: a call from a keyboard. A line of keys is pressed, an empty line is silence, the rest is speech."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from ivr.calls.line import AwaitedInput, CallBroken, DeskAnswer, Line
from ivr.channels.terminal.transcript import Transcript
from ivr.menu.language.model import Model, read_table
from ivr.menu.language.suggestions import did_you_mean

_KEYS = re.compile(r"[0-9*#]+")
_DESK_ANSWERS: tuple[DeskAnswer, ...] = get_args(DeskAnswer)


class SimulatorHelp(Model):
    """What ``/help`` says."""

    keys: str
    commands: dict[str, str]
    """By how they are typed."""
    remote: str
    """What is added if the call goes to a running server."""


HELP = read_table(SimulatorHelp, Path(__file__).with_name("help.yaml"))


@dataclass(slots=True)
class Controls:
    """What can be changed around the call."""

    desk_answer: DeskAnswer = "answered"
    down: set[str] = field(default_factory=set)
    slow: dict[str, float] = field(default_factory=dict)
    actions: tuple[str, ...] = ()
    trace: bool = False
    remote: bool = False
    """Whether the call goes to a running server, whose services and secrets are its own."""


@dataclass(slots=True)
class Simulator:
    """A session at the simulator: one call, and others after it."""

    new_line: Callable[[], Line]
    transcript: Transcript
    controls: Controls
    where: Callable[[], str] = lambda: ""
    """Says where the call stands, in a few words; empty if that is unknown."""
    interactive: bool = False
    """Whether a person types. They get advice, and may try again after a call breaks."""
    save: Callable[[str], None] = lambda _file: None
    """Saves the call in a file. Raises ``ValueError`` or ``OSError`` with what is wrong."""
    over: Callable[[], None] = lambda: None
    """Called at the end of a call, after everything is shown."""
    line: Line | None = None
    leaving: bool = False

    def run(self, typed: Iterable[str]) -> None:
        """Ring, and go on until the input ends or Ctrl-C is pressed; then hang up.

        Raises :class:`CallBroken` if a call cannot go on and nobody is there to try again.
        """
        try:
            self._ring()
            for text in typed:
                self._typed(text.strip())
                if self.leaving:
                    break
        except KeyboardInterrupt:
            pass
        finally:
            self._hang_up()

    @property
    def _over(self) -> bool:
        return self.line is None or self.line.waiting == "nobody"

    def asks_for_secret(self) -> bool:
        """Return whether the next input must not be shown."""
        awaited = self.line.awaited if self.line else None
        return bool(awaited and awaited.secret)

    # --- the call

    def _ring(self) -> None:
        self.line = self.new_line()
        self._act(self.line.start)

    def _typed(self, typed: str) -> None:
        text = unicodedata.normalize("NFKC", typed)  # an input method may make wide keys
        if text.startswith("/"):
            self._command(text)
            return
        line = self.line
        if line is None or self._over:
            self.transcript.note("(the call is over; /call rings again)")
            return
        secret = self.asks_for_secret()
        if not text:
            self.transcript.did("(silence)")
            self._act(line.silence)
        elif _KEYS.fullmatch(text):
            self.transcript.did("•" * len(text.rstrip("#")) + "#" * text.endswith("#") if secret else text)
            self._act(lambda: line.press(text))
        else:
            self.transcript.did("(speech, not shown)" if secret else f"“{typed}”")
            self._act(lambda: line.speak(typed))

    def _hang_up(self) -> None:
        if self.line is not None and not self._over:
            self.transcript.did("(hangs up)")
            self._act(self.line.hang_up)

    def _act(self, act: Callable[[], None]) -> None:
        """Let the caller do something, and show the result."""
        try:
            act()
        except CallBroken as error:
            self._show_items()
            if not self.interactive:
                raise
            self.transcript.note(f"{error}; /call rings again", "red")
        else:
            self._show_items()
            self._show_place()
            if self._over:
                self.over()

    def _show_items(self) -> None:
        assert self.line is not None
        self.transcript.happened(self.line.take())

    def _show_place(self) -> None:
        """Say where the call stands, and what may be typed there."""
        assert self.line is not None
        if self._over:
            again = "; /call rings again, /quit leaves" if self.interactive else ""
            self.transcript.note(f"(call {self.line.ending.replace('_', ' ')}{again})")
            return
        awaited = self.line.awaited
        wanted = _wanted(awaited) if awaited else "/record SECONDS, or an empty line to say nothing"
        place = self.where()
        self.transcript.note(f"  {place} · {wanted}" if place else f"  {wanted}")

    # --- the simulator's own commands

    def _command(self, text: str) -> None:
        name, _, argument = text.partition(" ")
        argument = argument.strip()
        match name.casefold():
            case "/help":
                self._help()
            case "/hangup":
                self._hang_up()
            case "/quit":
                self.leaving = True
            case "/call":
                self._hang_up()
                self._ring()
            case "/keys":
                self._keys()
            case "/trace":
                self.controls.trace = not self.controls.trace
                self.transcript.note(f"trace {'on' if self.controls.trace else 'off'}")
            case "/desk":
                self._desk(argument)
            case "/down" | "/up" as command:
                self._service(command, argument)
            case "/slow":
                self._slow(argument)
            case "/wait":
                self._wait(argument)
            case "/record":
                self._record(argument)
            case "/save":
                self._save(argument)
            case _:
                known = [usage.split()[0] for usage in HELP.commands]
                self._refuse(f"there is no {name}", did_you_mean(name, known, "/help lists what there is"))

    def _refuse(self, what: str, remedy: str) -> None:
        self.transcript.note(f"{what}; {remedy}", "red")

    def _help(self) -> None:
        self.transcript.note(HELP.keys, "")
        for usage, meaning in HELP.commands.items():
            self.transcript.note(f"  {usage:<22}{meaning}", "")
        if self.controls.remote:
            self.transcript.note(HELP.remote, "")

    def _keys(self) -> None:
        if self._over:
            self.transcript.note("(the call is over; /call rings again)")
        else:
            self._show_place()

    def _desk(self, argument: str) -> None:
        answer = next((each for each in _DESK_ANSWERS if each == argument), None)
        if answer is None:
            self._refuse(f"/desk {argument}".strip(), did_you_mean(argument, _DESK_ANSWERS))
            return
        self.controls.desk_answer = answer
        self.transcript.note(f"desks: {answer}")

    def _service(self, name: str, argument: str) -> None:
        controls = self.controls
        if controls.remote:
            self._refuse(f"{name} cannot reach a server's services", "call without --url")
        elif argument not in controls.actions:
            self._refuse(f"{name} {argument}".strip(), did_you_mean(argument, controls.actions))
        else:
            (controls.down.add if name == "/down" else controls.down.discard)(argument)
            self.transcript.note(f"down: {', '.join(sorted(controls.down)) or 'nothing'}")

    def _slow(self, argument: str) -> None:
        name, _, seconds = argument.partition(" ")
        controls = self.controls
        if controls.remote:
            self._refuse("/slow cannot reach a server's services", "call without --url")
        elif name not in controls.actions:
            self._refuse(f"/slow {argument}".strip(), did_you_mean(name, controls.actions))
        elif not _is_number(seconds):
            self._refuse("/slow needs an action and seconds", f"such as /slow {name} 4")
        else:
            controls.slow[name] = float(seconds)
            slow = [f"{each} {duration:g} s" for each, duration in sorted(controls.slow.items()) if duration]
            self.transcript.note(f"slow: {', '.join(slow) or 'nothing'}")

    def _wait(self, argument: str) -> None:
        if self.line is None or self._over:
            self._refuse("nobody is on the line", "/call rings again")
        elif not _is_number(argument):
            self._refuse("/wait needs seconds", "such as /wait 300")
        else:
            self.line.pass_time(float(argument))
            self.transcript.did(f"(waits {argument} s)")

    def _record(self, argument: str) -> None:
        line = self.line
        if line is None or line.waiting != "recording":
            self._refuse("nothing is being recorded now", "/keys says what is awaited")
        elif not _is_number(argument):
            self._refuse("/record needs seconds", "such as /record 12")
        else:
            self.transcript.did(f"(speaks for {argument} s)")
            self._act(lambda: line.record(int(argument)))

    def _save(self, file: str) -> None:
        try:
            self.save(file)
        except (ValueError, OSError) as error:
            self.transcript.note(str(error), "red")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 7


def _wanted(awaited: AwaitedInput) -> str:
    """Return what may be typed where a call listens."""
    if awaited.keys:
        return f"keys: {' '.join(awaited.keys)}"
    match awaited.length:
        case None:
            length = f"any number of keys, then {awaited.finish}" if awaited.finish else "any number of keys"
        case 1:
            length = "one key"
        case most:
            length = f"{most} keys"
    return f"enter {length}" + (" (not shown)" if awaited.secret else "")
