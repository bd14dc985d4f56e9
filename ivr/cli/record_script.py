"""`ivr record-script`: what a hotline wants recorded, for those who speak it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import click

from ivr.calls.hotline_loader import load_hotline, tree_despite_errors
from ivr.calls.recordings import FOLDER
from ivr.cli.arguments import hotline_argument
from ivr.cli.errors import CommandFailed
from ivr.cli.output import print_json
from ivr.menu.language.suggestions import did_you_mean
from ivr.menu.speech.durations import spoken_seconds
from ivr.menu.tree import Speech, Tree


@click.command(
    epilog="""\b
Examples:
  ivr record-script
  ivr record-script cooperative --language ha-NG --missing
  ivr record-script cooperative --format csv > script.csv"""
)
@hotline_argument
@click.option("--language", help="Only this language.")
@click.option("--missing", is_flag=True, help="Only what is not recorded yet.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "csv", "json"]),
    default="text",
    help="For people, or for tools.",
)
def record_script_command(hotline: Path, language: str | None, missing: bool, form: str) -> None:  # noqa: FBT001 - a switch of the command line
    """Print what must be recorded: each file with its words, about how long it takes, and whether it is there.

    A language that Twilio has no voice for is recorded as a whole. Another one has the recordings that its texts name with
    `audio:`.
    """
    tree = _tree(hotline)
    if language and language not in tree.languages:
        raise click.UsageError(
            f"the hotline does not speak `{language}`; {did_you_mean(language, tree.languages)}"
        )
    rows = [
        row
        for name, speech in tree.speech.items()
        if language in {None, name}
        for row in _rows(speech)
        if not (missing and row["there"])
    ]
    match form:
        case "json":
            print_json(rows)
        case "csv":
            click.echo(_csv(rows), nl=False)
        case _:
            click.echo("\n".join(_text(rows, missing=missing)))


def _tree(hotline: Path) -> Tree:
    """Return the hotline's tree. A recording that is missing is no reason to refuse the list of those that are."""
    loaded = load_hotline(hotline)
    tree = tree_despite_errors(hotline, loaded)
    if tree is None:
        raise CommandFailed(f"{hotline} cannot be read; `ivr check {hotline}` says why")
    return tree


_COLUMNS = ("language", "speaker", "file", "words", "seconds", "there")
Row = dict[str, str | float | bool]


def _rows(speech: Speech) -> Iterator[Row]:
    speaker = "recordings alone" if speech.is_recorded else speech.voice or "the usual voice"
    for line in speech.script:
        seconds = round(spoken_seconds(line.words, speech.language), 1)
        file = f"{FOLDER}/{speech.language}/{line.file}"
        values = (speech.language, speaker, file, line.words, seconds, line.there)
        yield dict(zip(_COLUMNS, values, strict=True))


def _csv(rows: list[Row]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, "there": "yes" if row["there"] else "no"} for row in rows)
    return out.getvalue()


def _text(rows: list[Row], *, missing: bool) -> Iterator[str]:
    if not rows:
        yield "nothing is missing" if missing else "nothing is recorded"
    for language in dict.fromkeys(row["language"] for row in rows):
        own = [row for row in rows if row["language"] == language]
        lacking, seconds = sum(not row["there"] for row in own), sum(float(row["seconds"]) for row in own)
        yield f"{language}, {own[0]['speaker']}: {_several(len(own))}, {lacking} missing, about {seconds:.0f} s"
        width = max(len(str(row["file"])) for row in own)
        for row in own:
            state = "there  " if row["there"] else "missing"
            yield f"  {state}  {row['seconds']:>5} s  {row['file']!s:<{width}}  {row['words']}"


def _several(count: int) -> str:
    return "1 recording" if count == 1 else f"{count} recordings"
