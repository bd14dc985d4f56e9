"""`ivr schema`, `ivr reference`, `ivr new`: for people who write menus."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command(
    epilog="""\b
Examples:
  ivr schema nodes
  ivr schema --write menus/yuebao"""
)
@click.argument("kind", type=click.Choice(["menu", "nodes", "prompts", "calls", "actions"]), default="menu")
@click.option(
    "--write", "folder", type=click.Path(path_type=Path), help="Write all of them into FOLDER/.schema."
)
def schema(kind: str, folder: Path | None) -> None:
    """Print the JSON Schema of a kind of file, for editors that complete and explain keys."""
    from ivr.cli.schemas import schemas, write_schemas

    if folder is None:
        click.echo(json.dumps(schemas()[kind], ensure_ascii=False, indent=2))
        return
    for path in write_schemas(folder):
        click.echo(path)


@click.command()
def reference() -> None:
    """Print the reference of the menu language: node kinds, keys, filters, actions."""
    from ivr.cli.schemas import reference as page

    click.echo(page())


@click.command(
    epilog="""\b
Example:
  ivr new menus/bakery"""
)
@click.argument("folder", type=click.Path(path_type=Path))
def new(folder: Path) -> None:
    """Write a small hotline that already passes `ivr check` and `ivr test`."""
    from ivr.cli import starter
    from ivr.cli.schemas import write_schemas

    for path in [*starter.write(folder), *write_schemas(folder)]:
        click.echo(f"wrote {path}")
    click.echo(f"Next: ivr check {folder} · ivr test {folder} · ivr simulate {folder}")
