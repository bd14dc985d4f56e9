"""`ivr purge`: forgets old calls."""

from __future__ import annotations

import re
from datetime import timedelta

import click

from ivr.cli.call_store import open_call_store
from ivr.cli.errors import as_usage_error


@click.command(
    epilog="""\b
Example:
  ivr purge --older-than 90d"""
)
@click.option("--older-than", "age", required=True, help="Days, hours or weeks: 90d, 36h, 12w.")
def purge_command(age: str) -> None:
    """Forget old calls: their paths, messages, recordings' addresses, and the menu versions nobody needs."""
    from ivr.app import utc_now

    with as_usage_error():
        before = utc_now() - parse_age(age)
    with open_call_store() as store:
        purged = store.purge(before)
    click.echo(
        f"forgot {purged.calls} calls, {purged.path} steps, {purged.messages} messages, "
        f"{purged.voicemails} recordings, {purged.versions} menu versions"
    )


_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def parse_age(text: str) -> timedelta:
    """Return an age such as ``90d``. Raises ValueError."""
    found = re.fullmatch(r"(\d{1,5})([hdw])", text, re.ASCII)
    if not found:
        raise ValueError(f"--older-than: `{text}` is no age; write it like 90d, 36h or 12w")
    return int(found[1]) * _UNITS[found[2]]
