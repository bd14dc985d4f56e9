"""`ivr migrate`: rewrite a hotline of an older version."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from ivr.calls.hotline_files import read_folder
from ivr.calls.hotline_loader import load_files
from ivr.cli.arguments import hotline_argument
from ivr.cli.output import print_problem
from ivr.cli.purge import somebody_types
from ivr.console import counted
from ivr.menu.migration import migrated
from ivr.menu.reading.yaml import content_of


@click.command(
    epilog="""\b
Examples:
  ivr migrate menus/yuebao             # shows what would change
  ivr migrate menus/yuebao --write"""
)
@hotline_argument
@click.option("--write", is_flag=True, help="Write the files without asking.")
def migrate_command(hotline: Path, *, write: bool) -> None:
    """Rewrite a hotline of version 0.3, in which the words of options stood under their keys.

    Files are edited in place: comments and layout stay. What changes is shown first. Exit status 1 means that something
    is left to do: the changes were not written, or the hotline has errors that only its editor can mend.
    """
    files = read_folder(hotline)
    changes = migrated(files.sources)
    if changes:
        for line in _difference(hotline, files.sources, changes):
            click.echo(line)
        if not (write or (somebody_types() and click.confirm(f"Write {_files(changes)}?"))):
            click.echo(f"{hotline}: {_files(changes)} would change; --write writes them", err=True)
            sys.exit(1)
        for name, text in changes.items():
            _write(hotline / name, text)
        click.echo(f"{hotline}: {_files(changes)} written")
    else:
        click.echo(f"{hotline}: nothing to change")
    errors = [
        each for each in load_files(hotline, read_folder(hotline), None).problems if each.severity == "error"
    ]
    for problem in errors:
        print_problem(hotline, problem)
    if errors:
        click.echo(f"{hotline}: {counted(len(errors), 'error')} left to mend; see ivr check")
    sys.exit(1 if errors else 0)


def _files(changes: Mapping[str, str]) -> str:
    return counted(len(changes), "file")


def _difference(hotline: Path, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of a unified diff."""
    for name, text in new.items():
        before, after = old.get(name, "").splitlines(), text.splitlines()
        path = str(hotline / name)
        yield from difflib.unified_diff(before, after, path, path, lineterm="")


def _write(path: Path, text: str) -> None:
    """Write a file with the byte order mark that it may have had."""
    marked = path.exists() and content_of(path).startswith(_BYTE_ORDER_MARK)
    path.write_bytes((_BYTE_ORDER_MARK if marked else b"") + text.encode())


_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
