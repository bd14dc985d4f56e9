"""Options and helpers that `ivr graph` and `ivr card` share."""

from __future__ import annotations

from pathlib import Path

import click

from ivr.calls.served_hotline import MenuBroken, load_hotline
from ivr.menu.loader import Loaded
from ivr.menu.tree import Tree

language_option = click.option(
    "--language", help="The language of the words, such as en-US; without it the hotline's first one."
)
output_option = click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write this file instead of printing."
)


def loaded_hotline(hotline: Path) -> tuple[Loaded, Tree]:
    """Load a hotline. Raises ``MenuBroken`` if it has an error."""
    loaded = load_hotline(hotline)
    if loaded.tree is None:
        raise MenuBroken.of(hotline, loaded.problems)
    return loaded, loaded.tree


def chosen_language(tree: Tree, language: str | None) -> str:
    """Return the language of `--language`, or the hotline's first one."""
    if language is None:
        return tree.languages[0]
    if language not in tree.languages:
        known = ", ".join(tree.languages)
        raise click.UsageError(f"--language: {tree.name} does not speak `{language}`; it speaks {known}")
    return language


def write_output(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    output.write_text(text, encoding="utf-8")
    click.echo(f"wrote {output}")
