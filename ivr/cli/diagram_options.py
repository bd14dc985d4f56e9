"""Options and helpers that `ivr graph` and `ivr card` share."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from pathlib import Path

import click

from ivr.calls.hotline_loader import MenuBroken, load_hotline
from ivr.menu.tree import Tree

language_option = click.option(
    "--language", help="The language of the words, such as en-US; without it the hotline's first one."
)
output_option = click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write this file instead of printing."
)


def loaded_hotline(hotline: Path) -> Tree:
    """Load a hotline. Raises ``MenuBroken`` if it has an error."""
    loaded = load_hotline(hotline)
    if loaded.tree is None:
        raise MenuBroken.of(hotline, loaded.problems)
    return loaded.tree


def chosen_language(tree: Tree, language: str | None) -> str:
    """Return the language of `--language`, or the hotline's first one."""
    if language is None:
        return tree.languages[0]
    if language not in tree.languages:
        known = ", ".join(tree.languages)
        raise click.UsageError(f"--language: {tree.name} does not speak `{language}`; it speaks {known}")
    return language


def chosen_format(form: str | None, output: Path | None, endings: Mapping[str, str]) -> str:
    """Return the format of `--format`, or the one that a file of this name has. The first one is the usual one.

    With `--format`, a file may have any other ending for text, such as `.md`.
    """
    ending = output.suffix.lower() if output else ""
    named = endings.get(ending)
    is_text = output is not None and (mimetypes.guess_type(output)[0] or "text/").startswith("text/")
    if ending and not named and not (form and is_text):
        *others, last = dict(zip(endings.values(), endings, strict=True)).values()
        what = f"this command writes no {ending}; end --output in {', '.join(others)} or {last}"
        raise click.UsageError(what)
    if form and named and form != named:
        raise click.UsageError(
            f"--output ends in {ending} and --format is {form}; leave --format out, or rename the file"
        )
    return form or named or next(iter(endings.values()))


def write_output(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    output.write_text(text, encoding="utf-8")
    click.echo(f"wrote {output}")
