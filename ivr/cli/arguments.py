"""Arguments that several commands share: a hotline's folder, a format, the settings of the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.cli.errors import CommandFailed

if TYPE_CHECKING:
    from ivr.config import Settings

DEMONSTRATION = Path("menus/yuebao")


def default_hotline() -> Path:
    """Return the hotline when none is named: the current folder if it is one, else the demonstration."""
    return Path() if Path("menu.yaml").is_file() else DEMONSTRATION


def check_demonstration(folder: Path) -> None:
    """Say what to type if no hotline was named and the demonstration is missing, as it is outside a clone."""
    if folder == DEMONSTRATION and not folder.exists():
        raise CommandFailed(
            f"{DEMONSTRATION}, the demonstration, is not here; name the folder of your hotline, or make one with "
            "`ivr new FOLDER`"
        )


def hotline_folder(ctx: click.Context, _param: click.Parameter | None, folder: Path) -> Path:
    """Reject a folder that is no hotline, before anything is opened.

    `check` reports it as a problem, for tools. `simulate --url` needs no folder, and `serve` has the version that was
    good last.
    """
    if folder.is_file():
        raise CommandFailed(f"{folder} is a file; name the hotline's folder: {folder.parent}")
    if ctx.info_name != "simulate":
        check_demonstration(folder)
    if ctx.info_name not in {"simulate", "check", "serve"}:
        check_hotline(folder)
    return folder


def check_hotline(folder: Path) -> None:
    """Reject a folder without a menu, and say what to do."""
    if (folder / "menu.yaml").is_file():
        return
    from ivr.calls.hotline_files import misnamed_menu

    if folder.is_dir() and (misnamed := misnamed_menu(folder)):
        raise CommandFailed(f"{folder} has no menu.yaml; rename `{misnamed}` to `menu.yaml`")
    what = "has no menu.yaml" if folder.is_dir() else "is not there"
    raise CommandFailed(f"{folder} {what}; name a hotline's folder, or make one with `ivr new`")


hotline_argument = click.argument(
    "hotline",
    type=click.Path(path_type=Path),
    default=default_hotline,
    required=False,
    callback=hotline_folder,
)
format_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people, or for tools."
)


def read_settings() -> Settings:
    """Read the settings, and name each misspelt one, once in a command."""
    from ivr.config import misspelt_settings, settings_from

    named = click.get_current_context().meta.setdefault(__name__, set())
    for sentence in {*misspelt_settings(os.environ)} - named:
        click.secho(sentence, fg="yellow", err=True)
        named.add(sentence)
    return settings_from(os.environ)
