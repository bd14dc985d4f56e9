"""Tables and texts for people: in colour at a terminal, plainly in a pipe."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `ivr --help` counts things and prints no table
    from rich.console import RenderableType
    from rich.table import Table


def plain_table(*columns: str) -> Table:
    """Return a table without lines. Without columns it has no head either, and its caller adds them."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_edge=False, show_header=bool(columns))
    for column in columns:
        table.add_column(column, no_wrap=True)
    return table


def print_rich(*parts: RenderableType, width: int = 120) -> None:
    """Print as wide as the terminal; in a pipe so wide, and without spaces at the ends of lines."""
    if sys.stdout.isatty():
        from rich.console import Console

        console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
        for part in parts:
            console.print(part)
    else:
        sys.stdout.write("".join(f"{line}\n" for part in parts for line in plain_lines(part, width)))


def plain_lines(part: RenderableType, width: int = 120) -> list[str]:
    """Return what is shown in a pipe, line by line."""
    from rich.console import Console

    out = io.StringIO()
    Console(file=out, highlight=False, markup=False, emoji=False, width=width, color_system=None).print(part)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def counted(number: int, what: str) -> str:
    """Return `1 call`, `2 calls`."""
    return f"{number} {what}{'' if number == 1 else 's'}"
