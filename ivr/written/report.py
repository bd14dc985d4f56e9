"""Prints a played call: what was written beside what happened."""

from __future__ import annotations

import io
import sys

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ivr.written.runner import PlayedCall, side_by_side


def print_played(played: PlayedCall) -> None:
    """Print one call side by side, with what was not as written."""
    out = sys.stdout
    console = Console(
        file=out, highlight=False, markup=False, emoji=False, width=None if out.isatty() else 120
    )
    word = "FAILED" if played.failures else "passed"
    took = (
        f"  ({played.seconds:.1f} s, {played.spoken_seconds:.1f} s of them speech)" if played.seconds else ""
    )
    console.print(
        Text(f"{word}  {played.file}: {played.call.call}", style="bold red" if played.failures else "green"),
        Text(took, style="dim"),
        sep="",
    )
    console.print(_table(played))


def text_of(played: PlayedCall) -> str:
    """Return one call side by side, as lines without colour."""
    out = io.StringIO()
    Console(file=out, highlight=False, markup=False, emoji=False, width=120, color_system=None).print(
        _table(played)
    )
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _table(played: PlayedCall) -> Table:
    table = Table(box=None, pad_edge=False, show_edge=False)
    table.add_column("written", ratio=2, overflow="fold")
    table.add_column("happened", ratio=4, overflow="fold")
    table.add_column("not as written", ratio=2, overflow="fold", style="red")
    for written, happened, failure in side_by_side(played):
        table.add_row(Text(written), Text(happened, style="dim"), Text(failure))
    return table
