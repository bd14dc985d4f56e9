"""`ivr new`: start a hotline."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from ivr.cli import starter
from ivr.cli.schema import write_schemas
from ivr.cli.starter.places import place_of


@click.command(
    epilog="""\b
Examples:
  ivr new menus/bakery
  ivr new menus/panaderia --language es-MX
  ivr new menus/clinic --language en-US --language es-MX --timezone America/Chicago
  ivr new menus/boulangerie --language fr-FR --country BE"""
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--language",
    "languages",
    multiple=True,
    metavar="TAG",
    help="A language that it speaks, such as es-MX; the first is the menu's own. `ivr languages` lists them.",
)
@click.option("--timezone", default="", help="Such as America/Mexico_City; without it, that of the country.")
@click.option("--country", default="", help="Such as MX; without it, that of the language.")
def new_command(folder: Path, languages: tuple[str, ...], timezone: str, country: str) -> None:
    """Write a small hotline that already passes `ivr check` and `ivr test`.

    Without --language it speaks English and Chinese.
    """
    place = place_of(languages, country, timezone)
    for path in [*starter.write(folder, place), *write_schemas(folder)]:
        click.echo(f"wrote {path}")
    typed = shlex.quote(str(folder))
    click.echo(f"Next: ivr check {typed} · ivr test {typed} · ivr simulate {typed}")
