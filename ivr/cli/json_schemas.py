"""The JSON Schema of each kind of file. Editors use it to complete and check what is typed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ivr.actions.bulletins import BulletinsFile
from ivr.menu.language.http_services import ActionsFile
from ivr.menu.reference import json_schemas, schema
from ivr.written.model import CallsFile

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
    from ivr.calls.hotline_files import read_folder
    from ivr.calls.served_hotline import MenuBroken, read_registry

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
