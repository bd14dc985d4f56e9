"""Where typed lines come from: a terminal with editing and history, or a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def at_terminal() -> bool:
    """Return whether a person types."""
    return sys.stdin is not None and sys.stdin.isatty()


def typed_lines(*, secret: Callable[[], bool]) -> Iterator[str]:
    """Yield what is typed until the input ends.

    On a terminal, Ctrl-C and Ctrl-D end it too. While ``secret`` returns True, what is typed is neither shown nor
    kept.
    """
    if at_terminal():
        with _unechoed():
            yield from _prompted(secret)
    elif sys.stdin is not None:
        yield from sys.stdin


@contextmanager
def _unechoed() -> Iterator[None]:
    """Turn off the echo of the terminal: somebody may type a secret before its question is there."""
    try:
        import termios
    except ImportError:  # Windows, where keys show only while they are read
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    quiet = [*before]
    quiet[3] &= ~termios.ECHO
    termios.tcsetattr(sys.stdin, termios.TCSANOW, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSANOW, before)


def _prompted(secret: Callable[[], bool]) -> Iterator[str]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import DummyHistory, FileHistory, InMemoryHistory
    from prompt_toolkit.output import create_output

    path = history_file()
    # Prompts go to standard error if standard output is a pipe, which then gets a plain transcript.
    output = create_output(always_prefer_tty=True)
    session: PromptSession[str] = PromptSession(
        history=FileHistory(str(path)) if path else InMemoryHistory(), output=output
    )
    # A separate session, so that the arrow keys cannot bring a secret back.
    hidden: PromptSession[str] = PromptSession(history=DummyHistory(), output=output, is_password=True)
    while True:
        try:
            text = (hidden if secret() else session).prompt("› ")
        except (EOFError, KeyboardInterrupt):
            return
        yield from text.split("\n")  # several lines, if they were pasted


def history_file() -> Path | None:
    """Return the file of the typed lines, readable by its owner alone, or None if there cannot be one."""
    folder = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "ivr"
    path = folder / "simulator-history"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError:
        return None
    return path if os.access(path, os.R_OK | os.W_OK) else None
