"""Where typed lines come from: a terminal with editing and history, or a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path


def typed_lines(*, secret: Callable[[], bool]) -> Iterator[str]:
    """Yield what is typed until the input ends. On a terminal Ctrl-C and Ctrl-D end it, and secrets are not echoed."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield from sys.stdin
        return
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    path = history_file()
    history = FileHistory(str(path)) if path else InMemoryHistory()
    session: PromptSession[str] = PromptSession(history=history)
    hidden: PromptSession[str] = PromptSession(history=InMemoryHistory())
    while True:
        try:
            asking = secret()
            yield (hidden if asking else session).prompt("› ", is_password=asking)
        except (EOFError, KeyboardInterrupt):
            return


def history_file() -> Path | None:
    """Return the file of the typed lines, or None where none can be written."""
    folder = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "ivr"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder / "simulator-history"
