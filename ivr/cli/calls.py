"""`ivr calls`: list past calls, or show one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ivr.cli.arguments import format_option, read_settings
from ivr.cli.call_store import call_filter, open_call_store
from ivr.cli.errors import CommandFailed, as_usage_error

if TYPE_CHECKING:
    from ivr.storage.base import CallHistory


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
def calls_command(callsid: str | None, form: str, *, numbers: bool, opened: bool, **wanted: Any) -> None:
    """List the calls of the store, or show one call's path, messages and voicemail.

    Times are those of this machine's time zone.
    """
    from ivr.cli import call_records as records
    from ivr.logs import masked

    show = str if numbers else masked

    with as_usage_error():
        chosen = call_filter(**wanted)
    with open_call_store() as store:
        if callsid is None:
            records.print_calls(store.calls(chosen), form, show)
            return
        history = store.call(callsid)
        if history is None:
            raise CommandFailed(f"there is no call {callsid} in the store; `ivr calls` lists them")
        records.print_call(_opened(history) if opened else history, form, show)


def _opened(history: CallHistory) -> CallHistory:
    from ivr.storage.base import with_open_messages
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
