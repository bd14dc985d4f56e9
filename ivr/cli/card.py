"""`ivr card`: a hotline on one sheet of paper, for its callers."""

from __future__ import annotations

from pathlib import Path

import click

from ivr.cli import diagram_options
from ivr.cli.arguments import hotline_argument
from ivr.diagrams import card as cards
from ivr.diagrams.card_formats import card_page, card_text


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
    help="Lines of text, or a page that prints on one sheet of A4. "
    "Without it, the ending of --output decides; otherwise text.",
)
@diagram_options.language_option
@diagram_options.output_option
def card_command(hotline: Path, form: str | None, language: str | None, output: Path | None) -> None:
    """Print the caller's card: the keys from the answer of the call to everything that a menu offers."""
    form = diagram_options.chosen_format(form, output, {".txt": "text", ".htm": "html", ".html": "html"})
    tree = diagram_options.loaded_hotline(hotline)
    made = cards.make_card(tree, diagram_options.chosen_language(tree, language))
    diagram_options.write_output(card_page(made) if form == "html" else card_text(made), output)
