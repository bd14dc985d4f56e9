"""`ivr graph`, `ivr card`: the whole of a hotline on one page, for editors and for callers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.cli.shared import hotline_argument, told_as_usage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ivr.diagrams.call_stats import CallStats
    from ivr.diagrams.drawing import Drawing
    from ivr.menu.reading.loader import Loaded
    from ivr.menu.tree import Tree

language_option = click.option(
    "--language", help="The language of the words, such as en-US; without it the hotline's first one."
)
output_option = click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write this file instead of printing."
)


@click.command(
    epilog="""\b
Examples:
  ivr graph --format html --output yuebao.html
  ivr graph menus/yuebao --language en-US | less
  ivr graph --format dot | dot -Tpdf > yuebao.pdf
  ivr graph --format svg --calls --since 2026-11-01 --output traffic.svg"""
)
@hotline_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["mermaid", "dot", "svg", "html"]),
    default="mermaid",
    show_default=True,
    help="Text for Mermaid or Graphviz, a picture, or a page with every word, a search and a switch for the language.",
)
@language_option
@output_option
@click.option(
    "--full", is_flag=True, help="Give every node a box of its own, also in a chain with one way on."
)
@click.option(
    "--calls",
    "with_calls",
    is_flag=True,
    help="Show how many calls of the store (IVR_DATABASE_URL) went which way, and where they hung up.",
)
@click.option("--since", help="With --calls: calls from this day or moment on, such as 2026-11-22.")
def graph(
    hotline: Path,
    form: str,
    language: str | None,
    output: Path | None,
    since: str | None,
    *,
    full: bool,
    with_calls: bool,
) -> None:
    """Draw a hotline: a box for each node and desk, an arrow for each way on, a group for each file.

    A chain of nodes with one way on is one box. A box to which many lead is named where it is meant (`→ agent`).
    """
    from ivr.diagrams.drawing import draw

    if since and not with_calls:
        raise click.UsageError("--since says which calls are counted; give --calls, too")
    loaded, tree = _loaded(hotline)
    chosen = _language(tree, language)
    traffic = _traffic(tree, since) if with_calls else None
    others = [other for other in tree.languages if other != chosen] if form == "html" else []
    words = loaded.draft.words if loaded.draft else {}
    drawings = [draw(tree, words, each, full=full) for each in [chosen, *others]]
    _give(_written(form, drawings, traffic), output)


def _written(form: str, drawings: Sequence[Drawing], traffic: CallStats | None) -> str:
    """Return drawings in a format: one language, or a page of all of them."""
    from ivr.diagrams import dot, mermaid, page, svg

    match form:
        case "html":
            return page.page(drawings, traffic)
        case "svg":
            return svg.svg(drawings[0], traffic)
        case "dot":
            return dot.dot(drawings[0], traffic)
    return mermaid.mermaid(drawings[0], traffic)


def _traffic(tree: Tree, since: str | None) -> CallStats:
    """Count the calls of the store."""
    from ivr.cli.call_records import call_filter
    from ivr.cli.calls import kept_calls
    from ivr.diagrams.call_stats import MOST_CALLS, count

    with told_as_usage():
        wanted = call_filter(since, None, hotline=tree.name, limit=MOST_CALLS)
    with kept_calls() as store:
        histories = (store.call(record.call) for record in store.calls(wanted))
        traffic = count(tree, (history for history in histories if history))
    if not traffic.calls:
        when = f" since {since}" if since else ""
        click.echo(f"the store has no calls of {tree.name}{when}", err=True)
    return traffic


@click.command(
    epilog="""\b
Examples:
  ivr card
  ivr card menus/yuebao --language en-US --format html --output card.html"""
)
@hotline_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "html"]),
    default="text",
    show_default=True,
    help="Lines of text, or a page that prints on one sheet of A4.",
)
@language_option
@output_option
def card(hotline: Path, form: str, language: str | None, output: Path | None) -> None:
    """Print the caller's card: the keys from the answer of the call to everything that a menu offers."""
    from ivr.diagrams import card as cards
    from ivr.diagrams.card_page import card_page
    from ivr.diagrams.card_text import card_text

    loaded, tree = _loaded(hotline)
    words = loaded.draft.words if loaded.draft else {}
    made = cards.make_card(tree, words, _language(tree, language))
    _give(card_page(made) if form == "html" else card_text(made), output)


def _loaded(hotline: Path) -> tuple[Loaded, Tree]:
    """Load a hotline that has no error."""
    from ivr.calls.hotline import MenuBroken, load_hotline

    loaded = load_hotline(hotline)
    if loaded.tree is None:
        raise MenuBroken(hotline, loaded.problems)
    return loaded, loaded.tree


def _language(tree: Tree, language: str | None) -> str:
    """Return the language that was asked for, if the hotline has it."""
    if language is None:
        return tree.languages[0]
    if language not in tree.languages:
        known = ", ".join(tree.languages)
        raise click.UsageError(f"--language: {tree.name} does not speak `{language}`; it speaks {known}")
    return language


def _give(text: str, output: Path | None) -> None:
    """Write a file, or print."""
    if output is None:
        click.echo(text, nl=False)
        return
    output.write_text(text, encoding="utf-8")
    click.echo(f"wrote {output}")
