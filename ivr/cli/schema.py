"""`ivr schema`: JSON Schemas of the files that editors write. Editors use them to complete and check what is typed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from ivr.actions.bulletins import BulletinsFile
from ivr.calls.hotline_files import read_folder
from ivr.calls.hotline_loader import MenuBroken, read_registry
from ivr.cli.output import print_json
from ivr.menu.language.http_services import ActionsFile
from ivr.menu.reference import json_schemas, schema
from ivr.written.model import CallsFile


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
    if folder is None:
        print_json(schemas()[kind])
        return
    for path in write_schemas(folder):
        click.echo(path)


FOLDER = ".schema"
"""The schemas' folder inside a hotline's folder. The first line of each YAML file names its schema."""


def schemas() -> dict[str, dict[str, Any]]:
    return {
        **json_schemas(),
        "actions": schema(ActionsFile, "Actions of a hotline's own, in Python or over HTTP: actions.yaml"),
        "calls": schema(CallsFile, "Written calls of a hotline"),
        "bulletins": schema(BulletinsFile, "The policy bulletins of a hotline: bulletins.yaml"),
    }


def schema_files(more: Mapping[str, dict[str, Any]] | None = None) -> dict[str, str]:
    """Return the text of each schema file, by its name."""
    return {
        f"{kind}.json": json.dumps(made, ensure_ascii=False, indent=1) + "\n"
        for kind, made in {**schemas(), **(more or {})}.items()
    }


def write_schemas(folder: Path) -> list[Path]:
    """Write the schemas into a hotline's folder, with those of its Python module's files. Return their paths.

    Raises ``MenuBroken`` if the module cannot be used.
    """
    registry, broken = read_registry(folder, read_folder(folder).sources)
    if broken:
        raise MenuBroken.of(folder, broken)
    own = {kind: schema(model, f"{kind}.yaml") for kind, model in registry.module.files.items()}
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in schema_files(own).items():
        path = place / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written
