"""`ivr calls`, `ivr purge`: the calls that were."""

from __future__ import annotations

from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ivr.cli.shared import CommandFailed, format_option, read_settings, told_as_usage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ivr.storage import CallHistory, Store


@contextmanager
def kept_calls() -> Iterator[Store]:
    """Open the store that is there: to look into a new one would only show that nothing is in it."""
    from ivr.storage import open_store

    url = read_settings().database_url
    path = url.removeprefix("sqlite:///")
    if path != url and not Path(path).exists():
        raise CommandFailed(
            f"there is no {path} here; IVR_DATABASE_URL says where `ivr serve` keeps its calls"
        )
    try:
        store = open_store(url)
    except ValueError as error:
        raise CommandFailed(f"IVR_DATABASE_URL: {error}") from error
    with closing(store):
        yield store


@click.command(
    epilog="""\b
Examples:
  ivr calls --since 2026-11-22 --ending transferred
  ivr calls --caller 8000 --format json
  ivr calls CA0123456789abcdef0123456789abcdef"""
)
@click.argument("callsid", required=False)
@click.option("--since", help="Calls from this day or moment on: 2026-11-22, 2026-11-22T10:00.")
@click.option("--until", help="Calls before this day or moment.")
@click.option("--caller", default="", help="The end of the calling number, such as 8000.")
@click.option(
    "--ending",
    type=click.Choice(["", "completed", "transferred", "hung_up", "farewell"]),
    default="",
    show_choices=False,
    help="completed, transferred, hung_up or farewell.",
)
@click.option("--node", default="", help="Calls that passed this node.")
@click.option("--urgent", is_flag=True, help="Calls that were marked as urgent.")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="At most so many."
)
@click.option("--numbers", is_flag=True, help="Show whole numbers, for whoever must call back.")
@click.option(
    "--open",
    "opened",
    is_flag=True,
    help="Show the words of sealed messages that wait or are not sent: codes and links. Needs IVR_SECRET_KEY.",
)
@format_option
def calls(callsid: str | None, form: str, *, numbers: bool, opened: bool, **wanted: Any) -> None:
    """List the calls of the store, or show one call's path, messages and voicemail.

    Times are those of this machine's time zone.
    """
    from ivr.cli import call_records as records
    from ivr.logs import masked

    show = str if numbers else masked

    with told_as_usage():
        chosen = records.call_filter(**wanted)
    with kept_calls() as store:
        if callsid is None:
            records.print_calls(store.calls(chosen), form, show)
            return
        history = store.call(callsid)
        if history is None:
            raise CommandFailed(f"there is no call {callsid} in the store; `ivr calls` lists them")
        records.print_call(_opened(history) if opened else history, form, show)


def _opened(history: CallHistory) -> CallHistory:
    from ivr.storage import with_open_messages
    from ivr.storage.sealing import BrokenSeal, Seal

    keys = read_settings().secret_keys
    if not keys:
        raise CommandFailed(
            "IVR_SECRET_KEY is missing; set it to that of `ivr serve`, which sealed the messages"
        )
    try:
        return with_open_messages(history, Seal(*keys))
    except BrokenSeal:
        raise CommandFailed("IVR_SECRET_KEY: the messages were sealed with another key") from None


@click.command(
    epilog="""\b
Example:
  ivr purge --older-than 90d"""
)
@click.option("--older-than", "age", required=True, help="Days, hours or weeks: 90d, 36h, 12w.")
def purge(age: str) -> None:
    """Forget old calls: their paths, messages, recordings' addresses, and the menu versions nobody needs."""
    from ivr.app import utc_now
    from ivr.cli import call_records as records

    with told_as_usage():
        before = utc_now() - records.age(age)
    with kept_calls() as store:
        purged = store.purge(before)
    click.echo(
        f"forgot {purged.calls} calls, {purged.path} steps, {purged.messages} messages, "
        f"{purged.voicemails} recordings, {purged.versions} menu versions"
    )
