"""What `ivr new` writes: a small hotline that already passes `ivr check` and `ivr test`."""

from __future__ import annotations

import re
import shlex
from importlib.resources import files
from pathlib import Path

from ivr.cli.errors import CommandFailed

STARTER_FILES = ("menu.yaml", "prompts.en-US.yaml", "calls/first.yaml")


def write(folder: Path) -> list[Path]:
    """Write a small hotline into a new or empty folder, and return its files. Raises :class:`CommandFailed`."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CommandFailed(f"{folder} is not empty; name a new folder")
    written = []
    for name in STARTER_FILES:
        text = files(__name__).joinpath(name).read_text(encoding="utf-8")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = text.replace("HOTLINE", hotline_name(folder)).replace("FOLDER", shlex.quote(str(folder)))
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def hotline_name(folder: Path) -> str:
    """Return the name of the hotline in a folder: ``bakery`` for ``menus/Bakery``, ``hotline-24h`` for ``24h``."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")
    return name if name[:1].isalpha() else f"hotline-{name}".rstrip("-")
