"""`ivr purge`: forget old calls."""

from __future__ import annotations

import re
import sys
from datetime import timedelta

import click

from ivr.app import utc_now
from ivr.cli.call_store import open_call_store
from ivr.cli.errors import as_usage_error
from ivr.console import counted


@click.command(
    epilog="""\b
Examples:
  ivr purge --older-than 90d --dry-run
  ivr purge --older-than 90d
  ivr purge --older-than 90d --yes     # in a script, which nobody can answer for"""
)
@click.option("--older-than", "age", required=True, help="Days, hours or weeks: 90d, 36h, 12w.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@click.option("--dry-run", is_flag=True, help="Say how many calls would be forgotten, and forget none.")
def purge_command(age: str, *, yes: bool, dry_run: bool) -> None:
    """Forget old calls: their paths, messages, recordings' addresses, and the menu versions nobody needs.

    A call that goes on is never forgotten.
    """
    now = utc_now()
    with as_usage_error():
        before = now - parse_age(age)
    if not (yes or dry_run or somebody_types()):
        raise click.UsageError(
            "nobody is there to be asked; add --yes to forget calls, or --dry-run to count them"
        )
    with open_call_store() as store:
        if dry_run or not yes:
            old = f"{counted(store.count_purgeable(before, now), 'call')} from before {before.astimezone():%Y-%m-%d %H:%M}"
            if dry_run:
                click.echo(f"would forget {old}")
                return
            click.confirm(f"Forget {old} for good?", abort=True)
        purged = store.purge(before, now)
    click.echo(
        f"forgot {counted(purged.calls, 'call')}, {counted(purged.path, 'step')}, {counted(purged.messages, 'message')}, "
        f"{counted(purged.voicemails, 'recording')}, {counted(purged.versions, 'menu version')}"
    )


def somebody_types() -> bool:
    return sys.stdin.isatty()


_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def parse_age(text: str) -> timedelta:
    """Return an age such as ``90d``. Raises ``ValueError``."""
    found = re.fullmatch(r"(\d{1,5})([hdw])", text, re.ASCII)
    if not found:
        raise ValueError(f"--older-than: `{text}` is no age; write it like 90d, 36h or 12w")
    return int(found[1]) * _UNITS[found[2]]
