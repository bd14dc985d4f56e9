"""Tables and texts for people: coloured on a terminal, plain in a pipe."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `ivr --help` counts things and prints no table
    from rich.console import RenderableType
    from rich.table import Table


def plain_table(*columns: str) -> Table:
    """Return a table without lines. Without column names it has no header, and the caller adds the columns."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_edge=False, show_header=bool(columns))
    for column in columns:
        table.add_column(column, no_wrap=True)
    return table


def print_rich(*parts: RenderableType, width: int = 120) -> None:
    """Print at the terminal's width. In a pipe, print at ``width`` without trailing spaces."""
    if sys.stdout.isatty():
        from rich.console import Console

        console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
        for part in parts:
            console.print(part)
    else:
        sys.stdout.write("".join(f"{line}\n" for part in parts for line in plain_lines(part, width)))


def plain_lines(part: RenderableType, width: int = 120) -> list[str]:
    """Return the lines that a pipe would get."""
    from rich.console import Console

    out = io.StringIO()
    Console(file=out, highlight=False, markup=False, emoji=False, width=width, color_system=None).print(part)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def counted(number: int, what: str) -> str:
    """Return a count such as `1 call` or `2 calls`."""
    return f"{number} {what}{'' if number == 1 else 's'}"
