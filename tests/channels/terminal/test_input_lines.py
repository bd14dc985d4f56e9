"""Typed lines from a pipe, and one real call from a real terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.channels.terminal.input_lines import history_file
from tests.support.keys import keys_to
from tests.support.phone import demonstration
from tests.support.simulator import MORNING, SECRET, YUEBAO

_ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|[()][A-Z0-9]|[=>78])|\r")
PATIENCE = 20.0
"""Seconds that one answer of the program may take on a busy machine."""


def _squeezed(text: str) -> str:
    return "".join(text.split())


class Terminal:
    """`ivr simulate` in a terminal of its own."""

    def __init__(self, home: Path, *options: str) -> None:
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            environ = {
                **os.environ,
                "XDG_STATE_HOME": str(home),
                "TERM": "xterm",
                "COLUMNS": "150",
                "LINES": "50",
            }
            arguments = [sys.executable, "-m", "ivr.cli", "simulate", str(YUEBAO), "--at", MORNING, *options]
            os.execve(sys.executable, arguments, environ)
        self.seen = ""

    def wait_for(self, text: str, *, typing: str = "") -> str:
        """Read until this text is on the screen; return what came since the last time, as it is read.

        Blanks do not count: what is on one line may be drawn in pieces, with movements of the cursor between them.
        ``typing`` are keys that may come too early, such as an arrow before the history is loaded. They are pressed again.
        """
        fresh, deadline, presses_at = "", time.monotonic() + PATIENCE, 0.0
        while _squeezed(text) not in _squeezed(fresh):
            if typing and time.monotonic() >= presses_at:
                self.type(typing)
                presses_at = time.monotonic() + 2
            assert time.monotonic() < deadline, f"{text!r} did not come; the screen says:\n{fresh}"
            if select.select([self._master], [], [], 0.1)[0]:
                self.seen += os.read(self._master, 65536).decode("utf-8", "ignore")
                fresh = _ESCAPES.sub("", self.seen)
                if "\x1b[6n" in self.seen:  # where is the cursor? A terminal would say
                    os.write(self._master, b"\x1b[1;1R")
                    self.seen = self.seen.replace("\x1b[6n", "")
        self.seen = ""
        return fresh

    def type(self, text: str) -> None:
        """Press these keys of the keyboard."""
        os.write(self._master, text.encode())

    def rest(self) -> str:
        """Read until the program has ended."""
        read = b""
        while True:
            try:
                part = os.read(self._master, 65536)
            except OSError:  # the other side is closed
                break
            if not part:
                break
            read += part
        return _ESCAPES.sub("", read.decode("utf-8", "ignore"))

    def status(self) -> int:
        """Return the exit status."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def close(self) -> None:
        """End what is still there."""
        os.close(self._master)
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """Ring from a terminal whose history is kept in an own folder."""
    opened = Terminal(tmp_path)
    yield opened
    opened.close()


def test_a_call_from_a_terminal(terminal: Terminal, tmp_path: Path) -> None:
    """A secret is echoed as stars and is not kept; other lines are; Ctrl-C hangs up and the status is 0."""
    terminal.wait_for("keys: 1 2 3 4 5 0 * 9 8")
    keys = keys_to(demonstration(), "withdrawals", "limits")
    for key, answer in zip(keys, ("withdrawals_menu · ", "(not shown)"), strict=True):
        terminal.type(f"{key}\r")
        terminal.wait_for(answer)
    terminal.type(f"{SECRET}\r")
    screen = terminal.wait_for("anything_else · ")
    assert "****" in screen
    assert "还能快速转出7000元" in screen
    assert SECRET not in screen
    terminal.wait_for(f"› {keys[-1]}", typing="\x1b[A")  # the arrow brings back what may be kept
    terminal.type("\x03")
    assert "(call hung up; /call rings again, /quit leaves)" in terminal.rest()
    assert terminal.status() == 0
    kept = (tmp_path / "ivr" / "simulator-history").read_text(encoding="utf-8")
    assert [line for line in kept.splitlines() if line.startswith("+")] == [f"+{key}" for key in keys]


def test_the_history_is_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was typed to a hotline is nobody else's business."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    path = history_file()
    assert path is not None
    assert path.stat().st_mode & 0o777 == 0o600


def test_without_a_place_there_is_no_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulator works all the same."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert history_file() is None
