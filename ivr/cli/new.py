"""`ivr new`: start a hotline."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from ivr.cli import starter
from ivr.cli.schema import write_schemas


@click.command(
    epilog="""\b
Example:
  ivr new menus/bakery"""
)
@click.argument("folder", type=click.Path(path_type=Path))
def new_command(folder: Path) -> None:
    """Write a small hotline that already passes `ivr check` and `ivr test`."""
    for path in [*starter.write(folder), *write_schemas(folder)]:
        click.echo(f"wrote {path}")
    typed = shlex.quote(str(folder))
    click.echo(f"Next: ivr check {typed} · ivr test {typed} · ivr simulate {typed}")
