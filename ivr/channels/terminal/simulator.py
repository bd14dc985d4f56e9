"""The simulator: a call from a keyboard. A line of keys is pressed, an empty line is silence, the rest is speech."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ivr.channels.terminal.transcript import Transcript
from ivr.engine.commands import Gather
from ivr.line import Line
from ivr.menu.problems import did_you_mean

_KEYS = re.compile(r"[0-9*#]+")

COMMANDS = {
    "/help": "what can be typed",
    "/hangup": "hang up",
    "/call": "ring again",
    "/keys": "the keys that mean something now",
    "/trace": "show, or stop showing, the node, the event and the commands of each step",
    "/desk ANSWER": "what happens when a desk is rung: answered, busy, no_answer or failed",
    "/down ACTION": "let an action's service be down; /up ACTION lets it work again",
    "/up ACTION": "let an action's service work again",
    "/record SECONDS": "leave a recording of so many seconds, when one is asked for",
    "/quit": "leave the simulator",
}
HELP = """Type keys to press them (1, 1234#, *), nothing for silence, words to speak.
Lines that begin with / are for the simulator:"""


@dataclass(slots=True)
class Controls:
    """What can be changed around the call."""

    desk_answer: str = "answered"
    down: set[str] = field(default_factory=set)
    actions: tuple[str, ...] = ()
    trace: bool = False
    can_trace: bool = True
    """Whether the call runs in this process, so that its steps, desks and services can be seen and changed."""


@dataclass(slots=True)
class Simulator:
    """One sitting at the simulator: a call, and others after it."""

    new_line: Callable[[], Line]
    """Makes the next call. May raise an error whose text says why there can be none."""
    transcript: Transcript
    controls: Controls
    interactive: bool = False
    """Whether a person types, who may like to be told what to do next."""
    line: Line | None = None
    leaving: bool = False

    def run(self, typed: Iterable[str]) -> None:
        """Ring, and go on until the input ends."""
        self._ring()
        lines: Iterator[str] = iter(typed)
        while not self.leaving:
            text = next(lines, None)
            if text is None:
                break
            self._typed(text.strip())
        self._hang_up()

    @property
    def _over(self) -> bool:
        return self.line is None or self.line.waiting == "nobody"

    def asks_for_secret(self) -> bool:
        """Say whether what is typed now must not be shown."""
        gather: Gather | None = getattr(self.line, "listening", None)
        return bool(gather and gather.secret)

    def _ring(self) -> None:
        self.line = self.new_line()
        self.line.start()
        self._show()

    def _show(self) -> None:
        assert self.line is not None
        self.transcript.happened(self.line.take())
        if self._over:
            ending = getattr(self.line, "ending", "") or "over"
            again = "; /call rings again, /quit leaves" if self.interactive else ""
            self.transcript.note(f"(call {ending.replace('_', ' ')}{again})")
        elif self.line.waiting == "recording":
            self.transcript.note("  (recording: /record SECONDS, or an empty line to say nothing)")
        else:
            self._show_keys()

    def _show_keys(self) -> None:
        assert self.line is not None
        keys = " ".join(self.line.keys)
        gather: Gather | None = getattr(self.line, "listening", None)
        if keys:
            self.transcript.note(f"  keys: {keys}")
        elif gather is not None:
            length = f"{gather.length} keys" if gather.length else "any number of keys, then #"
            self.transcript.note(f"  enter {length}" + (" (not shown)" if gather.secret else ""))

    def _typed(self, text: str) -> None:
        if text.startswith("/"):
            self._command(text)
            return
        if self._over or self.line is None:
            self.transcript.note("(the call is over; /call rings again)")
            return
        secret = self.asks_for_secret()
        if not text:
            self.transcript.did("(silence)")
            self.line.silence()
        elif _KEYS.fullmatch(text):
            self.transcript.did("•" * len(text.rstrip("#")) + "#" * text.endswith("#") if secret else text)
            self.line.press(text)
        else:
            self.transcript.did("(speech, not shown)" if secret else f"“{text}”")
            self.line.speak(text)
        self._show()

    def _command(self, text: str) -> None:
        name, _, argument = text.partition(" ")
        match name:
            case "/help":
                self.transcript.note(HELP, "")
                for usage, meaning in COMMANDS.items():
                    self.transcript.note(f"  {usage:<18}{meaning}", "")
            case "/hangup":
                self._hang_up()
            case "/quit":
                self.leaving = True
            case "/call":
                self._hang_up()
                self._ring()
            case "/keys":
                self._show_keys()
            case "/trace" | "/desk" | "/down" | "/up":
                self._control(name, argument.strip())
            case "/record":
                self._record(argument.strip())
            case _:
                known = [usage.split()[0] for usage in COMMANDS]
                self.transcript.note(
                    f"there is no {name}; {did_you_mean(name, known)} /help shows them all", "red"
                )

    def _control(self, name: str, argument: str) -> None:
        controls = self.controls
        if not controls.can_trace:
            self.transcript.note(
                f"{name} works only where the call runs in this process, without --url", "red"
            )
        elif name == "/trace":
            controls.trace = not controls.trace
            self.transcript.note(f"trace {'on' if controls.trace else 'off'}")
        elif name == "/desk":
            answers = ("answered", "busy", "no_answer", "failed")
            if argument in answers:
                controls.desk_answer = argument
                self.transcript.note(f"desks: {argument}")
            else:
                self.transcript.note(f"/desk {argument}: {did_you_mean(argument, answers)}", "red")
        elif argument not in controls.actions:
            self.transcript.note(f"{name} {argument}: {did_you_mean(argument, controls.actions)}", "red")
        else:
            (controls.down.add if name == "/down" else controls.down.discard)(argument)
            self.transcript.note(f"down: {', '.join(sorted(controls.down)) or 'nothing'}")

    def _record(self, argument: str) -> None:
        if self.line is None or self.line.waiting != "recording":
            self.transcript.note("nothing is being recorded now", "red")
        elif not argument.isdecimal():
            self.transcript.note("/record needs seconds, such as /record 12", "red")
        else:
            self.transcript.did(f"(speaks for {argument} s)")
            self.line.record(int(argument))
            self._show()

    def _hang_up(self) -> None:
        if not self._over and self.line is not None:
            self.transcript.did("(hangs up)")
            self.line.hang_up()
            self._show()
