"""`ivr schema`: JSON Schemas of the files that editors write."""

from __future__ import annotations

from pathlib import Path

import click

from ivr.cli.output import print_json


@click.command(
    epilog="""\b
Examples:
  ivr schema nodes
  ivr schema --write menus/yuebao"""
)
@click.argument(
    "kind",
    type=click.Choice(["menu", "nodes", "prompts", "calls", "actions", "bulletins"]),
    default="menu",
)
@click.option(
    "--write", "folder", type=click.Path(path_type=Path), help="Write all of them into FOLDER/.schema."
)
def schema_command(kind: str, folder: Path | None) -> None:
    """Print the JSON Schema of a kind of file, for editors that complete and explain keys."""
    from ivr.cli.json_schemas import schemas, write_schemas

    if folder is None:
        print_json(schemas()[kind])
        return
    for path in write_schemas(folder):
        click.echo(path)
