"""A call as text: what was heard, with its language and seconds, and what else happened."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

from ivr.calls.line import Heard, Item


class Transcript:
    """Prints a call line by line: with colours on a terminal, plainly and without wrapping in a pipe."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._console = Console(
            file=out or sys.stdout, highlight=False, soft_wrap=True, emoji=False, markup=False
        )

    def note(self, text: str, style: str = "dim") -> None:
        """Print a line of the program."""
        self._console.print(Text(text, style=style))

    def did(self, text: str) -> None:
        """Print what the caller did."""
        self._console.print(Text(f"> {text}", style="bold cyan"))

    def happened(self, items: Sequence[Item]) -> None:
        """Print what was heard and noted."""
        for item in items:
            if isinstance(item, Heard):
                self._heard(item)
            else:
                self.note(f"  [{item.what}]", "yellow")

    def _heard(self, heard: Heard) -> None:
        seconds = f"{heard.seconds:.1f}"
        line = Text(f"{heard.language:<6}{seconds:>5} s  ", style="dim")
        line.append(heard.text or "(a recording)", style="not dim")
        if heard.audio:
            line.append(f"  [{_recordings(heard.audio)}]", style="yellow")
        self._console.print(line)


def _recordings(names: Sequence[str]) -> str:
    """Return the recording that is played, or how many are: a value may be put together from ten."""
    return names[0] if len(names) == 1 else f"{len(names)} recordings"
