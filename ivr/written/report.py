"""Prints a played call beside what was written."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from ivr.console import plain_lines, print_rich
from ivr.written.runner import PlayedCall, side_by_side


def print_played(played: PlayedCall) -> None:
    """Print one call side by side, with its failures."""
    word, colour = ("FAILED", "bold red") if played.failures else ("passed", "green")
    title = Text(f"{word}  {played.file}: {played.call.call}", style=colour)
    if played.seconds:
        title.append(f"  ({played.seconds:.1f} s, {played.spoken_seconds:.1f} s of them speech)", style="dim")
    print_rich(title, _table(played))


def played_as_text(played: PlayedCall) -> str:
    """Return one call side by side, without colour."""
    return "\n".join(plain_lines(_table(played)))


def _table(played: PlayedCall) -> Table:
    table = Table(box=None, pad_edge=False, show_edge=False)
    table.add_column("written", ratio=2, overflow="fold")
    table.add_column("happened", ratio=4, overflow="fold")
    table.add_column("not as written", ratio=2, overflow="fold", style="red")
    for written, happened, failure in side_by_side(played):
        table.add_row(Text(written), Text(happened, style="dim"), Text(failure))
    return table
