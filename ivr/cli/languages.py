"""`ivr languages`: the languages that the machine speaks, and its sentences in each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click
from babel import localedata

from ivr.cli.arguments import format_option
from ivr.cli.output import print_json
from ivr.menu.language.phrases import Phrases
from ivr.menu.language.suggestions import did_you_mean
from ivr.menu.speech.packs import Pack, date_order, pack, pack_tag, pack_tags
from ivr.menu.speech.voices import default_voice

_TYPED = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}


@click.command(
    epilog="""\b
Examples:
  ivr languages
  ivr languages es-MX
  ivr languages es-MX --show
  ivr languages --format json"""
)
@click.argument("tag", required=False, default="")
@click.option("--show", is_flag=True, help="Print the machine's own sentences, each with what it is for.")
@format_option
def languages_command(tag: str, show: bool, form: str) -> None:  # noqa: FBT001 - a switch of the command line
    """List the languages that come ready, or one of them.

    `--show` prints the sentences as they are written under `phrases:`, so that a hotline can copy what it says otherwise. A
    language without a pack of its own takes the nearest: es-AR takes es-MX.
    """
    found = _packs(tag, show=show)
    if form == "json":
        described = [_described(each, show=show) for each in found]
        print_json(described[0] if tag else described)
    elif show:
        click.echo("\n".join(_sentences(found[0], tag)))
    else:
        _print_table(found)


def _packs(tag: str, *, show: bool) -> list[Pack]:
    if tag:
        known = pack_tag(tag) if tag in pack_tags() or localedata.exists(tag.replace("-", "_")) else ""
        if not known:
            raise click.UsageError(f"no language `{tag}` comes ready; {did_you_mean(tag, pack_tags())}")
        return [pack(known)]
    if show:
        raise click.UsageError("--show wants a language, such as `ivr languages es-MX --show`")
    return [pack(each) for each in pack_tags()]


_SECTIONS = ("sentences", "keys", "values", "lint", "seconds")


def _ready(of: Pack) -> list[str]:
    """Return what a pack has, by the names of its sections."""
    return [name for name in _SECTIONS if getattr(of, name).model_fields_set]


def _print_table(packs: list[Pack]) -> None:
    from ivr.console import plain_table, print_rich

    table = plain_table("tag", "language", "in English", "voice", "a date is typed", "ready")
    for each in packs:
        ready = _ready(each)
        table.add_row(
            each.language,
            each.name,
            each.english,
            default_voice(each.language),
            _TYPED[date_order(each.language)],
            "all" if ready == list(_SECTIONS) else ", ".join(ready),
        )
    print_rich(table, width=160)


def _described(of: Pack, *, show: bool) -> dict[str, Any]:
    described: dict[str, Any] = {
        "tag": of.language,
        "name": of.name,
        "english": of.english,
        "voice": default_voice(of.language),
        "date": date_order(of.language),
        "ready": _ready(of),
    }
    if show:
        described["sentences"] = {
            key: {"means": means, "words": words} for key, means, words in _each_sentence(of)
        }
    return described


def _each_sentence(of: Pack) -> Iterator[tuple[str, str, str | list[str]]]:
    for key, field in Phrases.model_fields.items():
        words = getattr(of.sentences, key)
        if words is not None:
            yield key, field.description or "", words


def _sentences(of: Pack, asked: str) -> Iterator[str]:
    """Yield the sentences as YAML, which a hotline may copy."""
    yield f"# {of.language}: {of.name}, {of.english}; voice {default_voice(of.language)}"
    if asked != of.language:
        yield f"# {asked} has none of its own, and takes these."
    yield f"# A date is typed as {_TYPED[date_order(of.language)]}."
    yield "# A hotline copies only what it says otherwise."
    yield "phrases:"
    for key, means, words in _each_sentence(of):
        yield f"  # {means}"
        if isinstance(words, str):
            yield f"  {key}: {_quoted(words)}"
        else:
            yield f"  {key}:"
            yield from (f"    - {_quoted(each)}" for each in words)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
