"""`ivr reference`: the menu language on one page."""

from __future__ import annotations

from pathlib import Path

import click

from ivr.cli.errors import CommandFailed


@click.command(
    epilog="""\b
Examples:
  ivr reference
  ivr reference menus/yuebao"""
)
@click.argument("hotline", type=click.Path(path_type=Path), required=False)
def reference_command(hotline: Path | None) -> None:
    """Print the reference of the menu language: node kinds, keys, filters, actions.

    With a HOTLINE, the actions are those that it has, its own ones too.
    """
    from ivr.actions.builtin import CONTRACTS
    from ivr.calls.served_hotline import load_hotline
    from ivr.cli.reference_page import reference_page

    if hotline is None:
        click.echo(reference_page(CONTRACTS))
        return
    loaded = load_hotline(hotline)
    if loaded.tree is None:
        raise CommandFailed(f"{hotline} has errors; `ivr check {hotline}` tells them")
    click.echo(reference_page(loaded.tree.contracts))
