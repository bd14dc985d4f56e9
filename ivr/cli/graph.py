"""`ivr graph`: draw a hotline on one page."""

from __future__ import annotations

from pathlib import Path

import click

from ivr.cli import diagram_options
from ivr.cli.arguments import hotline_argument
from ivr.cli.call_store import call_filter, open_call_store
from ivr.cli.errors import as_usage_error
from ivr.diagrams.boxes import draw
from ivr.diagrams.call_stats import MOST_CALLS, CallStats, count
from ivr.diagrams.dot import dot
from ivr.diagrams.mermaid import mermaid
from ivr.diagrams.page import page
from ivr.diagrams.svg import svg
from ivr.menu.tree import Tree


@click.command(
    epilog="""\b
Examples:
  ivr graph --output yuebao.html
  ivr graph menus/yuebao --language en-US | less
  ivr graph --format dot | dot -Tpdf > yuebao.pdf
  ivr graph --calls --since 2026-11-01 --output traffic.svg"""
)
@hotline_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["mermaid", "dot", "svg", "html"]),
    help="Text for Mermaid or Graphviz, a picture, or a page with every word, a search and a switch for the language. "
    "Without it, the ending of --output decides; otherwise Mermaid.",
)
@diagram_options.language_option
@diagram_options.output_option
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
def graph_command(
    hotline: Path,
    form: str | None,
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
    if since and not with_calls:
        raise click.UsageError("--since says which calls are counted; give --calls, too")
    form = diagram_options.chosen_format(form, output, _ENDINGS)
    tree = diagram_options.loaded_hotline(hotline)
    chosen = diagram_options.chosen_language(tree, language)
    traffic = _traffic(tree, since) if with_calls else None
    others = [other for other in tree.languages if other != chosen] if form == "html" else []
    drawings = [draw(tree, each, full=full) for each in [chosen, *others]]
    if traffic:
        drawings = [traffic.on_drawing(drawing) for drawing in drawings]
    if form == "html":
        text = page(drawings)
    else:
        text = {"mermaid": mermaid, "dot": dot, "svg": svg}[form](drawings[0])
    diagram_options.write_output(text, output)


_ENDINGS = {
    ".mermaid": "mermaid",
    ".mmd": "mermaid",
    ".htm": "html",
    ".html": "html",
    ".svg": "svg",
    ".gv": "dot",
    ".dot": "dot",
}


def _traffic(tree: Tree, since: str | None) -> CallStats:
    """Count the stored calls."""
    with as_usage_error():
        wanted = call_filter(since, None, hotline=tree.name, limit=MOST_CALLS)
    with open_call_store() as store:
        histories = (store.call(record.call) for record in store.calls(wanted))
        traffic = count(tree, (history for history in histories if history))
    if not traffic.calls:
        when = f" since {since}" if since else ""
        click.echo(f"the store has no calls of {tree.name}{when}", err=True)
    return traffic
