"""`ivr reference`: the menu language on one page."""

from __future__ import annotations

import click


@click.command()
def reference_command() -> None:
    """Print the reference of the menu language: node kinds, keys, filters, actions."""
    from ivr.cli.reference_page import reference_page

    click.echo(reference_page())
