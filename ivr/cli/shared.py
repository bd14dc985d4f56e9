"""What the commands share: how a hotline is named, how a mistake is told."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.config import Settings
    from ivr.menu.reading.problems import Problem

DEMONSTRATION = Path("menus/yuebao")


def default_hotline() -> Path:
    """Return the hotline that is meant when none is named: the folder that one is in, or the demonstration."""
    return Path() if Path("menu.yaml").is_file() else DEMONSTRATION


def _folder(ctx: click.Context, _param: click.Parameter, folder: Path) -> Path:
    """Refuse what is no hotline's folder, before anything is opened.

    `check` tells it as a problem, for tools; and a call to a running server needs no folder.
    """
    if folder.is_file():
        raise CommandFailed(f"{folder} is a file; name the hotline's folder: {folder.parent}")
    if ctx.info_name in {"simulate", "check"} or (folder / "menu.yaml").is_file():
        return folder
    what = "has no menu.yaml" if folder.is_dir() else "is not there"
    raise CommandFailed(f"{folder} {what}; name a hotline's folder, or make one with `ivr new`")


hotline_argument = click.argument(
    "hotline", type=click.Path(path_type=Path), default=default_hotline, required=False, callback=_folder
)
format_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="For people, or for tools."
)


class CommandFailed(click.ClickException):
    """A command could not do what it was asked; the message says why and what to do."""


@contextmanager
def told_as_usage() -> Iterator[None]:
    """Tell a value of the command line that cannot be used as click tells its own."""
    try:
        yield
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def read_settings() -> Settings:
    """Return the settings of the environment."""
    from ivr.config import settings_from

    return settings_from(os.environ)


def counted(number: int, what: str) -> str:
    """Return `1 call`, `2 calls`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def print_problem(hotline: Path, problem: Problem) -> None:
    """Print a problem, in colour on a terminal."""
    where = f"{hotline / problem.file}:{problem.line}:{problem.column}:"
    node = f" {problem.node}:" if problem.node else ""
    colour = {"error": "red", "warning": "yellow"}.get(problem.severity, "cyan")
    rule = f" [{problem.rule}]" if problem.rule else ""
    click.echo(
        f"{click.style(where, bold=True)}{node} {click.style(problem.what, fg=colour)}; {problem.remedy}{rule}"
    )
